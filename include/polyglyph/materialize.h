// A model's inputs out of a plan (pack.h) and the tokens of its documents.
//
//   polyglyph::Batch batch = tokenizer.encode_batch(texts);
//   polyglyph::PackPlan plan = polyglyph::pack(polyglyph::row_lengths(batch.row_splits));
//   polyglyph::PackedBins bins = polyglyph::materialize(plan, batch.ids, batch.row_splits, 0, 8);
//
// The arrays are those that trainers expect of a packed batch: transformers' padding-free collator
// (position_ids, cu_seqlens, seq_idx), Megatron and Transformer Engine (cu_seqlens_padded, loss_mask). No
// dense attention mask is made: at 131,072 places it would have 2^34 entries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "polyglyph/pack.h"
#include "polyglyph/types.h"

namespace polyglyph {

enum class Positions : std::uint8_t {
  restart,    // each piece begins at 0, and so does the padding at the end of a bin
  continues,  // 0, 1, ... through the whole bin
};

enum class Labels : std::uint8_t {
  same,  // the token itself, for models that shift labels: none for the first token of a piece
  next,  // the token that follows, as Megatron takes them: none for the last token of a piece
};

inline constexpr std::int64_t kNoLabel = -100;

struct MaterializeOptions {
  TokenId pad_id = 0;
  Positions positions = Positions::restart;
  Labels labels = Labels::same;

  // Which tokens are to be learned, 1 or 0 by token of `ids`; empty: all. See loss_mask below.
  std::span<const std::uint8_t> loss_mask{};
};

// Bins laid end to end: bin b has the places token_offsets[b] .. token_offsets[b + 1], and the sequences
// sequence_offsets[b] .. sequence_offsets[b + 1], which are its pieces and, where it is filled up to
// pad_total_to, one more of padding alone.
struct PackedBins {
  std::vector<std::int64_t> token_offsets;
  std::vector<std::int64_t> sequence_offsets;

  // By place.
  std::vector<std::int64_t> input_ids;
  std::vector<std::int64_t> position_ids;
  std::vector<std::int64_t> labels;     // kNoLabel where no loss is due
  std::vector<std::uint8_t> loss_mask;  // 1 where labels has a token
  std::vector<std::int32_t> seq_idx;    // the sequence in its bin, from 0; -1 for padding

  // Those of bin b begin at sequence_offsets[b] + b and are one more than it has sequences; each begins
  // with 0. cu_seqlens counts tokens, cu_seqlens_padded places: a kernel that takes one of them takes the
  // second, which ends where the bin ends.
  std::vector<std::int32_t> cu_seqlens;
  std::vector<std::int32_t> cu_seqlens_padded;

  std::vector<std::int32_t> max_seqlen;  // by bin: places of its longest sequence
};

// The bins `first` .. `last` of the plan; all of them at once would take 29 bytes a place. `ids` and
// `row_splits` are the documents that the plan was made for, as Batch holds them. Throws
// Error(invalid_argument): bins that the plan does not have, row splits that do not ascend from 0 to the
// number of ids, documents that are fewer or shorter than the plan says, a loss mask of another length.
PackedBins materialize(const PackPlan& plan, std::span<const TokenId> ids,
                       std::span<const std::int64_t> row_splits, std::size_t first, std::size_t last,
                       const MaterializeOptions& options = {});

// The lengths of rows. Throws Error(invalid_argument) as materialize does, but for the number of ids.
std::vector<std::int64_t> row_lengths(std::span<const std::int64_t> row_splits);

// A stretch of a text and who speaks in it: what a chat template wrote for one message.
struct RoleSpan {
  Span span;
  std::string role;
};

// The loss mask of one text from the places of its tokens (Tokenizer::encode_with_offsets): 1 for a token
// that begins in a span of one of `roles`. Tokens of no text, such as a beginning of the sequence, are not
// learned. Spans are in the units of `offsets`, in any order.
std::vector<std::uint8_t> loss_mask(std::span<const Span> offsets, std::span<const RoleSpan> spans,
                                    std::span<const std::string_view> roles);

}  // namespace polyglyph
