// PieceCache: pieces met before and their ids.
//
// Language repeats itself: more than half of the pieces that are not one token have been seen a moment ago.
// An entry is 32 bytes: a key and up to four ids, so that a hit is one comparison and one short copy. The key
// of a word, up to 15 bytes, is the word itself; the key of a longer piece is its hash, and its bytes are in
// the log, as are ids beyond four. The log is a ring: what is new overwrites what is oldest, and an entry
// whose part was overwritten counts as gone.
//
// Entries stand in pairs that share a line of memory, the newer one first; a piece is in its home pair or,
// when that was full, in one of the three beside it, so no text, however chosen, makes a chain. The table
// begins small and doubles when half full, up to kMaxTableBytes; a piece that finds no room takes the place
// of an older one. One thread at a time.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <string_view>

#include "polyglyph/types.h"
#include "vocab/hash.h"

namespace polyglyph::tokenizer {

class PieceCache {
 public:
  static constexpr std::size_t kMaxPiece = 255;  // longer ones hardly ever come twice
  static constexpr std::size_t kMaxTableBytes = std::size_t{1} << 25;
  static constexpr std::size_t kLogBytes = std::size_t{1} << 24;

  // Of a word: its bytes, zero-padded, and its length in the last one. Of a longer piece: its hash and its
  // length. Never all zero in `high`.
  struct Key {
    std::uint64_t low, high;
    friend bool operator==(const Key& a, const Key& b) { return ((a.low ^ b.low) | (a.high ^ b.high)) == 0; }
  };

  class Entry {
   public:
    static constexpr std::size_t kInline = 4;

    bool empty() const { return key_.high == 0; }
    // How many ids are in the entry itself; 0 if they are in the log.
    std::size_t count() const { return ids_[0] >> 24; }
    // Writes kInline ids, whatever their number.
    void copy_to(TokenId* out) const {
      std::memcpy(out, ids_, sizeof ids_);
      out[0] &= 0xFFFFFF;
    }

   private:
    friend class PieceCache;
    std::uint64_t log_place() const { return ids_[2] | static_cast<std::uint64_t>(ids_[3]) << 32; }

    Key key_;
    TokenId ids_[kInline];  // the first one carries their number in its upper 8 bits; or 0, number, place in
                            // the log
  };

  // `piece` has 1 to kMaxPiece bytes. Reads whole words where memory goes on for long enough, up to `end`.
  [[gnu::always_inline]] static Key key_of(std::string_view piece, const char* end) {
    const std::size_t size = piece.size();
    if (size > kMaxWord) return {vocab::hash_bytes(piece), kLong | size};
    Key key{0, 0};
    if (end - piece.data() >= 16) {
      std::uint64_t words[2];
      std::memcpy(words, piece.data(), 16);
      const std::uint64_t mask = ~(~std::uint64_t{0} << (8 * (size & 7)));
      const bool two = size >= 8;
      key.low = two ? words[0] : words[0] & mask;
      key.high = two ? words[1] & mask : 0;
    } else {
      std::memcpy(&key, piece.data(), size);
    }
    key.high |= static_cast<std::uint64_t>(size) << 56;
    return key;
  }

  PieceCache()
      : memory_(reserve(kMaxTableBytes + kHugePage)),
        pairs_(reinterpret_cast<Pair*>((reinterpret_cast<std::uintptr_t>(memory_) + kHugePage - 1) &
                                       ~(kHugePage - 1))),
        log_(static_cast<std::uint32_t*>(reserve(kLogBytes))) {
    // With small pages, a random access to a large table costs a second miss for its address.
    ::madvise(reinterpret_cast<char*>(pairs_) + kHugePage, kMaxTableBytes - kHugePage, MADV_HUGEPAGE);
  }
  ~PieceCache() {
    ::munmap(memory_, kMaxTableBytes + kHugePage);
    ::munmap(log_, kLogBytes);
  }
  PieceCache(const PieceCache&) = delete;
  PieceCache& operator=(const PieceCache&) = delete;

  void prefetch(const Key& key) const { __builtin_prefetch(&pairs_[home(key)]); }

  // nullptr if the piece is not here. A long piece of the same hash is told apart by logged().
  const Entry* find(const Key& key) const {
    const std::size_t at = home(key);
    for (std::size_t i = 0; i < kPairs; ++i) {
      const Pair& pair = pairs_[at ^ i];
      const Entry& entry = pair.entries[pair.entries[1].key_ == key];
      if (entry.key_ == key) [[likely]]
        return &entry;
      if (pair.entries[1].empty()) return nullptr;
    }
    return nullptr;
  }

