// Bins are filled piece by piece, with every array resized once. The first token of a piece has nothing
// before it in the bin that belongs to its document, so it is never a label of its own place, nor is the last
// one's successor a label of the last place.
#include "polyglyph/materialize.h"

#include <fmt/format.h>

#include <algorithm>

#include "polyglyph/error.h"

namespace polyglyph {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::invalid_argument, "materialize: " + what);
}

std::int64_t rounded_up(std::int64_t number, std::int64_t unit) {
  return (number + unit - 1) / unit * unit;
}

void check_splits(std::span<const std::int64_t> row_splits) {
  if (row_splits.empty() || row_splits[0] != 0)
    refuse("row_splits has to begin with 0; pass what encode_batch gave");
  for (std::size_t i = 1; i < row_splits.size(); ++i) {
    if (row_splits[i] < row_splits[i - 1]) {
      refuse(fmt::format("row_splits goes down from {} to {} at {}; rows lie one after the other",
                         row_splits[i - 1], row_splits[i], i));
    }
  }
}

class Filler {
 public:
  Filler(const PackPlan& plan, std::span<const TokenId> ids, std::span<const std::int64_t> row_splits,
         const MaterializeOptions& options)
      : plan_(plan), ids_(ids), row_splits_(row_splits), options_(options) {
    packed_.token_offsets.push_back(0);
    packed_.sequence_offsets.push_back(0);
  }

  void reserve(std::size_t first, std::size_t last) {
    std::int64_t places = 0;
    for (std::size_t bin = first; bin < last; ++bin) {
      std::int64_t size = 0;
      for (auto i = plan_.bin_offsets[bin]; i < plan_.bin_offsets[bin + 1]; ++i)
        size += rounded_up(plan_.length[static_cast<std::size_t>(i)], plan_.options.pad_each_to);
      places += rounded_up(size, plan_.options.pad_total_to);
    }
    const auto count = static_cast<std::size_t>(places);
    packed_.input_ids.assign(count, options_.pad_id);
    packed_.labels.assign(count, kNoLabel);
    packed_.loss_mask.assign(count, 0);
    packed_.seq_idx.assign(count, -1);
    packed_.position_ids.reserve(count);
  }

  void add_bin(std::size_t bin) {
    begin_ = packed_.token_offsets.back();
    tokens_ = places_ = longest_ = 0;
    end_sequence();
    const auto begin = static_cast<std::size_t>(plan_.bin_offsets[bin]);
    const auto end = static_cast<std::size_t>(plan_.bin_offsets[bin + 1]);
    for (std::size_t piece = begin; piece < end; ++piece) {
      add_tokens(piece, static_cast<std::int32_t>(piece - begin));
      add_places(rounded_up(plan_.length[piece], plan_.options.pad_each_to));
      tokens_ += plan_.length[piece];
      end_sequence();
    }
    auto sequences = static_cast<std::int64_t>(end - begin);
    if (const std::int64_t padding = rounded_up(places_, plan_.options.pad_total_to) - places_; padding > 0) {
      add_places(padding);
      end_sequence();
      ++sequences;
    }
    packed_.token_offsets.push_back(begin_ + places_);
    packed_.sequence_offsets.push_back(packed_.sequence_offsets.back() + sequences);
    packed_.max_seqlen.push_back(static_cast<std::int32_t>(longest_));
  }

  PackedBins take() { return std::move(packed_); }

 private:
  // The next places are those of one sequence.
  void add_places(std::int64_t count) {
    const std::int64_t first = options_.positions == Positions::continues ? places_ : 0;
    for (std::int64_t i = 0; i < count; ++i) packed_.position_ids.push_back(first + i);
    places_ += count;
    longest_ = std::max(longest_, count);
  }

  void end_sequence() {
    packed_.cu_seqlens.push_back(static_cast<std::int32_t>(tokens_));
    packed_.cu_seqlens_padded.push_back(static_cast<std::int32_t>(places_));
  }

