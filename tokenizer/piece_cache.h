// PieceCache: pieces met before and their ids.
//
// Language repeats itself: more than half of the pieces that are not one token have been seen a moment ago. An entry
// holds the piece's bytes and its ids side by side, so that a hit is one comparison and one short copy. It comes in
// two sizes: most pieces are words of up to 15 bytes and four tokens, 32 bytes an entry; scripts without spaces or
// with three bytes a letter make longer ones.
//
// Entries stand in pairs, the newer one first; a piece is in its home pair or, when that was full, in the one beside
// it, so no text, however chosen, makes a chain. A cache begins small and doubles whenever it has taken in half as many pieces as it holds, up to kMaxBytes. One thread at a time.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>

#include "polyglyph/types.h"
#include "vocab/hash.h"

namespace polyglyph::tokenizer {

template <std::size_t kWords, std::size_t kIds, std::size_t kLeastBytes, std::size_t kMostBytes>
class PieceCache {
 public:
  static constexpr std::size_t kMaxPiece = 8 * kWords - 1;
  static constexpr std::size_t kMaxIds = kIds;
  static constexpr std::size_t kMaxBytes = kMostBytes;

  // The bytes of a piece, zero-padded, with its length in the last byte: never all zero.
  struct Key {
    std::uint64_t words[kWords] = {};
    friend bool operator==(const Key&, const Key&) = default;
  };

  struct Entry {
    Key key;
    TokenId ids[kIds];  // the first one carries their number in its upper 8 bits
    bool empty() const { return key.words[kWords - 1] == 0; }
    std::size_t count() const { return ids[0] >> 24; }
    // Writes all kIds of them, whatever their number.
    void copy_to(TokenId* out) const {
      std::memcpy(out, ids, sizeof ids);
      out[0] &= 0xFFFFFF;
    }
  };

  // `piece` at most kMaxPiece bytes. Reads whole words where the text goes on for long enough, up to `end`.
  static Key key_of(std::string_view piece, const char* end) {
    Key key;
    const std::size_t size = piece.size();
    if (kWords == 2 && end - piece.data() >= 16) {
      std::memcpy(key.words, piece.data(), 16);
      const bool two = size >= 8;
      key.words[two] &= ~(~std::uint64_t{0} << (8 * (size & 7)));
      if (!two) key.words[1] = 0;
    } else {
      std::memcpy(key.words, piece.data(), size);
    }
    key.words[kWords - 1] |= static_cast<std::uint64_t>(size) << 56;
    return key;
  }

  static std::uint64_t hash_of(const Key& key) {
    std::uint64_t hash = vocab::hash_words(key.words[0], key.words[1]);
    for (std::size_t i = 2; i < kWords; i += 2) hash = vocab::hash_words(key.words[i] ^ hash, key.words[i + 1]);
    return hash;
  }

  PieceCache() : pairs_(allocate(kLeastBytes)), mask_(kLeastBytes / sizeof(Pair) - 1), room_(mask_ + 1) {}
  ~PieceCache() { ::munmap(pairs_, (mask_ + 1) * sizeof(Pair)); }
  PieceCache(const PieceCache&) = delete;
  PieceCache& operator=(const PieceCache&) = delete;

  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&pairs_[hash & mask_]); }

  // nullptr if the piece is not here.
  const Entry* find(const Key& key, std::uint64_t hash) const {
    const std::size_t home = hash & mask_;
    for (const std::size_t at : {home, home ^ 1}) {
      const Pair& pair = pairs_[at];
      if (pair.entries[0].key == key) return &pair.entries[0];
      if (pair.entries[1].key == key) return &pair.entries[1];
      if (pair.entries[1].empty()) break;
    }
    return nullptr;
  }

  // `count` is 1 to kMaxIds.
  void insert(const Key& key, std::uint64_t hash, const TokenId* ids, std::size_t count) {
    if (room_ == 0) grow();
    --room_;
    Entry entry{key, {}};
    std::memcpy(entry.ids, ids, count * sizeof(TokenId));
    entry.ids[0] |= static_cast<TokenId>(count) << 24;
    place(entry, hash);
  }

 private:
  struct alignas(64) Pair {
    Entry entries[2];
  };

  // Pages come from the kernel cleared and are touched only as pieces arrive, so a tokenizer that has seen little text
  // costs little memory. A cache that has grown asks for huge pages: with small ones, a random access costs a second
  // miss for its address.
  static Pair* allocate(std::size_t bytes) {
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    if (bytes > kLeastBytes) ::madvise(memory, bytes, MADV_HUGEPAGE);
    return static_cast<Pair*>(memory);
  }

  void place(const Entry& entry, std::uint64_t hash) {
    const std::size_t home = hash & mask_;
    const bool spill = !pairs_[home].entries[1].empty() && pairs_[home ^ 1].entries[1].empty();
    Pair& pair = pairs_[home ^ spill];
    pair.entries[1] = pair.entries[0];
    pair.entries[0] = entry;
  }

  void grow() {
    const std::size_t count = mask_ + 1;
    room_ = 2 * count;  // as many pieces as there are pairs: when half full
    if (count * sizeof(Pair) >= kMostBytes) return;
    Pair* const old = pairs_;
    pairs_ = allocate(2 * count * sizeof(Pair));
    mask_ = 2 * count - 1;
    for (std::size_t i = 0; i < count; ++i) {
      for (const int e : {1, 0}) {  // the newer one last, to stay in front
        const Entry& entry = old[i].entries[e];
        if (!entry.empty()) place(entry, hash_of(entry.key));
      }
    }
    ::munmap(old, count * sizeof(Pair));
  }

  Pair* pairs_;
  std::size_t mask_;
  std::size_t room_;  // insertions left before it grows
};

// Words, from the size of a core's second-level cache up; and what is longer.
using WordCache = PieceCache<2, 4, std::size_t{1} << 20, std::size_t{1} << 25>;
using PhraseCache = PieceCache<6, 16, std::size_t{1} << 18, std::size_t{1} << 24>;

}  // namespace polyglyph::tokenizer
