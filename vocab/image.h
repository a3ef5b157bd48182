// Image: a prepared tokenizer as one flat block of memory, mapped from a .pgv file or built in place.
//
//   header | name | pipeline | pool | starts | kinds | derivations | edges | pairs | filter | words | trie |
//   scores | joints | decoded | decoded starts
//
// Every table is an array at an offset that the header states; nothing is parsed but the pipeline's few
// components. Opening checks the magic, the version and the bounds and element sizes of every table; lookups
// then stay inside their tables whatever the content says (each index that comes out of a table is compared
// with its bound before it is used), so that a damaged image can give wrong ids but never touch foreign
// memory. The full checksum is checked by verify().
//
// Little-endian, the same bytes on every machine.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "polyglyph/vocab.h"
#include "vocab/hash.h"
#include "vocab/joints.h"
#include "vocab/spec.h"

namespace polyglyph::vocab {

inline constexpr std::uint32_t kImageVersion = 7;

// How merging makes a token, for tokens that encode to themselves ("reachable"): the last merge joined `left`
// and `right` at `rank`. Single bytes or characters have rank 0 and no parts; ranks of merges begin at 1.
struct Derivation {
  std::uint32_t left = kNoToken;
  std::uint32_t right = kNoToken;
  std::uint32_t rank = 0;
  std::uint32_t prefix = kNoToken;  // the longest reachable token that is a proper prefix of this one
};

// A set of tokens by class: each token is in one of 64, by its id. Two sets without a class in common have no
// token in common. (Twice as many classes prove one neighbour in eight more, and cost as much in memory
// missed.)
struct Classes {
  std::uint64_t bits = 0;

  void add(TokenId token) noexcept { bits |= std::uint64_t{1} << (hash_words(token, 1) & 63); }
  void add(Classes other) noexcept { bits |= other.bits; }
  bool meets(Classes other) const noexcept { return (bits & other.bits) != 0; }
};

// One edge of a reachable token: the tokens that are there in turn while it is made, itself included, and all
// those that would merge with one of them across the edge before the edge's next token is made.
struct Edge {
  Classes own, partners;
};
struct Edges {
  Edge begin, end;
};

// A slot of the open-addressed table of pairs that merge. Empty: rank is 0.
struct Pair {
  std::uint32_t left, right, rank, result;
};

// Of this hash the upper bits are good: they say where a pair's slot and its word of the filter are.
inline std::uint64_t hash_pair(TokenId left, TokenId right) noexcept {
  return (static_cast<std::uint64_t>(left) << 32 | right) * 0x9E3779B97F4A7C15u;
}

// Where whatever joins to an entry merges, a character may merge that has no entry of its own, and so no id:
// in the table of pairs it goes by its code point, behind all ids.
inline constexpr TokenId kFirstUnnamed = kMaxTokenId + 2;
inline TokenId unnamed_symbol(char32_t code_point) noexcept {
  return kFirstUnnamed + code_point;
}
inline bool is_unnamed(TokenId id) noexcept {
  return id >= kFirstUnnamed && id != kNoToken;
}

// A filter in front of the table of pairs answers most "never merge" without touching it: two bits of one
// word.
inline bool in_filter(std::uint64_t word, std::uint64_t hash) noexcept {
  return (word >> (hash >> 32 & 63) & word >> (hash >> 38 & 63) & 1) != 0;
}
inline void add_to_filter(std::uint64_t& word, std::uint64_t hash) noexcept {
  word |= std::uint64_t{1} << (hash >> 32 & 63) | std::uint64_t{1} << (hash >> 38 & 63);
}

// A slot of the open-addressed table from bytes to entries. Empty: id is kNoToken.
struct Word {
  std::uint32_t tag;  // the upper half of the hash
  std::uint32_t id;
};

// What the pipeline section says: the spec's own, and what was found when the image was built, see build.cc.
struct ImagePipeline : Pipeline {
  std::vector<TokenId> prefix, suffix;  // what the template for one text puts around it
  bool longest_match = false;           // encoding by longest match is exact for this vocabulary
  std::string longest_match_reason;     // why not, for people
  std::vector<std::string> knots;       // but not for pieces that have one of these in them
  std::uint32_t merges = 0;
  std::uint32_t model_entries = 0;
  std::uint32_t unreachable = 0;
};

class Image {
 public:
  // Maps `path`. Throws Error(io, malformed, unsupported).
  static std::shared_ptr<const Image> map(const std::filesystem::path& path);
  // Takes the bytes over, aligned or not.
  static std::shared_ptr<const Image> adopt(std::string bytes, const std::string& where);

