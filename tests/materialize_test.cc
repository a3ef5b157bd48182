// A model's inputs from a plan: every array of small bins spelled out, and what must not be passed.
#include "polyglyph/materialize.h"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "tests/loading.h"

namespace polyglyph::test {
namespace {

using Numbers = std::vector<std::int64_t>;
using Small = std::vector<std::int32_t>;
using Bits = std::vector<std::uint8_t>;

// Documents of 3, 2 and 6 tokens in bins of 6: 0 and 1, and 2 by itself.
const std::vector<TokenId> kIds = {10, 11, 12, 20, 21, 30, 31, 32, 33, 34, 35};
const Numbers kSplits = {0, 3, 5, 11};

PackPlan plan_of(PackOptions options = {}) {
  options.capacity = 6;
  options.strategy = PackStrategy::sequential;
  return pack(row_lengths(kSplits), options);
}

constexpr std::int64_t x = kNoLabel;

TEST_CASE("bins as they are") {
  const PackedBins bins = materialize(plan_of(), kIds, kSplits, 0, 2);
  CHECK(bins.token_offsets == Numbers{0, 5, 11});
  CHECK(bins.sequence_offsets == Numbers{0, 2, 3});
  CHECK(bins.input_ids == Numbers{10, 11, 12, 20, 21, 30, 31, 32, 33, 34, 35});
  CHECK(bins.position_ids == Numbers{0, 1, 2, 0, 1, 0, 1, 2, 3, 4, 5});
  CHECK(bins.labels == Numbers{x, 11, 12, x, 21, x, 31, 32, 33, 34, 35});
  CHECK(bins.loss_mask == Bits{0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1});
  CHECK(bins.seq_idx == Small{0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0});
  CHECK(bins.cu_seqlens == Small{0, 3, 5, 0, 6});
  CHECK(bins.cu_seqlens_padded == bins.cu_seqlens);
  CHECK(bins.max_seqlen == Small{3, 6});
}

TEST_CASE("padding of each sequence and of the whole") {
  const PackPlan plan = plan_of({.pad_each_to = 2, .pad_total_to = 6});
  const MaterializeOptions options{.pad_id = 99, .positions = Positions::continues, .labels = Labels::next};
  const PackedBins bins = materialize(plan, kIds, kSplits, 0, 1, options);
  CHECK(bins.input_ids == Numbers{10, 11, 12, 99, 20, 21});
  CHECK(bins.position_ids == Numbers{0, 1, 2, 3, 4, 5});
  CHECK(bins.labels == Numbers{11, 12, x, x, 21, x});
  CHECK(bins.seq_idx == Small{0, 0, 0, -1, 1, 1});
  CHECK(bins.cu_seqlens == Small{0, 3, 5});
  CHECK(bins.cu_seqlens_padded == Small{0, 4, 6});
  CHECK(bins.max_seqlen == Small{4});
  // What is left of a bin is one more sequence.
  const PackedBins filled = materialize(plan_of({.pad_total_to = 3}), kIds, kSplits, 0, 2, {.pad_id = 99});
  CHECK(filled.token_offsets == Numbers{0, 6, 12});
  CHECK(filled.sequence_offsets == Numbers{0, 3, 4});
  CHECK(filled.position_ids == Numbers{0, 1, 2, 0, 1, 0, 0, 1, 2, 3, 4, 5});
  CHECK(filled.cu_seqlens == Small{0, 3, 5, 5, 0, 6});
  CHECK(filled.cu_seqlens_padded == Small{0, 3, 5, 6, 0, 6});
  CHECK(filled.seq_idx[5] == -1);
  CHECK(filled.labels[5] == x);
}

TEST_CASE("a document in two pieces, and a loss mask") {
  const PackPlan plan = pack(row_lengths(kSplits), {.capacity = 4, .strategy = PackStrategy::concat});
  const Bits mask = {1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0};
  const PackedBins bins = materialize(plan, kIds, kSplits, 0, 3, {.loss_mask = mask});
  CHECK(bins.token_offsets == Numbers{0, 4, 8, 11});
  CHECK(bins.position_ids == Numbers{0, 1, 2, 0, 0, 0, 1, 2, 0, 1, 2});
  CHECK(bins.labels == Numbers{x, 11, 12, x, x, x, x, x, x, 34, x});
}

TEST_CASE("loss masks by role") {
  // "U: hi A: yes!" and a token in front that is of no text.
  const std::vector<Span> offsets = {{0, 0}, {0, 2}, {2, 5}, {5, 8}, {8, 12}, {12, 13}};
  const std::vector<RoleSpan> spans = {{{12, 13}, "assistant"}, {{0, 5}, "user"}, {{8, 12}, "assistant"}};
  const std::string_view assistant[] = {"assistant"}, both[] = {"user", "assistant"};
  CHECK(loss_mask(offsets, spans, assistant) == Bits{0, 0, 0, 0, 1, 1});
  CHECK(loss_mask(offsets, spans, both) == Bits{0, 1, 1, 0, 1, 1});
  CHECK(loss_mask(offsets, spans, {}) == Bits{0, 0, 0, 0, 0, 0});
  // Spans that overlap, and a token that begins in one and ends behind it.
  const std::vector<RoleSpan> nested = {{{0, 10}, "assistant"}, {{2, 4}, "assistant"}};
  CHECK(loss_mask(offsets, nested, assistant) == Bits{0, 1, 1, 1, 1, 0});
}

TEST_CASE("what does not fit together") {
  struct Case {
    std::vector<TokenId> ids;
    Numbers splits;
    std::size_t first, last;
    Bits mask;
    std::vector<std::string> parts;
  };
  const Case cases[] = {
      {kIds, kSplits, 0, 3, {}, {"bins 0 to 3", "plan of 2"}},
      {kIds, kSplits, 2, 1, {}, {"bins 2 to 1"}},
      {kIds, {}, 0, 2, {}, {"begin with 0"}},
      {kIds, {1, 3, 5, 11}, 0, 2, {}, {"begin with 0"}},
      {kIds, {0, 5, 3, 11}, 0, 2, {}, {"goes down from 5 to 3 at 2"}},
      {kIds, {0, 3, 5, 10}, 0, 2, {}, {"ends at 10", "11 ids"}},
      {kIds, {0, 3, 11}, 0, 2, {}, {"2 documents", "plan is of 3"}},
      {kIds, {0, 3, 6, 11}, 0, 2, {}, {"document 2 has 5 tokens", "6 of them"}},
      {std::vector<TokenId>(12), {0, 4, 6, 12}, 0, 2, {}, {"have 12 tokens", "had 11"}},
      {kIds, kSplits, 0, 2, {1, 1}, {"loss mask has 2", "11 ids"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.parts);
    const auto call = [&] {
      materialize(plan_of(), c.ids, c.splits, c.first, c.last, {.loss_mask = c.mask});
    };
    check_error(error_of(call), ErrorCode::invalid_argument, c.parts);
  }
  check_error(error_of([] { row_lengths(Numbers{0, 2, 1}); }), ErrorCode::invalid_argument, {"goes down"});
}

}  // namespace
}  // namespace polyglyph::test
