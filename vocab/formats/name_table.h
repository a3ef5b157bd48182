// NameTable: from names to ids while a file is read. Flat and open-addressed, over names that live elsewhere;
// nothing is copied or allocated for an entry.
//
// A lookup costs what it costs to fetch memory, so a slot holds a name of up to eight bytes whole (most parts
// of a merge are that short) and only longer ones are compared where they are; and who has many names to look
// up can make their keys first and prefetch. Names come from strangers, so the hash is seeded anew for each
// table: nobody can write a file whose names collide.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string_view>
#include <vector>

#include "polyglyph/types.h"
#include "vocab/hash.h"
#include "vocab/spec.h"

namespace polyglyph::vocab {

class NameTable {
 public:
  struct Key {
    std::string_view name;
    std::uint64_t word;  // with the size, the whole name if it is short; else a hash of it
    std::uint64_t hash;
  };

  // For at most `count` names, with ids up to `max_id`.
  NameTable(std::size_t count, TokenId max_id) : names_(std::size_t{max_id} + 1) {
    std::random_device random;
    for (std::uint64_t& word : seed_) word = std::uint64_t{random()} << 32 | random();
    std::size_t slots = 16;
    while (slots < count + count / 2) slots *= 2;
    slots_.resize(slots);
    mask_ = slots - 1;
  }

  Key key(std::string_view name) const {
    const std::uint64_t word = name.size() <= kShort ? short_word(name) : long_word(name);
    return {name, word, fold(word ^ seed_[0], name.size() ^ seed_[1])};
  }

  void prefetch(const Key& key) const { __builtin_prefetch(&slots_[key.hash & mask_]); }

  // kNoToken if the name was added, else the id that it has already.
  TokenId add(const Key& key, TokenId id) {
    Slot& slot = slots_[find_slot(key)];
    if (slot.id != kNoToken) return slot.id;
    slot = {key.word, static_cast<std::uint32_t>(key.name.size()), id};
    names_[id] = key.name.data();
    return kNoToken;
  }

  TokenId find(const Key& key) const { return slots_[find_slot(key)].id; }
  TokenId find(std::string_view name) const { return find(key(name)); }

 private:
  static constexpr std::size_t kShort = 8;

  struct Slot {
    std::uint64_t word = 0;
    std::uint32_t size = 0;
    TokenId id = kNoToken;
  };

  static std::uint32_t load4(const char* p) {
    std::uint32_t word;
    std::memcpy(&word, p, 4);
    return word;
  }

  // Different for any two names of the same size: each byte is in it.
  static std::uint64_t short_word(std::string_view name) {
    const char* p = name.data();
    const std::size_t size = name.size();
    if (size >= 4) return std::uint64_t{load4(p)} << 32 | load4(p + size - 4);
    if (size == 0) return 0;
    const auto byte = [p](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(p[i])}; };
    return byte(0) << 16 | byte(size / 2) << 8 | byte(size - 1);
  }

  std::uint64_t long_word(std::string_view name) const {
    const char* p = name.data();
    std::uint64_t state = seed_[0];
    std::uint64_t words[2];
    for (std::size_t left = name.size(); left > 16; p += 16, left -= 16) {
      std::memcpy(words, p, 16);
      state = fold(words[0] ^ state, words[1] ^ seed_[1]);
    }
    // The last sixteen bytes, or two overlapping halves of fewer.
    const char* const end = name.data() + name.size();
    std::memcpy(&words[0], name.size() >= 16 ? end - 16 : name.data(), 8);
    std::memcpy(&words[1], end - 8, 8);
    return fold(words[0] ^ state, words[1] ^ seed_[1]);
  }

  std::size_t find_slot(const Key& key) const {
    for (std::size_t i = key.hash & mask_;; i = (i + 1) & mask_) {
      const Slot& slot = slots_[i];
      if (slot.id == kNoToken) return i;
      if (slot.word != key.word || slot.size != key.name.size()) continue;
      if (slot.size <= kShort || std::memcmp(names_[slot.id], key.name.data(), slot.size) == 0) return i;
    }
  }

  std::uint64_t seed_[2];
  std::vector<Slot> slots_;
  std::vector<const char*> names_;  // by id
  std::size_t mask_ = 0;
};

}  // namespace polyglyph::vocab
