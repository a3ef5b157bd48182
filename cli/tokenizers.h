// The tokenizers that a command line names.
#pragma once

#include <string>
#include <vector>

#include "polyglyph/tokenizer.h"

namespace polyglyph::cli {

struct TokenizerChoice {
  std::vector<std::string> names = {"qwen3"};  // each a name, a path, or several of them with commas
  std::string pattern;                         // LoadOptions::pattern
};

struct NamedTokenizer {
  std::string name;  // as it was given
  Tokenizer tokenizer;
};

// In the order given. Throws Error, also for a name that comes twice.
std::vector<NamedTokenizer> load_tokenizers(const TokenizerChoice& choice);

// The one tokenizer; Error(invalid_argument) when several are named.
NamedTokenizer load_tokenizer(const TokenizerChoice& choice);

}  // namespace polyglyph::cli
