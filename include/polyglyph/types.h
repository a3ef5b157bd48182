// The plain values that go in and out of a Tokenizer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace polyglyph {

// A token's number in its vocabulary: the row of the model's embedding matrix.
using TokenId = std::uint32_t;

// A half-open range of the caller's own text; in bytes unless asked otherwise: text.substr(begin, end -
// begin).
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;

  friend bool operator==(const Span&, const Span&) = default;
};

// What the ends of a Span count.
enum class OffsetUnit {
  bytes,  // exact, also inside a character
  chars,  // Unicode scalar values; a token that holds part of a character spans the whole of it
  utf16,  // UTF-16 code units, as JavaScript, Java and C# count; a character is never cut either
};

// Token ids with the place each came from; ids[i] was read from offsets[i]. Tokens that
// add_special_tokens put in have the span {0, 0}.
struct Encoding {
  std::vector<TokenId> ids;
  std::vector<Span> offsets;
};

// One text or two as one input of a model. All vectors are as long as `ids`.
struct PairEncoding {
  std::vector<TokenId> ids;
  std::vector<std::uint32_t> type_ids;    // the segment each token belongs to, by the vocabulary's template
  std::vector<std::int8_t> sequence_ids;  // 0: read from the first text, 1: from the second, -1: from none
  std::vector<Span> offsets;              // in the text of that number; {0, 0} in none
  std::vector<std::uint8_t> attention_mask;  // 0 where padded (LoadOptions::apply_file_settings), else 1
};

// The ids of many texts in one flat array: text i is ids[row_splits[i]] .. ids[row_splits[i + 1]].
// row_splits has one entry more than there are texts and begins with 0.
struct Batch {
  std::vector<TokenId> ids;
  std::vector<std::int64_t> row_splits;
};

}  // namespace polyglyph
