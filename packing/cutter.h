// Documents to pieces: what is too long for a bin, and what the report says about it.
#pragma once

#include <cstdint>

#include "packing/lower_bound.h"
#include "packing/open_bins.h"
#include "polyglyph/pack.h"

namespace polyglyph::packing {

// Throws Error(invalid_argument) for options without meaning.
void check(const PackOptions& options);

// Of one piece that has a bin for itself.
inline std::int64_t tokens_of_bin(const PackOptions& options) {
  return options.capacity / options.pad_each_to * options.pad_each_to;
}

struct Piece {
  std::int64_t document = 0, start = 0, length = 0;
};

class Cutter {
 public:
  // `options` have been checked, and outlive the cutter.
  explicit Cutter(const PackOptions& options);

  // Calls take(piece) for each piece of the document, in order. `room()`: places left in the last bin, which
  // concat cuts at. Throws Error(invalid_argument) before anything else has happened.
  template <class Take, class Room>
  void cut(std::int64_t document, std::int64_t length, const Take& take, const Room& room) {
    const std::int64_t kept = keep(document, length);
    std::int64_t pieces = 0;
    for (std::int64_t start = 0; start < kept; ++pieces) {
      std::int64_t most = most_;
      if (options_.strategy == PackStrategy::concat) {
        if (const std::int64_t left = room(); left > 0) most = left;
      }
      const std::int64_t size = most < kept - start ? most : kept - start;
      bound_.add(units(size));
      take(Piece{document, start, size});
      start += size;
    }
    report_.split_documents += pieces > 1;
  }

  // What a piece of so many tokens takes, in units of pad_each_to.
  std::int64_t units(std::int64_t length) const {
    return (length + options_.pad_each_to - 1) / options_.pad_each_to;
  }
  std::int64_t units_of_bin() const { return options_.capacity / options_.pad_each_to; }

  // Of all documents so far, laid into so many bins.
  PackReport report(std::int64_t bins) const;

 private:
  std::int64_t keep(std::int64_t document, std::int64_t length);

  const PackOptions& options_;
  std::int64_t most_;  // tokens a piece
  LowerBound bound_;
  PackReport report_;
};

}  // namespace polyglyph::packing
