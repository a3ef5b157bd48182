// The byte alphabet of GPT-2's encoder.py, used by every byte-level tokenizer.json: each of the 256 bytes is
// spelled as one printable character. Bytes that print in Latin-1 stand for themselves (0x21-0x7E, 0xA1-0xAC,
// 0xAE-0xFF); the other 68 are spelled U+0100, U+0101, ... in order.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace polyglyph::unicode {

// byte -> its character, in U+0021 .. U+0143.
const std::array<char32_t, 256>& byte_alphabet();

// Appends the bytes that `name` spells and returns true; false (and `bytes` as it was) if a character of it
// is outside the alphabet.
bool bytes_from_name(std::string_view name, std::string& bytes);

std::string name_from_bytes(std::string_view bytes);

}  // namespace polyglyph::unicode
