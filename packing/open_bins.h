// The bins that still have room, and which of them a piece goes into. All sizes are in the units that pieces
// are padded to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "polyglyph/pack.h"

namespace polyglyph::packing {

class OpenBins {
 public:
  virtual ~OpenBins() = default;

  // Puts in a piece of `size` <= capacity; gives the number of its bin. Bins are numbered in the order in
  // which they are opened.
  virtual std::size_t place(std::int64_t size) = 0;

  // What the bin that was opened last has left; 0 without one.
  virtual std::int64_t room() const { return 0; }

  // The bins that were closed since the last call, in order. None but these take no more pieces.
  std::vector<std::size_t> take_closed() { return std::exchange(closed_, {}); }

 protected:
  std::vector<std::size_t> closed_;
};

// `most_open`: how many bins may be open at once.
std::unique_ptr<OpenBins> make_open_bins(PackStrategy strategy, std::int64_t capacity,
                                         std::int64_t max_pieces, std::size_t most_open);

}  // namespace polyglyph::packing
