// What may merge across the two edges of a token: see Edge in vocab/image.h.
#pragma once

#include <cstdint>
#include <vector>

#include "polyglyph/types.h"
#include "vocab/image.h"

namespace polyglyph::vocab {

struct RankedMerge {
  TokenId left, right, result;
  std::uint32_t rank;
};

// Of each token that `kinds` says is reachable; the merges are in the order of their ranks.
std::vector<Edges> describe_edges(const std::vector<RankedMerge>& merges,
                                  const std::vector<Derivation>& derivations,
                                  const std::vector<std::uint8_t>& kinds);

}  // namespace polyglyph::vocab
