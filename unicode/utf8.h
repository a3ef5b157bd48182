// Walking UTF-8 that may be ill-formed.
//
// One policy everywhere: each maximal ill-formed subpart (Unicode 16.0, section 3.9, table 3-8: the longest
// prefix of a well-formed sequence, or else one byte) is one character, U+FFFD. Python's and Rust's lossy
// decoding do the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace polyglyph::unicode {

inline constexpr char32_t kReplacement = 0xFFFD;

struct Decoded {
  char32_t code_point;  // kReplacement where ill-formed
  std::uint32_t size;   // bytes consumed, 1 to 4
  bool valid;
};

// How many bytes a lead byte announces; 0 for bytes that cannot begin a character.
inline std::uint32_t sequence_size(unsigned char lead) noexcept {
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return 2;
  if (lead < 0xF0) return 3;
  return lead < 0xF5 ? 4 : 0;
}

// The limits that the second byte of a sequence must keep, by its lead byte: they rule out overlong forms,
// surrogates and code points beyond U+10FFFF.
inline bool second_byte_fits(unsigned char lead, unsigned char second) noexcept {
  switch (lead) {
    case 0xE0:
      return second >= 0xA0 && second < 0xC0;
    case 0xED:
      return second >= 0x80 && second < 0xA0;
    case 0xF0:
      return second >= 0x90 && second < 0xC0;
    case 0xF4:
      return second >= 0x80 && second < 0x90;
    default:
      return second >= 0x80 && second < 0xC0;
  }
}

// decode() for everything: ill-formed, four bytes long, or near the end.
Decoded decode_any(const char* p, const char* end) noexcept;

// Reads the character at p; p < end. What most text is made of, well-formed characters of up to three bytes
// with some more text behind them, is read without a call.
[[gnu::always_inline]] inline Decoded decode(const char* p, const char* end) noexcept {
  const auto* s = reinterpret_cast<const unsigned char*>(p);
  const std::uint32_t lead = s[0];
  if (lead < 0x80) return {lead, 1, true};
  if (end - p < 3) return decode_any(p, end);
  const std::uint32_t second = s[1] ^ 0x80u,
                      third = s[2] ^ 0x80u;  // continuation bytes become less than 0x40
  if (lead < 0xE0) {
    if (lead < 0xC2 || second >= 0x40) return {kReplacement, 1, false};
    return {(lead & 0x1F) << 6 | second, 2, true};
  }
  if (lead < 0xF0 && (second | third) < 0x40) {
    const char32_t c = (lead & 0x0F) << 12 | second << 6 | third;
    if (c >= 0x800 && (c & 0xF800) != 0xD800) return {c, 3, true};  // neither overlong nor a surrogate
  }
  return decode_any(p, end);
}

// The number of bytes at the end of `text` (0 to 3) that are the beginning of a well-formed character whose
// rest has not come yet.
std::size_t unfinished_tail(std::string_view text) noexcept;

// How many bytes UTF-8 takes for `code_point`.
inline std::size_t encoded_size(char32_t code_point) noexcept {
  return code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
}

// Appends `code_point`, a Unicode scalar value.
void append(std::string& out, char32_t code_point);

// Appends `text` with each ill-formed part replaced by U+FFFD.
void append_lossy(std::string& out, std::string_view text);

bool is_valid(std::string_view text) noexcept;

std::size_t count_characters(std::string_view text) noexcept;

}  // namespace polyglyph::unicode
