// The normalizer Precompiled of Hugging Face tokenizers: the rules of a charsmap on grapheme clusters.
#pragma once

#include <memory>
#include <string_view>

#include "normalizers/step.h"

namespace polyglyph::normalizers {

// Throws Error(malformed) for a damaged charsmap.
std::unique_ptr<Step> make_precompiled_step(std::string_view charsmap);

}  // namespace polyglyph::normalizers
