// The bound of Martello and Toth (Knapsack Problems, 1990, section 8.3), L2. Take a size k of at most half a
// bin. Pieces above capacity - k lie without any of at least k; pieces above half a bin each need a bin of
// their own, and what those bins have left is all that pieces of k to half a bin can use besides bins of
// their own. The best k gives the bound.
#include "packing/lower_bound.h"

#include <algorithm>

namespace polyglyph::packing {

LowerBound::LowerBound(std::int64_t capacity)
    : capacity_(capacity), counts_(static_cast<std::size_t>(capacity) + 1, 0) {}

void LowerBound::add(std::int64_t size) {
  ++counts_[static_cast<std::size_t>(size)];
  ++pieces_;
  total_ += size;
}

std::int64_t LowerBound::bins(std::int64_t most, bool cut) const {
  const auto ceil = [](std::int64_t a, std::int64_t b) { return (a + b - 1) / b; };
  std::int64_t best = ceil(total_, capacity_);
  if (most != 0) best = std::max(best, ceil(pieces_, most));
  if (cut) return best;
  const std::int64_t half = capacity_ / 2;
  std::int64_t alone = 0, large = 0, large_total = 0, small_total = 0;
  for (std::int64_t size = half + 1; size <= capacity_; ++size) {
    large += counts_[static_cast<std::size_t>(size)];
    large_total += counts_[static_cast<std::size_t>(size)] * size;
  }
  // From k = half down: pieces of k join the small ones, and pieces of capacity - k are no longer alone.
  for (std::int64_t size = capacity_ - half + 1; size <= capacity_; ++size) {
    const std::int64_t count = counts_[static_cast<std::size_t>(size)];
    alone += count;
    large -= count;
    large_total -= count * size;
  }
  for (std::int64_t k = half; k > 0; --k) {
    small_total += counts_[static_cast<std::size_t>(k)] * k;
    const std::int64_t rest = small_total - (large * capacity_ - large_total);
    best = std::max(best, alone + large + (rest > 0 ? ceil(rest, capacity_) : 0));
    const std::int64_t next = capacity_ - k + 1;  // alone for k, with room for a piece of k - 1
    const std::int64_t count = counts_[static_cast<std::size_t>(next)];
    alone -= count;
    large += count;
    large_total += count * next;
  }
  return std::max(best, alone + large);
}

}  // namespace polyglyph::packing
