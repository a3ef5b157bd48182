#include "tests/reference/pack.h"

#include <algorithm>

namespace polyglyph::reference {
namespace {

struct Bin {
  std::int64_t room, pieces;
};

bool takes(const Bin& bin, std::int64_t size, std::int64_t most) {
  return bin.room >= size && (most == 0 || bin.pieces < most);
}

void search(const std::vector<std::int64_t>& sizes, std::size_t next, std::int64_t capacity,
            std::int64_t most, std::vector<Bin>& bins, std::int64_t& best) {
  if (static_cast<std::int64_t>(bins.size()) >= best) return;
  if (next == sizes.size()) {
    best = static_cast<std::int64_t>(bins.size());
    return;
  }
  for (std::size_t i = 0; i < bins.size(); ++i) {
    if (!takes(bins[i], sizes[next], most)) continue;
    bins[i].room -= sizes[next];
    ++bins[i].pieces;
    search(sizes, next + 1, capacity, most, bins, best);
    bins[i].room += sizes[next];
    --bins[i].pieces;
  }
  bins.push_back({capacity - sizes[next], 1});
  search(sizes, next + 1, capacity, most, bins, best);
  bins.pop_back();
}

}  // namespace

std::vector<std::size_t> fit(const std::vector<std::int64_t>& sizes, std::int64_t capacity, std::int64_t most,
                             bool best) {
  std::vector<Bin> bins;
  std::vector<std::size_t> placed;
  for (const std::int64_t size : sizes) {
    std::size_t found = bins.size();
    for (std::size_t i = 0; i < bins.size(); ++i) {
      if (!takes(bins[i], size, most)) continue;
      if (found == bins.size() || (best && bins[i].room < bins[found].room)) found = i;
    }
    if (found == bins.size()) bins.push_back({capacity, 0});
    bins[found].room -= size;
    ++bins[found].pieces;
    placed.push_back(found);
  }
  return placed;
}

std::int64_t fewest_bins(const std::vector<std::int64_t>& sizes, std::int64_t capacity, std::int64_t most) {
  std::vector<Bin> bins;
  auto best = static_cast<std::int64_t>(sizes.size()) + 1;
  search(sizes, 0, capacity, most, bins, best);
  return sizes.empty() ? 0 : best;
}

}  // namespace polyglyph::reference
