// One hash for every table: two 64-bit words multiplied into 128 bits and folded, which mixes every bit of
// both into every bit of the result in about three cycles. Not meant to resist an adversary who chooses keys:
// tables filled from text are direct-mapped (a collision costs a miss, never a chain), tables filled from
// files are built once and bound their probes by their size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace polyglyph::vocab {

inline std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline std::uint64_t hash_words(std::uint64_t a, std::uint64_t b) noexcept {
  return fold(a ^ 0x9E3779B97F4A7C15u, b ^ 0xD1B54A32D192ED03u);
}

inline std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 0) noexcept {
  const char* p = bytes.data();
  std::size_t left = bytes.size();
  std::uint64_t state = seed ^ fold(bytes.size() ^ 0xA0761D6478BD642Fu, 0xE7037ED1A0B428DBu);
  for (; left > 16; p += 16, left -= 16) {
    std::uint64_t a, b;
    std::memcpy(&a, p, 8);
    std::memcpy(&b, p + 8, 8);
    state = fold(a ^ state ^ 0x8EBC6AF09C88C6E3u, b ^ 0x589965CC75374CC3u) + state * 5;
  }
  std::uint64_t words[2] = {0, 0};
  if (left != 0) std::memcpy(words, p, left);  // nothing may be at no address
  return fold(words[0] ^ state, words[1] ^ 0x1D8E4E27C47D124Fu) ^ fold(state, 0xEB44ACCAB455D165u);
}

}  // namespace polyglyph::vocab
