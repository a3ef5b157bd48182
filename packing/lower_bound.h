// How few bins could do.
#pragma once

#include <cstdint>
#include <vector>

namespace polyglyph::packing {

class LowerBound {
 public:
  explicit LowerBound(std::int64_t capacity);

  void add(std::int64_t size);

  // Of the pieces that were added, each whole; with `cut`, where they may be cut anywhere. `most`: pieces in
  // a bin, 0 for any number.
  std::int64_t bins(std::int64_t most, bool cut) const;

 private:
  std::int64_t capacity_;
  std::int64_t pieces_ = 0, total_ = 0;
  std::vector<std::int64_t> counts_;  // of pieces by size
};

}  // namespace polyglyph::packing
