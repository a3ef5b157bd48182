// Base64 with padding (RFC 4648).
#pragma once

#include <string>
#include <string_view>

namespace polyglyph::vocab {

// Appends what `text` stands for; false where it is no padded base64 with the bits of the padding zero.
bool append_base64(std::string_view text, std::string& out);

std::string to_base64(std::string_view bytes);

}  // namespace polyglyph::vocab
