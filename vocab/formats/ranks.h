// What the formats share that give each entry a rank, which decides over merging: .tiktoken and tekken.json.
#pragma once

#include <string>

#include "vocab/spec.h"

namespace polyglyph::vocab {

// What all of them have in common: merging by rank, a look for the whole piece first, and a pattern; tiktoken
// encodes what that matches and drops the rest. The entries are still to come.
TokenizerSpec rank_spec(const std::string& file, const char* format, std::string pattern);

// Throws Error(malformed) unless every single byte is an entry, so that all text can be encoded, and no two
// entries are the same.
void check_rank_entries(const std::string& file, const TokenizerSpec& spec);

}  // namespace polyglyph::vocab
