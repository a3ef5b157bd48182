// The two large tables of a BPE tokenizer.json: model.vocab and model.merges.
#pragma once

#include <cstddef>

#include "json/json.h"
#include "vocab/formats/name_table.h"
#include "vocab/spec.h"

namespace polyglyph::vocab {

// Fills in entries and their bytes, which names spell in the byte alphabet or are themselves, as
// spec.names_use_byte_alphabet says; the table finds an entry by its name and lives as long as the document.
// `file_size` bounds ids and entries. Throws Error(malformed, limit).
NameTable read_entries(const json::Field& vocab, std::size_t file_size, TokenizerSpec& spec);

// Fills in merges, after spec.subword_prefix. Throws Error(malformed), also for a merge whose parts or result
// are no entries.
void read_merges(const json::Field& merges, const NameTable& names, TokenizerSpec& spec);

}  // namespace polyglyph::vocab
