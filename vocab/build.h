// From a TokenizerSpec to an image: everything that can be worked out once, worked out once.
#pragma once

#include <string>

#include "vocab/spec.h"

namespace polyglyph::vocab {

// Throws Error where the spec asks for more than an image can hold.
std::string build_image(const TokenizerSpec& spec);

}  // namespace polyglyph::vocab
