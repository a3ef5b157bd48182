// Entries from a plain list of tokens, for formats that say nothing else of them.
#pragma once

#include <string_view>
#include <vector>

#include "vocab/formats/name_table.h"
#include "vocab/spec.h"

namespace polyglyph::vocab {

// Makes the tokens, at least one, the entries of `spec`, each under its place in the list. Of several with
// the same name the last is the one that text has; the others, and one that is empty, are names alone.
NameTable add_word_entries(const std::vector<std::string_view>& tokens, TokenizerSpec& spec);

}  // namespace polyglyph::vocab
