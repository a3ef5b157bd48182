// From a TokenizerSpec to an image: everything that can be worked out once, worked out once.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "vocab/spec.h"

namespace polyglyph::vocab {

// A text to another: what the caller knows and vocabularies do not.
using Rewrite = std::function<std::string(std::string_view)>;

// `normalize`: what the spec's normalizers make of a text; may be empty when it has none. `decode`: what its
// decoder makes of a token's name in the middle of a text; may be empty when that is the token's bytes.
// Throws Error where the spec asks for more than an image can hold.
std::string build_image(const TokenizerSpec& spec, const Rewrite& normalize = {}, const Rewrite& decode = {});

}  // namespace polyglyph::vocab