  void add_tokens(std::size_t piece, std::int32_t sequence) {
    const auto document = static_cast<std::size_t>(plan_.document[piece]);
    const std::int64_t from = row_splits_[document] + plan_.start[piece];
    const auto length = static_cast<std::size_t>(plan_.length[piece]);
    if (from + plan_.length[piece] > row_splits_[document + 1]) {
      refuse(
          fmt::format("document {} has {} tokens, and the plan lays out {} of them; the plan is of other "
                      "documents",
                      document, row_splits_[document + 1] - row_splits_[document],
                      plan_.start[piece] + plan_.length[piece]));
    }
    const auto at = static_cast<std::size_t>(begin_ + places_);
    const auto source = static_cast<std::size_t>(from);
    for (std::size_t i = 0; i < length; ++i) {
      packed_.input_ids[at + i] = ids_[source + i];
      packed_.seq_idx[at + i] = sequence;
    }
    for (std::size_t i = 1; i < length; ++i) {
      if (!options_.loss_mask.empty() && options_.loss_mask[source + i] == 0) continue;
      const std::size_t place = at + i - (options_.labels == Labels::next);
      packed_.labels[place] = ids_[source + i];
      packed_.loss_mask[place] = 1;
    }
  }

  const PackPlan& plan_;
  std::span<const TokenId> ids_;
  std::span<const std::int64_t> row_splits_;
  const MaterializeOptions& options_;
  PackedBins packed_;

  // Of the bin: its first place; tokens, places and the longest sequence so far.
  std::int64_t begin_ = 0, tokens_ = 0, places_ = 0, longest_ = 0;
};

}  // namespace

PackedBins materialize(const PackPlan& plan, std::span<const TokenId> ids,
                       std::span<const std::int64_t> row_splits, std::size_t first, std::size_t last,
                       const MaterializeOptions& options) {
  const std::size_t bins = plan.bin_offsets.size() - 1;
  if (first > last || last > bins)
    refuse(fmt::format("bins {} to {} of a plan of {}; name bins that it has", first, last, bins));
  check_splits(row_splits);
  if (row_splits.back() != static_cast<std::int64_t>(ids.size())) {
    refuse(fmt::format("row_splits ends at {}, but there are {} ids; pass both as encode_batch gave them",
                       row_splits.back(), ids.size()));
  }
  const auto documents = static_cast<std::int64_t>(row_splits.size()) - 1;
  if (documents < plan.report.documents || (documents > plan.report.documents && !plan.more_to_come)) {
    refuse(fmt::format("{} documents, and the plan is of {}; pass the documents that it was made for",
                       documents, plan.report.documents));
  }
  if (!options.loss_mask.empty() && options.loss_mask.size() != ids.size()) {
    refuse(fmt::format("the loss mask has {} entries, but there are {} ids; give one for each",
                       options.loss_mask.size(), ids.size()));
  }
  Filler filler(plan, ids, row_splits, options);
  filler.reserve(first, last);
  for (std::size_t bin = first; bin < last; ++bin) filler.add_bin(bin);
  // Documents that are too short have been found by now; those that are too long, only their sum tells.
  const std::int64_t planned = plan.report.tokens + plan.report.truncated_tokens + plan.report.dropped_tokens;
  if (documents == plan.report.documents && row_splits.back() != planned) {
    refuse(
        fmt::format("the documents have {} tokens, and those that the plan was made for had {}; pass those",
                    row_splits.back(), planned));
  }
  return filler.take();
}

std::vector<std::int64_t> row_lengths(std::span<const std::int64_t> row_splits) {
  check_splits(row_splits);
  std::vector<std::int64_t> lengths;
  lengths.reserve(row_splits.size() - 1);
  for (std::size_t i = 1; i < row_splits.size(); ++i) lengths.push_back(row_splits[i] - row_splits[i - 1]);
  return lengths;
}

std::vector<std::uint8_t> loss_mask(std::span<const Span> offsets, std::span<const RoleSpan> spans,
                                    std::span<const std::string_view> roles) {
  // Stretches that are learned, in order and without overlaps.
  std::vector<Span> learned;
  for (const RoleSpan& span : spans) {
    if (span.span.begin < span.span.end && std::ranges::find(roles, span.role) != roles.end())
      learned.push_back(span.span);
  }
  std::ranges::sort(learned, {}, &Span::begin);
  std::size_t kept = 0;
  for (const Span& span : learned) {
    if (kept > 0 && span.begin <= learned[kept - 1].end) {
      learned[kept - 1].end = std::max(learned[kept - 1].end, span.end);
    } else {
      learned[kept++] = span;
    }
  }
  learned.resize(kept);
  std::vector<std::uint8_t> mask;
  mask.reserve(offsets.size());
  for (const Span& token : offsets) {
    const auto after = std::ranges::upper_bound(learned, token.begin, {}, &Span::begin);
    const bool inside = after != learned.begin() && token.begin < (after - 1)->end;
    mask.push_back(inside && token.begin < token.end);
  }
  return mask;
}

}  // namespace polyglyph
