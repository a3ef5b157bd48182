// A tokenizer in the format of another library.
#pragma once

#include <string>

#include "vocab/image.h"

namespace polyglyph::tokenizer {

// As a tokenizer.json that has been read back and found to mean the same. Throws Error(unsupported) that
// names what would be lost.
std::string to_tokenizer_json(const vocab::Image& image);

}  // namespace polyglyph::tokenizer
