// A spec as a .tiktoken file: the entries and their ranks, and nothing else.
#pragma once

#include <string>

#include "vocab/spec.h"

namespace polyglyph::vocab {

// Throws Error(unsupported) that names what no .tiktoken file can say. Whether the file means the same under
// its name, which stands for a pattern and special tokens, and whether ranks make the same merges, is for the
// caller to find out: see tokenizer/save.h. Chat templates and the roles of tokens are left out.
std::string write_tiktoken(const TokenizerSpec& spec);

// That error, with what is lost.
[[noreturn]] void lost_in_tiktoken(const TokenizerSpec& spec, const std::string& what);

}  // namespace polyglyph::vocab