  ~Image();
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  std::string_view bytes() const noexcept { return bytes_; }
  std::string_view name() const noexcept { return name_; }
  const ImagePipeline& pipeline() const noexcept { return pipeline_; }
  std::string fingerprint() const;  // of everything but the name
  bool is_mapped() const noexcept { return mapping_ != nullptr; }
  void verify() const;  // throws Error(malformed) when the checksum does not fit

  std::size_t size() const noexcept {
    return kinds_.size();
  }  // one more than the largest id of model and added
  bool contains(TokenId id) const noexcept { return id < kinds_.size() && kinds_[id] != 0; }
  bool is_literal(TokenId id) const noexcept;
  bool is_entry(TokenId id) const noexcept;   // of the model, and no literal
  bool is_normal(TokenId id) const noexcept;  // an entry that is neither user-defined nor unused
  const std::vector<TokenId>& literals() const noexcept { return literals_; }

  // How many bytes those are; 0 for ids that are absent, anything on a damaged image.
  std::size_t token_size(TokenId id) const noexcept {
    return id < kinds_.size() ? starts_[id + 1] - starts_[id] : 0;
  }

  // What a token stands for in a piece; an added token's or a literal's name. Empty for ids that are absent.
  std::string_view token(TokenId id) const noexcept {
    return id < kinds_.size() ? slice(pool_, starts_, id) : std::string_view{};
  }

  // The bytes that decoding it gives in the middle of a text.
  std::string_view decoded(TokenId id) const noexcept {
    if (decoded_starts_.empty()) return token(id);
    return id < kinds_.size() ? slice(decoded_, decoded_starts_, id) : std::string_view{};
  }

  // The model's entry of exactly these bytes, kNoToken if there is none. Literal entries and added tokens are
  // not found.
  TokenId find_entry(std::string_view bytes) const noexcept { return find_entry(bytes, hash_bytes(bytes)); }

  // A reachable token, or a derivation of no parts.
  const Derivation& derivation(TokenId id) const noexcept {
    static constexpr Derivation none;
    return id < derivations_.size() ? derivations_[id] : none;
  }
  bool is_reachable(TokenId id) const noexcept;
  bool is_user_defined(TokenId id) const noexcept;
  bool is_unused(TokenId id) const noexcept;

  // Whether `left` and `right` may merge across their border at some point while both are made. Where this
  // says no, they never do.
  bool may_cross(TokenId left, TokenId right) const noexcept {
    if (left >= edges_.size() || right >= edges_.size()) return true;
    const Edge &l = edges_[left].end, &r = edges_[right].begin;
    return l.own.meets(r.partners) && l.partners.meets(r.own);
  }

  // The pair's slot, or nullptr when the two never merge.
  const Pair* find_pair(TokenId left, TokenId right) const noexcept {
    const std::uint64_t hash = hash_pair(left, right);
    if (!in_filter(filter_[hash >> filter_shift_], hash)) return nullptr;
    for (std::size_t i = hash >> pair_shift_, probes = 0; probes < pairs_.size();
         i = (i + 1) & (pairs_.size() - 1), ++probes) {
      const Pair& pair = pairs_[i];
      if (pair.rank == 0) return nullptr;
      if (pair.left == left && pair.right == right) return &pair;
    }
    return nullptr;
  }

  std::span<const Pair> pairs() const noexcept { return pairs_; }  // empty slots among them

  double score(TokenId id) const noexcept { return id < scores_.size() ? scores_[id] : 0; }
  std::span<const double> scores() const noexcept { return scores_; }  // by id; may end before the ids do

  const Joints& joints() const noexcept { return joints_; }  // none where a cut may change ids

  // A place in the trie: the root, or behind some bytes that tokens begin with.
  class TriePlace {
   public:
    // Goes on by one byte; false where no token does, and the place is then of no use.
    bool step(char c) noexcept {
      const auto byte = static_cast<unsigned char>(c);
      const std::uint32_t slot = base_ ^ byte;
      if (slot >= trie_.size()) return false;
      const std::uint64_t unit = trie_[slot];
      if (static_cast<unsigned char>(unit) != byte) return false;
      token_ = static_cast<std::uint32_t>(unit >> 8 & 0xFFFFFF) - 1;
      base_ = static_cast<std::uint32_t>(unit >> 32);
      return true;
    }
    TokenId token() const noexcept { return token_; }  // the token of just these bytes, or kNoToken

