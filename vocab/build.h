// From a TokenizerSpec to an image: everything that can be worked out once, worked out once.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "vocab/spec.h"

namespace polyglyph::vocab {

// What the spec's normalizers make of a text; the caller's, because vocabularies do not know normalizers.
using Normalize = std::function<std::string(std::string_view)>;

// `normalize` may be empty when the spec has no normalizers. Throws Error where the spec asks for more than
// an image can hold.
std::string build_image(const TokenizerSpec& spec, const Normalize& normalize = {});

}  // namespace polyglyph::vocab
