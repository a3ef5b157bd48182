// SentencePiece's whole normalizer: rules, and what becomes of spaces.
#pragma once

#include <memory>

#include "normalizers/step.h"
#include "unicode/normal_step.h"

namespace polyglyph::normalizers {

// A step of kind `sentencepiece`. It takes any bytes and makes well-formed text of them. Throws
// Error(malformed) for a damaged charsmap.
std::unique_ptr<Step> make_sentencepiece_step(const unicode::NormalStep& step);

}  // namespace polyglyph::normalizers