   private:
    friend class Image;
    TriePlace(std::span<const std::uint64_t> trie, std::uint32_t base) : trie_(trie), base_(base) {}
    std::span<const std::uint64_t> trie_;
    std::uint32_t base_;
    TokenId token_ = kNoToken;
  };
  TriePlace trie_root() const noexcept { return {trie_, trie_root_}; }

  // The longest reachable token that `text` begins with (kNoToken if none), and its length.
  struct Match {
    TokenId token;
    std::size_t size;
  };
  Match longest(const char* text, std::size_t size) const noexcept {
    Match match{kNoToken, 0};
    std::uint32_t base = trie_root_;
    for (std::size_t i = 0; i < size; ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      const std::uint32_t slot = base ^ byte;
      if (slot >= trie_.size()) break;
      const std::uint64_t unit = trie_[slot];
      if (static_cast<unsigned char>(unit) != byte) break;
      const auto token = static_cast<std::uint32_t>(unit >> 8 & 0xFFFFFF);
      if (token != 0) match = {token - 1, i + 1};
      base = static_cast<std::uint32_t>(unit >> 32);
    }
    return match;
  }

 private:
  Image() = default;
  void open(std::string_view bytes, const std::string& where);
  static std::string_view slice(std::string_view pool, std::span<const std::uint32_t> starts,
                                TokenId id) noexcept {
    const std::uint32_t begin = starts[id], end = starts[id + 1];
    return begin <= end && end <= pool.size() ? pool.substr(begin, end - begin) : std::string_view{};
  }
  TokenId find_entry(std::string_view bytes, std::uint64_t hash) const noexcept;

  std::string_view bytes_;
  std::string owned_;        // backs bytes_ when it was adopted
  void* mapping_ = nullptr;  // backs bytes_ when it was mapped
  std::string where_;

  std::string_view name_;
  std::string_view pool_;
  std::span<const std::uint32_t> starts_;
  std::span<const std::uint8_t> kinds_;
  std::span<const Derivation> derivations_;
  std::span<const Edges> edges_;
  std::span<const Pair> pairs_;
  std::span<const std::uint64_t> filter_;
  std::span<const Word> words_;
  std::span<const std::uint64_t> trie_;
  std::span<const double> scores_;
  Joints joints_;
  std::string_view decoded_;
  std::span<const std::uint32_t> decoded_starts_;  // empty: tokens decode to what they stand for
  std::size_t word_mask_ = 0;
  int pair_shift_ = 63, filter_shift_ = 63;
  std::uint32_t trie_root_ = 0;
  ImagePipeline pipeline_;
  std::vector<TokenId> literals_;
};

// The parts of an image before they are laid out; the builder fills them in and writes them.
struct ImageParts {
  // Bits of `kinds`. Entries are what pieces are made of, `reachable` ones what the model may give out.
  enum : std::uint8_t {
    absent = 0,
    entry = 1,
    literal = 2,
    added = 4,
    reachable = 8,
    user_defined = 16,
    unused = 32,
  };
  std::string name;
  ImagePipeline pipeline;
  std::string pool;
  std::vector<std::uint32_t> starts;
  std::vector<std::uint8_t> kinds;
  std::vector<Derivation> derivations;
  std::vector<Edges> edges;           // none if encoding is by merging
  std::vector<Pair> pairs;            // a power of two of slots
  std::vector<std::uint64_t> filter;  // a power of two of words
  std::vector<Word> words;            // a power of two of slots
  std::vector<std::uint64_t> trie;    // unit: label (8 bits) | token + 1 (24) | base of children (32)
  std::vector<double> scores;         // by id; none in models without
  std::vector<std::uint64_t> joints;  // a power of two of words, or none
  std::string decoded;                // what decoding gives, and where it begins; none if that is the pool's
  std::vector<std::uint32_t> decoded_starts;
  std::uint32_t trie_root = 0;
};
// Each part is given back as soon as it is written: the parts and the image are hardly ever there both.
std::string write_image(ImageParts parts);

}  // namespace polyglyph::vocab