  // The ids of an entry whose count() is 0; empty if the log has lost them or they belong to another piece.
  std::span<const TokenId> logged(const Entry& entry, std::string_view piece) const {
    const std::uint64_t place = entry.log_place();
    if (written_ - place > kLogWords) return {};
    const std::uint32_t* stored = log_ + place % kLogWords;
    if (piece.size() > kMaxWord) {
      if (std::memcmp(stored, piece.data(), piece.size()) != 0) return {};
      stored += words_for(piece.size());
    }
    return {stored, entry.ids_[1]};
  }

  // `ids` are one or more, no more than the piece has bytes.
  void insert(const Key& key, std::string_view piece, std::span<const TokenId> ids) {
    if (used_ * sizeof(Entry) * 2 > (mask_ + 1) * sizeof(Pair)) grow();
    Entry& entry = place(key);
    if (piece.size() <= kMaxWord && ids.size() <= Entry::kInline) {
      for (std::size_t i = 0; i < Entry::kInline; ++i) entry.ids_[i] = i < ids.size() ? ids[i] : 0;
      entry.ids_[0] |= static_cast<TokenId>(ids.size()) << 24;
    } else {
      const std::uint64_t at = log(piece, ids);
      entry.ids_[0] = 0;
      entry.ids_[1] = static_cast<TokenId>(ids.size());
      entry.ids_[2] = static_cast<TokenId>(at);
      entry.ids_[3] = static_cast<TokenId>(at >> 32);
    }
  }

 private:
  struct alignas(64) Pair {
    Entry entries[2];
  };
  static_assert(sizeof(Pair) == 64);

  static constexpr std::size_t kMaxWord = 15;
  static constexpr std::size_t kPairs = 4;  // where a piece can be
  static constexpr std::uint64_t kLong = std::uint64_t{0xFF} << 56;
  static constexpr std::size_t kLeastTableBytes = std::size_t{1}
                                                  << 20;  // what a core's second-level cache holds
  static constexpr std::size_t kHugePage = std::size_t{1} << 21;
  static constexpr std::size_t kLogWords = kLogBytes / sizeof(std::uint32_t);

  // Address space, not memory: pages come from the kernel cleared when they are first touched, so a tokenizer
  // that has seen little text costs little.
  static void* reserve(std::size_t bytes) {
    void* memory =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    return memory;
  }

  static std::size_t words_for(std::size_t bytes) { return (bytes + 3) / sizeof(std::uint32_t); }

  std::size_t home(const Key& key) const { return vocab::hash_words(key.low, key.high) & mask_; }

  // Appends to the log, at a place where it is in one part; returns where.
  std::uint64_t log(std::string_view piece, std::span<const TokenId> ids) {
    const std::size_t bytes = piece.size() > kMaxWord ? words_for(piece.size()) : 0;
    const std::size_t size = bytes + ids.size();
    const std::size_t left = kLogWords - written_ % kLogWords;
    if (left < size) written_ += left;
    const std::uint64_t place = written_;
    std::uint32_t* stored = log_ + place % kLogWords;
    if (bytes != 0) std::memcpy(stored, piece.data(), piece.size());
    std::memcpy(stored + bytes, ids.data(), ids.size_bytes());
    written_ += size;
    return place;
  }

  // The entry for `key`, its ids to be written.
  Entry& place(const Key& key) {
    const std::size_t at = home(key);
    Pair* room = &pairs_[at];  // when all are full
    for (std::size_t i = 0; i < kPairs; ++i) {
      Pair& pair = pairs_[at ^ i];
      for (Entry& old : pair.entries) {
        if (old.key_ == key) return old;  // the log had lost it
      }
      if (pair.entries[1].empty()) {
        room = &pair;
        ++used_;
        break;
      }
    }
    room->entries[1] = room->entries[0];
    room->entries[0].key_ = key;
    return room->entries[0];
  }

  // Doubles the table where it is: what is together in kPairs pairs stays there or goes to the same place of
  // the new half, by one more bit of its hash.
  void grow() {
    const std::size_t count = mask_ + 1;
    if (count * sizeof(Pair) >= kMaxTableBytes) return;
    mask_ = 2 * count - 1;
    used_ = 0;
    for (std::size_t at = 0; at < count; at += kPairs) {
      Pair together[kPairs];
      std::memcpy(together, &pairs_[at], sizeof together);
      std::memset(static_cast<void*>(&pairs_[at]), 0, sizeof together);
      for (const Pair& pair : together) {
        for (const int e : {1, 0}) {  // the newer one last, to stay in front
          if (!pair.entries[e].empty()) place(pair.entries[e].key_) = pair.entries[e];
        }
      }
    }
  }

  void* memory_;
  Pair* pairs_;
  std::uint32_t* log_;
  std::size_t mask_ = kLeastTableBytes / sizeof(Pair) - 1;  // of pairs
  std::size_t used_ = 0;                                    // entries in use
  std::uint64_t written_ = 0;                               // words that ever went into the log
};

}  // namespace polyglyph::tokenizer
