// Writing a file so that a reader meets the old one, the new one, or none, but never a part.
#pragma once

#include <filesystem>
#include <string_view>

namespace polyglyph::vocab {

// Writes beside `path` and renames. Throws Error(io); nothing is then left behind.
void write_file(const std::filesystem::path& path, std::string_view content);

}  // namespace polyglyph::vocab
