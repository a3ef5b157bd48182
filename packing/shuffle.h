// Fisher and Yates's shuffle over the standard's Mersenne Twister. The standard leaves open how
// std::shuffle and its distributions draw; this draws the same everywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace polyglyph::packing {

template <class T>
void shuffle(std::vector<T>& values, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  for (std::size_t left = values.size(); left > 1; --left) {
    // Draws from the range's last, incomplete stretch would favour its first numbers.
    const std::uint64_t complete = std::mt19937_64::max() - std::mt19937_64::max() % left;
    std::uint64_t drawn = random();
    while (drawn >= complete) drawn = random();
    std::swap(values[left - 1], values[drawn % left]);
  }
}

}  // namespace polyglyph::packing
