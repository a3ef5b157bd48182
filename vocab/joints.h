// Joints: which characters stand side by side in some entry of a vocabulary.
//
// Between two that never do, no token can lie across, so encoding may cut there and do both sides by
// themselves. Most borders of words are such places, and in Chinese most borders of characters.
//
// The set is hashed: it may say that two characters can be joined where no entry has them, never the reverse.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vocab/hash.h"
#include "vocab/spec.h"

namespace polyglyph::vocab {

class Joints {
 public:
  Joints() = default;
  explicit Joints(std::span<const std::uint64_t> bits)  // a power of two of words, or none: nothing is known
      : bits_(bits), shift_(bits.empty() ? 0 : 64 - std::countr_zero(bits.size() * 64)) {}

  bool empty() const noexcept { return bits_.empty(); }
  bool may_join(char32_t left, char32_t right) const noexcept {
    const std::uint64_t bit = hash(left, right) >> shift_;
    return bits_[bit >> 6] >> (bit & 63) & 1;
  }

  static std::uint64_t hash(char32_t left, char32_t right) noexcept {
    return (static_cast<std::uint64_t>(left) << 32 | right) * 0x9E3779B97F4A7C15u;
  }

 private:
  std::span<const std::uint64_t> bits_;
  int shift_ = 0;
};

// The table of a vocabulary; empty where a cut between two characters could change ids even so.
std::vector<std::uint64_t> make_joints(const TokenizerSpec& spec);

}  // namespace polyglyph::vocab
