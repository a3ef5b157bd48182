// The built-in vocabularies: their names, and where their images are.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace polyglyph::vocab {

std::vector<std::string> builtin_names();

// The image that was installed with the library, wherever that is now. Throws Error(not_found): an unknown
// name, with the nearest ones, or an image that is missing, with the folders that were looked into.
std::filesystem::path builtin_image(std::string_view name);

}  // namespace polyglyph::vocab
