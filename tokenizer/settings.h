// Truncation and padding as the reference applies them.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "polyglyph/options.h"
#include "polyglyph/settings.h"
#include "polyglyph/types.h"
#include "tokenizer/engine.h"

namespace polyglyph::tokenizer {

// The tokens of a text that stay: a range of their numbers.
struct Kept {
  std::size_t begin = 0, end = 0;
  std::size_t size() const { return end - begin; }
};

// Of one text or two, of `first` and `second` tokens, where a template adds `added` more. Throws
// Error(invalid_argument) where the strategy cannot take away enough.
std::array<Kept, 2> truncate(const Truncation& truncation, std::size_t added, std::size_t first,
                             std::optional<std::size_t> second);

// How long inputs become of which the longest has `longest` tokens.
std::size_t padded_size(const Padding& padding, std::size_t longest);

// One text by the engine and its settings, but for padding: the ids are those of `parts` in a row, which lie
// in the worker's buffer.
using IdParts = std::array<std::span<const TokenId>, 3>;
IdParts encode_truncated(const Engine& engine, std::string_view text, const EncodeOptions& options,
                         Worker& worker);

// The number of ids that Tokenizer::encode gives.
std::size_t count_settled(const Engine& engine, std::string_view text, const EncodeOptions& options,
                          Worker& worker);

// Appends the ids, padded to `size` unless `padding` is nullptr.
void append_padded(const IdParts& parts, const Padding* padding, std::size_t size, std::vector<TokenId>& out);

}  // namespace polyglyph::tokenizer
