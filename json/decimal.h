// Decimal numbers as serde_json reads them.
//
// Hugging Face tokenizers reads its files with Rust's serde_json, whose numbers are not always the double
// nearest to the text: about one in eight of seventeen digits is off in its last bit. Where scores are added
// up and compared, such a bit decides, so who reads scores reads them this way.
#pragma once

#include <string_view>

namespace polyglyph::json {

// `number` is a number by JSON's grammar. Infinite where serde_json refuses it as out of range.
double read_decimal(std::string_view number);

}  // namespace polyglyph::json
