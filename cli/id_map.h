// Where ids went when a vocabulary was changed, as a file.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace polyglyph::cli {

// By the name's end: .npy, an array of int64 by old id; .json, an object of old id to new id or null; .tsv,
// two columns. -1 (null) stands for ids that are gone. Throws Error: invalid_argument for any other name, io.
void write_id_map(const std::string& path, std::span<const std::int64_t> new_ids);

// Throws as write_id_map would for the name, before any work is done.
void check_id_map_name(const std::string& path);

}  // namespace polyglyph::cli
