// The span of a token without the white space at its ends: what post-processors with trim_offsets do.
#pragma once

#include <string_view>

#include "polyglyph/types.h"

namespace polyglyph::tokenizer {

// `name`: the token as its file spells it, or with `spelled` the bytes that its spelling in the byte alphabet
// stands for. A single blank in front stays where `keep_one` is set: the splitter may have put it there.
Span trim_blanks(std::string_view name, bool spelled, Span span, bool keep_one);

}  // namespace polyglyph::tokenizer
