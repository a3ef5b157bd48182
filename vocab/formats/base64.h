// Base64, as RFC 4648 has it.
#pragma once

#include <string>
#include <string_view>

namespace polyglyph::vocab {

// Appends what `text` stands for; false where it is not padded base64 (RFC 4648) with the bits of the padding
// zero.
bool append_base64(std::string_view text, std::string& out);

}  // namespace polyglyph::vocab
