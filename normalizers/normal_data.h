// What the normalization forms know about characters: properties, decompositions, compositions.
//
// All of it is generated (tools/generate_normal_table.cc) from ICU's data restricted to the characters of
// Unicode 9.0. Unicode never changes the normalization of an assigned character, so any ICU from 58 on gives
// these tables, and there is nothing about them to keep up to date: that is why the library carries them
// instead of linking ICU.
#pragma once

#include <cstddef>
#include <cstdint>

namespace polyglyph::normalizers {

// The lowest byte is the canonical combining class of the character, the next one that of the last character
// of its canonical decomposition (its own, where it has none); the rest are these flags.
using Property = std::uint32_t;

enum PropertyFlag : Property {
  // The character never occurs in text of the form.
  kNotNfc = 1u << 16,
  kNotNfd = 1u << 17,
  kNotNfkc = 1u << 18,
  kNotNfkd = 1u << 19,
  // Its decomposition may join, or move before, a character that precedes it.
  kInsideNfc = 1u << 20,
  kInsideNfd = 1u << 21,
  kInsideNfkc = 1u << 22,
  kInsideNfkd = 1u << 23,
  // It is the second of two characters that compose ("Maybe" in NFC_QC and NFKC_QC), or the first.
  kSecond = 1u << 24,
  kFirst = 1u << 25,
};

inline constexpr Property kCombiningClassMask = 0xFF;
inline constexpr Property kTrailingClassMask = 0xFF00;

constexpr unsigned combining_class(Property p) {
  return p & kCombiningClassMask;
}

constexpr unsigned trailing_class(Property p) {
  return (p & kTrailingClassMask) >> 8;
}

// No character from here on has any property: planes 3 to 13 are unassigned in Unicode 9.0, and 14 to 16 hold
// tags, variation selectors and private use.
inline constexpr char32_t kPropertyLimit = 0x30000;

// Three stages: a block of 64 code points, the kind of each, the property of the kind.
inline constexpr unsigned kPropertyKindCount = 101;
extern const std::uint8_t kPropertyBlocks[kPropertyLimit >> 6];
extern const std::uint8_t kPropertyKinds[];
extern const Property kProperties[kPropertyKindCount];

// Kind 0 is that of most characters, which have no property at all.
inline std::uint8_t kind_of(char32_t c) noexcept {
  if (c >= kPropertyLimit) return 0;
  return kPropertyKinds[std::uint32_t(kPropertyBlocks[c >> 6]) << 6 | (c & 63)];
}

inline Property property_of(char32_t c) noexcept {
  return kProperties[kind_of(c)];
}

// kSuspects[byte] has bit 1 << form set where `byte` begins, in UTF-8, a character that is not inert in the
// form.
extern const std::uint8_t kSuspects[256];

// Full decompositions, ascending by character; those of Hangul syllables are computed instead. An entry is
// the character and, in the lowest kPartsBits, where its decomposition begins in `parts`; it ends where that
// of the next entry begins, and behind the last entry stands one of no character. The compatibility ones are
// only those that differ from the canonical ones.
inline constexpr unsigned kPartsBits = 14;
struct Decompositions {
  const std::uint32_t* entries;
  std::size_t count;
  const char32_t* parts;
};
extern const Decompositions kCanonicalDecompositions;
extern const Decompositions kCompatibilityDecompositions;

// Two characters that compose and what to; ascending by the two. Those of Hangul are computed instead.
struct Composition {
  char32_t first;
  char32_t second;
  char32_t composite;
};
inline constexpr std::size_t kCompositionCount = 940;
extern const Composition kCompositions[kCompositionCount];

}  // namespace polyglyph::normalizers
