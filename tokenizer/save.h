// A tokenizer in the format of another library.
#pragma once

#include <filesystem>
#include <string>

#include "vocab/image.h"

namespace polyglyph::tokenizer {

// As a tokenizer.json that has been read back and found to mean the same. Throws Error(unsupported) that
// names what would be lost.
std::string to_tokenizer_json(const vocab::Image& image);

// As a .tiktoken file that means the same when it is read under this name, which has to be one that stands
// for a pattern and special tokens (o200k_base.tiktoken). Throws Error(unsupported) that names what would be
// lost.
std::string to_tiktoken(const vocab::Image& image, const std::filesystem::path& path);

}  // namespace polyglyph::tokenizer
