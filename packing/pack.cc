// A whole set at once: documents are cut to pieces, pieces are put in the order in which they are to be laid
// out, each is given a bin, and then they are gathered by bin. Best fit decreasing is best fit in the order
// of lengths; these are small numbers, so that counting them sorts them.
#include "polyglyph/pack.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "packing/cutter.h"
#include "packing/open_bins.h"
#include "packing/shuffle.h"

namespace polyglyph {
namespace {

using packing::Cutter;
using packing::Piece;

// The order of decreasing sizes; of equal ones the order they have.
std::vector<Piece> longest_first(const std::vector<Piece>& pieces, const Cutter& cutter) {
  std::vector<std::size_t> places(static_cast<std::size_t>(cutter.units_of_bin()) + 2, 0);
  const auto key = [&](const Piece& piece) {
    return static_cast<std::size_t>(cutter.units_of_bin() - cutter.units(piece.length));
  };
  for (const Piece& piece : pieces) ++places[key(piece) + 1];
  std::partial_sum(places.begin(), places.end(), places.begin());
  std::vector<Piece> sorted(pieces.size());
  for (const Piece& piece : pieces) sorted[places[key(piece)]++] = piece;
  return sorted;
}

// `bins`: of each piece. Pieces of a bin keep their order; bins go in theirs, or shuffled.
void gather(const std::vector<Piece>& pieces, const std::vector<std::size_t>& bins, std::size_t count,
            PackPlan& plan) {
  std::vector<std::size_t> place(count);  // by bin: which one it becomes
  std::iota(place.begin(), place.end(), std::size_t{0});
  if (plan.options.seed) packing::shuffle(place, *plan.options.seed + 1);
  plan.bin_offsets.assign(count + 1, 0);
  for (const std::size_t bin : bins) ++plan.bin_offsets[place[bin] + 1];
  std::partial_sum(plan.bin_offsets.begin(), plan.bin_offsets.end(), plan.bin_offsets.begin());
  std::vector<std::int64_t> next(plan.bin_offsets.begin(), plan.bin_offsets.end() - 1);
  for (std::vector<std::int64_t>* column : {&plan.document, &plan.start, &plan.length})
    column->resize(pieces.size());
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto at = static_cast<std::size_t>(next[place[bins[i]]]++);
    plan.document[at] = pieces[i].document;
    plan.start[at] = pieces[i].start;
    plan.length[at] = pieces[i].length;
  }
}

}  // namespace

PackPlan pack(std::span<const std::int64_t> lengths, const PackOptions& options) {
  packing::check(options);
  PackPlan plan;
  plan.options = options;
  std::vector<std::size_t> order(options.seed ? lengths.size() : 0);
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (options.seed) packing::shuffle(order, *options.seed);

  Cutter cutter(plan.options);
  const auto open = packing::make_open_bins(options.strategy, cutter.units_of_bin(), options.max_documents,
                                            std::numeric_limits<std::size_t>::max());
  std::vector<Piece> pieces;
  std::vector<std::size_t> bins;
  const auto place = [&](const Piece& piece) { bins.push_back(open->place(cutter.units(piece.length))); };
  const bool at_once = options.strategy != PackStrategy::best_fit;
  const auto take = [&](const Piece& piece) {
    pieces.push_back(piece);
    if (at_once) place(piece);
  };
  const auto room = [&] { return open->room() * options.pad_each_to; };
  pieces.reserve(lengths.size());
  bins.reserve(lengths.size());
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const std::size_t document = options.seed ? order[i] : i;
    cutter.cut(static_cast<std::int64_t>(document), lengths[document], take, room);
  }
  if (!at_once) {
    pieces = longest_first(pieces, cutter);
    for (const Piece& piece : pieces) place(piece);
  }
  const std::size_t count = bins.empty() ? 0 : *std::ranges::max_element(bins) + 1;
  gather(pieces, bins, count, plan);
  plan.report = cutter.report(static_cast<std::int64_t>(count));
  return plan;
}

}  // namespace polyglyph
