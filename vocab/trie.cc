// Nodes are laid out depth first. A node is the range of the sorted keys that begin with its bytes, so its
// children are found by walking that range; bases are looked for in blocks of 256 slots, the reach of a byte.
#include "vocab/trie.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <utility>

namespace polyglyph::vocab {
namespace {

class TrieBuilder {
 public:
  explicit TrieBuilder(const std::vector<TrieKey>& keys) : keys_(keys) {}

  Trie build() {
    add_block();
    for (std::size_t slot = 0; slot < 256; ++slot) trie_.units[slot] = ~slot & 0xFF;
    base_taken_.assign(256, true);
    std::vector<Node> open{{0, keys_.size(), 0, kRoot}};
    while (!open.empty()) {
      const Node node = open.back();
      open.pop_back();
      lay_out(node, open);
    }
    return std::move(trie_);
  }

 private:
  static constexpr std::uint32_t kRoot = 0xFFFFFFFF;

  struct Node {
    std::size_t begin, end, depth;
    std::uint32_t slot;  // whose base is to be set; kRoot for the root
  };

  struct Child {
    unsigned char byte;
    std::size_t begin;  // of its keys
  };

  // 256 slots of the trie under construction.
  struct Block {
    std::uint64_t free[4] = {~0ull, ~0ull, ~0ull, ~0ull};  // a bit a slot
    std::uint16_t free_count = 256;
    std::uint8_t failures = 0;

    bool is_free(std::uint32_t slot) const { return free[slot >> 6 & 3] >> (slot & 63) & 1; }
    void take(std::uint32_t slot) {
      free[slot >> 6 & 3] &= ~(std::uint64_t{1} << (slot & 63));
      --free_count;
    }
  };

  void add_block() {
    trie_.units.resize(trie_.units.size() + 256, 0);
    base_taken_.resize(trie_.units.size(), false);
    blocks_.emplace_back();
  }

  void lay_out(Node node, std::vector<Node>& open) {
    while (node.begin < node.end && keys_[node.begin].bytes.size() == node.depth) ++node.begin;  // itself
    if (node.begin == node.end) return;
    children_.clear();
    for (std::size_t i = node.begin; i < node.end; ++i) {
      const auto byte = static_cast<unsigned char>(keys_[i].bytes[node.depth]);
      if (children_.empty() || children_.back().byte != byte) children_.push_back({byte, i});
    }
    const std::uint32_t base = find_base();
    base_taken_[base] = true;
    if (node.slot == kRoot) {
      trie_.root = base;
    } else {
      trie_.units[node.slot] |= static_cast<std::uint64_t>(base) << 32;
    }
    for (std::size_t i = 0; i < children_.size(); ++i) {
      const auto [byte, begin] = children_[i];
      const std::size_t end = i + 1 < children_.size() ? children_[i + 1].begin : node.end;
      const std::uint32_t slot = base ^ byte;
      const TrieKey& first = keys_[begin];
      const std::uint64_t token = first.bytes.size() == node.depth + 1 ? first.token + 1 : 0;
      trie_.units[slot] = byte | token << 8;
      blocks_[slot >> 8].take(slot);
      open.push_back({begin, end, node.depth + 1, slot});
    }
  }

  // A base that is not taken and whose slots for all children are free. Blocks that have failed often are
  // nearly full and are not tried again, which keeps building linear at the cost of a few per cent of the
  // slots.
  std::uint32_t find_base() {
    constexpr int kFailures = 12;
    while (first_open_ < blocks_.size() &&
           (blocks_[first_open_].free_count == 0 || blocks_[first_open_].failures >= kFailures)) {
      ++first_open_;
    }
    for (std::size_t i = first_open_;; ++i) {
      if (i == blocks_.size()) add_block();
      Block& block = blocks_[i];
      if (block.free_count < children_.size() || (block.failures >= kFailures && children_.size() > 1))
        continue;
      for (std::uint32_t word = 0; word < 4; ++word) {
        for (std::uint64_t bits = block.free[word]; bits != 0; bits &= bits - 1) {
          const std::uint32_t low =
              (word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits))) ^ children_[0].byte;
          const std::uint32_t base = static_cast<std::uint32_t>(i) << 8 | low;
          if (base_taken_[base]) continue;
          const auto fits = [&](const Child& child) { return block.is_free(low ^ child.byte); };
          if (std::all_of(children_.begin() + 1, children_.end(), fits)) return base;
        }
      }
      ++block.failures;
    }
  }

  const std::vector<TrieKey>& keys_;
  Trie trie_;
  std::vector<char> base_taken_;
  std::vector<Block> blocks_;
  std::size_t first_open_ = 1;   // the first block that may have room; block 0 stays empty
  std::vector<Child> children_;  // of the node that is being laid out
};

}  // namespace

// The first sixteen bytes as two big-endian numbers decide almost every comparison.
void sort_by_bytes(std::vector<TrieKey>& keys) {
  struct Sorted {
    std::uint64_t head[2];
    TrieKey key;
  };
  std::vector<Sorted> sorted;
  sorted.reserve(keys.size());
  for (const TrieKey& key : keys) {
    std::uint64_t head[2] = {0, 0};
    std::memcpy(head, key.bytes.data(), std::min(sizeof head, key.bytes.size()));
    sorted.push_back({{__builtin_bswap64(head[0]), __builtin_bswap64(head[1])}, key});
  }
  std::ranges::sort(sorted, [&](const Sorted& a, const Sorted& b) {
    if (a.head[0] != b.head[0]) return a.head[0] < b.head[0];
    if (a.head[1] != b.head[1]) return a.head[1] < b.head[1];
    return a.key.bytes < b.key.bytes;
  });
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = sorted[i].key;
}

Trie make_trie(const std::vector<TrieKey>& keys) {
  return TrieBuilder(keys).build();
}

}  // namespace polyglyph::vocab
