// What the normalization forms ask about a character, in one word, for every code point.
//
// The table is generated (tools/generate_quick_check.cc) from ICU's data restricted to the characters of
// Unicode 9.0. Unicode never changes the normalization of an assigned character, so any ICU from 58 on gives
// this table.
#pragma once

#include <cstdint>

namespace polyglyph::normalizers {

// The lowest byte is the canonical combining class of the character, the next one that of the last character
// of its canonical decomposition (its own, where it has none); the rest are these flags.
using Property = std::uint32_t;

enum PropertyFlag : Property {
  kNotNfc = 1u << 16,  // never occurs in text of the form
  kNotNfd = 1u << 17,
  kNotNfkc = 1u << 18,
  kNotNfkd = 1u << 19,
  kInsideNfc = 1u << 20,  // its decomposition may join or move before a character that precedes it
  kInsideNfd = 1u << 21,
  kInsideNfkc = 1u << 22,
  kInsideNfkd = 1u << 23,
  kSecond = 1u << 24,  // is the second of two characters that compose ("Maybe" in NFC_QC and NFKC_QC)
  kFirst = 1u << 25,   // is the first of two characters that compose
};

constexpr unsigned combining_class(Property p) {
  return p & 0xFF;
}
constexpr unsigned trailing_class(Property p) {
  return p >> 8 & 0xFF;
}

inline constexpr Property kCombiningClassMask = 0xFF;
inline constexpr Property kTrailingClassMask = 0xFF00;

// No character from here on has any property: planes 3 to 13 are unassigned in Unicode 9.0, and 14 to 16 hold
// tags, variation selectors and private use.
inline constexpr char32_t kPropertyLimit = 0x30000;

// Three stages: a block of 64 code points, the kind of each, the property of the kind.
inline constexpr unsigned kPropertyKindCount = 101;
extern const std::uint8_t kPropertyBlocks[kPropertyLimit >> 6];
extern const std::uint8_t kPropertyKinds[];
extern const Property kProperties[kPropertyKindCount];

inline std::uint8_t kind_at(std::uint32_t block, std::uint32_t in_block) noexcept {
  return kPropertyKinds[std::uint32_t(kPropertyBlocks[block]) << 6 | in_block];
}

inline std::uint8_t kind_of(char32_t c) noexcept {
  return c < kPropertyLimit ? kind_at(c >> 6, c & 63) : 0;
}

inline Property property_of(char32_t c) noexcept {
  return kProperties[kind_of(c)];
}

// kSuspects[byte] has bit 1 << form set where `byte` begins, in UTF-8, a character that is not inert in the
// form.
extern const std::uint8_t kSuspects[256];

}  // namespace polyglyph::normalizers
