// What the pretokenizers of Hugging Face tokenizers 0.23.3 ask about a character.
//
// Each of them has its facts from another library, and each library has its own Unicode version. The versions
// were found by trying every scalar value; the table is generated (tools/generate_split_classes.py).
#pragma once

#include <cstdint>

namespace polyglyph::unicode {

// A set of bits.
enum SplitClass : std::uint8_t {
  kSplitSpace = 1,        // Rust's char::is_whitespace: White_Space, the same in all versions since 6.3
  kSplitPunctuation = 2,  // BERT's: what ASCII has besides letters, digits, space and controls; \p{P} of 8.0
  kSplitWord = 4,         // \w of Rust's regex crate: 16.0
  kSplitNumeric = 8,      // Rust's char::is_numeric: \p{N} of 17.0
};

// Two stages, as in unicode/char_class.h.
extern const std::uint8_t kSplitClassBlocks[0x110000 >> 7];
extern const std::uint8_t kSplitClasses[];
extern const std::uint8_t kScriptBlocks[0x110000 >> 7];
extern const std::uint8_t kScripts[];

inline std::uint8_t split_class(char32_t cp) noexcept {
  return kSplitClasses[std::uint32_t(kSplitClassBlocks[cp >> 7]) << 7 | (cp & 127)];
}

// The script by a number of no meaning of its own: that of Unicode 9.0, with Hiragana, Katakana and U+30FC
// taken for Han; 0 for the space and for what has no script, which go with any.
inline std::uint8_t script_of(char32_t cp) noexcept {
  return kScripts[std::uint32_t(kScriptBlocks[cp >> 7]) << 7 | (cp & 127)];
}

}  // namespace polyglyph::unicode
