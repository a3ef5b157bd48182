// The tokens at one end of a text, however long the text is, and the places near a token's end where a text
// may be cut.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "polyglyph/budget.h"
#include "polyglyph/tokenizer.h"
#include "text/segmenter.h"

namespace polyglyph::packing {

// Encoding a part of a text cut anywhere gives other tokens than the whole only near the cut, but for a piece
// that goes on and on: so many tokens before it are not relied upon.
inline constexpr std::size_t kUnsettledTokens = 32;

// About what a token takes: no more than the size of a first try depends on it.
inline constexpr std::size_t kBytesToken = 5;

// The tokens of the template that options.add_special_tokens adds; the rest of `limit` is for text. Throws
// Error(invalid_argument) about `parameter` where nothing is left, and where the tokenizer truncates by
// itself.
std::size_t text_budget(const Tokenizer& tokenizer, std::size_t limit, const EncodeOptions& options,
                        const char* parameter);

struct EndTokens {
  std::vector<Span>
      spans;  // of at least `wanted` tokens and kUnsettledTokens more, or of all; in bytes of the text
  bool all = false;
};
EndTokens end_tokens(const Tokenizer& tokenizer, std::string_view text, Side side, std::size_t wanted,
                     EncodeOptions options);

// Where the character that `place` lies in begins, or ends; `place` itself between two characters.
std::size_t character_floor(std::string_view text, std::size_t place);
std::size_t character_ceil(std::string_view text, std::size_t place);

// The same for what `whole` says. `graphemes`: made for graphemes.
std::size_t floor(text::Segmenter& graphemes, Whole whole, std::string_view text, std::size_t place);
std::size_t ceil(text::Segmenter& graphemes, Whole whole, std::string_view text, std::size_t place);

}  // namespace polyglyph::packing
