// Character classes: the general categories that split patterns ask about, for every code point.
//
// The table is generated (tools/generate_char_classes.py) from Unicode 16.0, the version in which both
// references, Hugging Face tokenizers 0.23.3 and tiktoken 0.14.0, define \p{L} and the others.
#pragma once

#include <cstdint>

namespace polyglyph::unicode {

inline constexpr const char* kClassVersion = "16.0";

// Exactly one holds for each code point. The order lets a set of classes be a 16-bit mask.
enum class CharClass : std::uint8_t {
  lu,       // \p{Lu}
  ll,       // \p{Ll}
  lt,       // \p{Lt}
  lm,       // \p{Lm}
  lo,       // \p{Lo}
  mark,     // \p{M}
  number,   // \p{N}
  punct,    // \p{P}
  symbol,   // \p{S}
  newline,  // U+000A and U+000D
  space,    // the other characters of \s: White_Space
  other,    // \p{C} and what else is left
};

using ClassMask = std::uint16_t;

constexpr ClassMask mask_of(CharClass c) {
  return ClassMask(1u << static_cast<unsigned>(c));
}

inline constexpr ClassMask kLetterMask = mask_of(CharClass::lu) | mask_of(CharClass::ll) |
                                         mask_of(CharClass::lt) | mask_of(CharClass::lm) |
                                         mask_of(CharClass::lo);
inline constexpr ClassMask kMarkMask = mask_of(CharClass::mark);
inline constexpr ClassMask kNumberMask = mask_of(CharClass::number);
inline constexpr ClassMask kPunctMask = mask_of(CharClass::punct);
inline constexpr ClassMask kSymbolMask = mask_of(CharClass::symbol);
inline constexpr ClassMask kNewlineMask = mask_of(CharClass::newline);
inline constexpr ClassMask kSpaceMask = mask_of(CharClass::space) | kNewlineMask;  // \s
inline constexpr ClassMask kAllMask = (1u << 12) - 1;

// Two stages: kClassBlocks[cp >> 7] names a block of 128 classes in kClasses.
extern const std::uint8_t kClassBlocks[0x110000 >> 7];
extern const std::uint8_t kClasses[];

inline CharClass class_of(char32_t cp) noexcept {
  return static_cast<CharClass>(kClasses[std::uint32_t(kClassBlocks[cp >> 7]) << 7 | (cp & 127)]);
}

inline ClassMask class_mask(char32_t cp) noexcept {
  return mask_of(class_of(cp));
}

}  // namespace polyglyph::unicode
