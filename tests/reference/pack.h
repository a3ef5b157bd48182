// Packing the slow way.
#pragma once

#include <cstdint>
#include <vector>

namespace polyglyph::reference {

// Each piece in order into the bin with room that has the least (`best`) or was opened first; the bin of each
// piece. At most `most` pieces in a bin, 0 for any number.
std::vector<std::size_t> fit(const std::vector<std::int64_t>& sizes, std::int64_t capacity, std::int64_t most,
                             bool best);

// The fewest bins that do, by trying everything.
std::int64_t fewest_bins(const std::vector<std::int64_t>& sizes, std::int64_t capacity, std::int64_t most);

}  // namespace polyglyph::reference
