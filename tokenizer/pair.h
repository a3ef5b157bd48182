// One text or two as one input: their encodings in the places that the vocabulary's template gives them.
#pragma once

#include <optional>
#include <string_view>

#include "polyglyph/options.h"
#include "polyglyph/types.h"
#include "tokenizer/engine.h"

namespace polyglyph::tokenizer {

PairEncoding encode_pair(const Engine& engine, std::string_view first, std::optional<std::string_view> second,
                         const EncodeOptions& options, OffsetUnit unit);

}  // namespace polyglyph::tokenizer
