// A spec as a tokenizer.json, with the meaning that Hugging Face tokenizers gives it.
#pragma once

#include <string>

#include "vocab/spec.h"

namespace polyglyph::vocab {

// Throws Error(unsupported) that names what a tokenizer.json cannot say. Chat templates and the roles of
// tokens are left out: they stand in files beside it. `spec` must have Reference::hugging_face.
std::string write_tokenizer_json(const TokenizerSpec& spec);

// A rank file with its pattern and special tokens as the same ids are made by listed merges; any other spec
// as it is. Throws Error(unsupported) where the pattern means something else to Hugging Face tokenizers.
TokenizerSpec with_listed_merges(TokenizerSpec spec);

}  // namespace polyglyph::vocab
