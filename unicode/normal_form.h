// The four Unicode normalization forms, by name.
#pragma once

#include <cstdint>

namespace polyglyph::unicode {

enum class NormalForm : std::uint8_t { nfc, nfd, nfkc, nfkd };

}  // namespace polyglyph::unicode
