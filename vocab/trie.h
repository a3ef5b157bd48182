// A trie as a double array, in which an image finds tokens by their bytes (Image::longest, Image::TriePlace).
//
// A unit is a slot: label (8 bits) | token + 1, or 0 (24) | base of its children (32). The child of a node
// for byte b is at slot base ^ b if that slot has the label b. No two nodes share a base, so the label alone
// tells whose child a slot is. Nodes without children, and slots that nothing uses, have base 0: the first
// block is one whose labels fit no byte.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "polyglyph/types.h"

namespace polyglyph::vocab {

struct TrieKey {
  std::string_view bytes;
  TokenId token;
};

struct Trie {
  std::vector<std::uint64_t> units;
  std::uint32_t root = 0;  // its base
};

void sort_by_bytes(std::vector<TrieKey>& keys);

// Of keys that are sorted by their bytes; of several with the same bytes the first is found.
Trie make_trie(const std::vector<TrieKey>& keys);

}  // namespace polyglyph::vocab
