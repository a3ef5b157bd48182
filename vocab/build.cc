// Two questions are settled here, once, so that encoding need not ask them.
//
// Which entries does merging ever produce? An entry is *reachable* when encoding its own bytes gives the
// entry back. Only reachable entries can be in any encoding: what merging does between two final borders is
// what it does to those bytes alone, because borders that stay are never looked across.
//
// Merging starts from bytes, or in vocabularies of characters from those characters that have an entry. One
// that has none is a wall: nothing merges with it, so the text on either side is encoded by itself. That
// holds unless the tokens that stand in for it (the unknown token, bytes) take part in merges themselves, or
// unless characters without an entry do, as they may where whatever joins to an entry merges.
//
// May we encode by longest match? A sequence of reachable tokens t1 .. tn is the encoding of its bytes
// exactly when each neighbouring pair is the encoding of its own bytes. (If the encoding of the whole
// differed, look at the first merge that crosses a border ti|ti+1: until then both tokens have gone through
// the steps they take alone, in the same order as when encoding the two together, so the same merge would
// have crossed there too.) Encoding is then a search for the one sequence whose neighbours all fit, and
// tokenizer/bpe.cc tests a pair by undoing the merges of its two tokens from the last to the first. That
// needs the order in which each token's merges happen to be the order of their ranks: every merge of a
// token's derivation outranks the merges that made its parts. This is true for vocabularies whose merges were
// learned in order; it is checked here for each. Where a single byte has no entry, or a wall is none, tokens
// are found by merging. Where the order fails for a few entries (runs of one character, say, whose merges a
// program listed), pieces in which such an entry could come up, because they hold its text, are merged. These
// texts are the *knots* of the vocabulary. In all other pieces no such entry is ever made.
#include "vocab/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <future>
#include <limits>
#include <utility>

#include "polyglyph/error.h"
#include "unicode/byte_alphabet.h"
#include "unicode/utf8.h"
#include "vocab/edges.h"
#include "vocab/hash.h"
#include "vocab/image.h"
#include "vocab/joints.h"
#include "vocab/trie.h"

namespace polyglyph::vocab {
namespace {

// Longer entries cannot take part in a longest match: its bound on time is a multiple of the longest entry.
constexpr std::size_t kLongestMatchBytes = 1024;

// From each place in a piece models that walk the trie go as far as entries reach.
constexpr std::size_t kMatchableBytes = 4096;

// Every new piece is searched for each knot.
constexpr std::size_t kMaxKnots = 8;

// Testing an unreachable entry by merging is quadratic in its length: so many steps are taken in all, about a
// second's worth, which is a hundred times what public vocabularies ask for.
constexpr std::size_t kMergeSteps = std::size_t{1} << 28;

// Fewer are laid out sooner than a thread begins.
constexpr std::size_t kFewTokens = 4096;

// An open-addressed table: 2^k slots, at most two thirds full.
std::size_t slots_for(std::size_t count) {
  return std::bit_ceil(std::max<std::size_t>(8, count + count / 2));
}

class Builder {
 public:
  Builder(const TokenizerSpec& spec, const Rewrite& normalize, const Rewrite& decode)
      : spec_(spec), normalize_(normalize), decode_(decode) {}

  std::string build() {
    lay_out_tokens();
    // What the rest need not wait for is made beside it, unless it is over before a thread would begin.
    const std::vector<std::uint8_t> kinds = parts_.kinds;
    const std::launch beside =
        kinds.size() < kFewTokens ? std::launch::deferred : std::launch::async | std::launch::deferred;
    auto sorted = std::async(beside, [&] { return sorted_entries(kinds); });
    auto decoded = std::async(beside, [&] {
      if (decode_) lay_out_decoded(kinds);
    });
    auto joints = std::async(beside, [this] { return make_joints(spec_); });
    index_words();
    parts_.scores = spec_.scores;
    switch (spec_.model) {
      case ModelKind::bpe:
        collect_merges();
        find_reachable();
        decide_longest_match();
        if (parts_.pipeline.longest_match) {
          auto edges = std::async(
              beside, [this] { return describe_edges(merges_, parts_.derivations, parts_.kinds); });
          build_trie(sorted.get());
          link_prefixes();
          parts_.edges = edges.get();
        }
        break;
      case ModelKind::unigram:
      case ModelKind::wordpiece:
        index_pairs();
        find_matchable();
        build_trie(sorted.get());
        break;
      case ModelKind::wordlevel:
        index_pairs();
        break;
    }
    if (parts_.trie.empty()) parts_.trie.assign(256, 0);
    // All that reads the parts is over before they are moved; what nobody asked for need not begin.
    sorted = {};
    parts_.joints = joints.get();
    decoded.get();
    describe();
    std::vector<RankedMerge>().swap(merges_);
    return write_image(std::move(parts_));
  }

 private:
  std::string_view bytes_of(TokenId id) const {
    return std::string_view(parts_.pool).substr(parts_.starts[id], parts_.starts[id + 1] - parts_.starts[id]);
  }
  bool reachable(TokenId id) const { return parts_.kinds[id] & ImageParts::reachable; }

  // Ids in a row: the model's entries, then added tokens for which the model has none.
  void lay_out_tokens() {
    std::size_t size = spec_.entries.size();
    for (const AddedToken& t : spec_.added_tokens) size = std::max<std::size_t>(size, t.id + std::size_t{1});
    if (size > kMaxTokenId + std::size_t{1}) {
      throw Error(
          ErrorCode::limit,
          fmt::format("ids go up to {}, the limit is {}; is the file damaged?", size - 1, kMaxTokenId),
          spec_.name);
    }
    std::vector<const AddedToken*> added(size, nullptr);
    for (const AddedToken& t : spec_.added_tokens) added[t.id] = &t;

    parts_.kinds.assign(size, ImageParts::absent);
    parts_.starts.reserve(size + 1);
    for (TokenId id = 0; id < size; ++id) {
      parts_.starts.push_back(pool_size());
      if (id < spec_.entries.size() && spec_.entries[id].kind != Entry::Kind::absent) {
        const Entry& entry = spec_.entries[id];
        switch (entry.kind) {
          case Entry::Kind::literal:
            parts_.kinds[id] = ImageParts::literal;
            break;
          case Entry::Kind::user_defined:
            parts_.kinds[id] = ImageParts::entry | ImageParts::user_defined;
            break;
          case Entry::Kind::unused:
            parts_.kinds[id] = ImageParts::entry | ImageParts::unused;
            break;
          default:
            parts_.kinds[id] = ImageParts::entry;
        }
        parts_.pool += entry.bytes;
      } else if (added[id] != nullptr) {
        // Decoding treats an added token like any token's name, in the spelling that is looked for in text,
        // as the reference does.
        const std::string& content = added[id]->content;
        const std::string name = added[id]->normalized && normalize_ ? normalize_(content) : content;
        if (!spec_.names_use_byte_alphabet || !unicode::bytes_from_name(name, parts_.pool))
          parts_.pool += name;
      }
      if (added[id] != nullptr) parts_.kinds[id] |= ImageParts::added;
    }
    parts_.starts.push_back(pool_size());
  }

  // What decoding gives, where that is not the tokens' own bytes.
  void lay_out_decoded(const std::vector<std::uint8_t>& kinds) {
    const bool respell = spec_.names_use_byte_alphabet;
    parts_.decoded_starts.reserve(parts_.starts.size());
    for (TokenId id = 0; id < kinds.size(); ++id) {
      parts_.decoded_starts.push_back(size_of(parts_.decoded));
      const std::string_view bytes = bytes_of(id);
      if (kinds[id] == ImageParts::absent) continue;
      const bool spelled = respell && (kinds[id] & ImageParts::entry);
      parts_.decoded += spelled ? decode_(unicode::name_from_bytes(bytes)) : decode_(bytes);
    }
    parts_.decoded_starts.push_back(size_of(parts_.decoded));
  }

  std::uint32_t size_of(const std::string& pool) const {
    if (pool.size() > std::numeric_limits<std::uint32_t>::max()) {
      throw Error(ErrorCode::limit, "the entries hold more than 4 GiB of text", spec_.name);
    }
    return static_cast<std::uint32_t>(pool.size());
  }
  std::uint32_t pool_size() const { return size_of(parts_.pool); }

  void index_words() {
    const auto count = static_cast<std::size_t>(
        std::ranges::count_if(parts_.kinds, [](std::uint8_t kind) { return kind & ImageParts::entry; }));
    parts_.words.assign(slots_for(count), Word{0, kNoToken});
    for (TokenId id = 0; id < parts_.kinds.size(); ++id) {
      if (!(parts_.kinds[id] & ImageParts::entry)) continue;
      const std::uint64_t hash = hash_bytes(bytes_of(id));
      std::size_t i = hash & (parts_.words.size() - 1);
      while (parts_.words[i].id != kNoToken) i = (i + 1) & (parts_.words.size() - 1);
      parts_.words[i] = {static_cast<std::uint32_t>(hash >> 32), id};
      parts_.pipeline.model_entries++;
    }
  }

  TokenId find_entry(std::string_view bytes) const {
    const std::uint64_t hash = hash_bytes(bytes);
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    for (std::size_t i = hash & (parts_.words.size() - 1);; i = (i + 1) & (parts_.words.size() - 1)) {
      const Word& word = parts_.words[i];
      if (word.id == kNoToken) return kNoToken;
      if (word.tag == tag && bytes_of(word.id) == bytes) return word.id;
    }
  }

  // Every pair that may merge with its rank, in ascending order of rank, and by its parts.
  void collect_merges() {
    if (spec_.merges_by_rank) {
      for (const auto& [rank, id] : ranked_entries()) collect_ways_to(id, rank);
    } else {
      merges_.reserve(spec_.merges.size());
      for (const Merge& m : spec_.merges) {
        merges_.push_back({m.left, m.right, m.result, static_cast<std::uint32_t>(merges_.size() + 1)});
      }
    }
    index_pairs();
  }

  // The entries that merging may make, in the order in which it prefers them: a higher score, or else a lower
  // id. Equal scores have one rank.
  std::vector<std::pair<std::uint32_t, TokenId>> ranked_entries() const {
    std::vector<std::pair<std::uint32_t, TokenId>> ranked;
    for (TokenId id = 0; id < parts_.kinds.size(); ++id) {
      if (merges_at_all(id) && find_entry(bytes_of(id)) == id) ranked.emplace_back(id + 1, id);
    }
    if (spec_.scores.empty()) return ranked;
    const auto score = [&](const auto& entry) { return spec_.scores[entry.second]; };
    std::ranges::stable_sort(ranked, std::ranges::greater{}, score);
    std::uint32_t rank = 0;
    double last = 0;
    for (auto& entry : ranked) {
      if (rank == 0 || score(entry) != last) ++rank;
      last = score(entry);
      entry.first = rank;
    }
    return ranked;
  }

  bool merges_at_all(TokenId id) const {
    return (parts_.kinds[id] & ImageParts::entry) && !(parts_.kinds[id] & ImageParts::user_defined);
  }

  void collect_ways_to(TokenId id, std::uint32_t rank) {
    const std::string_view bytes = bytes_of(id);
    std::size_t cut = 0;
    while ((cut += spec_.characters ? character_size(bytes.substr(cut)) : 1) < bytes.size()) {
      const TokenId left = find_symbol(bytes.substr(0, cut));
      if (left == kNoToken) continue;
      const TokenId right = find_symbol(bytes.substr(cut));
      if (right == kNoToken) continue;
      merges_.push_back({left, right, id, rank});
      characters_without_entry_merge_ |= is_unnamed(left) || is_unnamed(right);
    }
  }

  // What can be merged: an entry, or a single character.
  TokenId find_symbol(std::string_view bytes) const {
    const TokenId id = find_entry(bytes);
    if (id != kNoToken) return merges_at_all(id) ? id : kNoToken;
    if (!spec_.characters || character_size(bytes) != bytes.size()) return kNoToken;
    return unnamed_symbol(unicode::decode(bytes.data(), bytes.data() + bytes.size()).code_point);
  }

  static std::size_t character_size(std::string_view text) {
    return unicode::decode(text.data(), text.data() + text.size()).size;
  }

  // Whether merging begins with this entry somewhere.
  bool is_first_symbol(TokenId id) const {
    if (!merges_at_all(id)) return false;
    const std::string_view bytes = bytes_of(id);
    if (bytes.empty() || bytes.size() != (spec_.characters ? character_size(bytes) : 1)) return false;
    return find_entry(bytes) == id;  // of several with the same bytes
  }

  void index_pairs() {
    parts_.pairs.assign(slots_for(merges_.size()), Pair{0, 0, 0, 0});
    parts_.filter.assign(std::bit_ceil(std::max<std::size_t>(8, merges_.size() / 10)), 0);
    for (const RankedMerge& m : merges_) {
      const std::uint64_t hash = hash_pair(m.left, m.right);
      add_to_filter(parts_.filter[hash >> shift(parts_.filter)], hash);
      // A pair that is listed twice counts where it is listed last, as in the reference's own table.
      Pair& pair = slot(m.left, m.right);
      if (pair.rank == 0) ++parts_.pipeline.merges;
      pair = {m.left, m.right, m.rank, m.result};
    }
  }

  template <class T>
  static int shift(const std::vector<T>& table) {
    return 64 - std::countr_zero(table.size());
  }

  Pair& slot(TokenId left, TokenId right) {
    std::size_t i = hash_pair(left, right) >> shift(parts_.pairs);
    while (parts_.pairs[i].rank != 0 && (parts_.pairs[i].left != left || parts_.pairs[i].right != right)) {
      i = (i + 1) & (parts_.pairs.size() - 1);
    }
    return parts_.pairs[i];
  }

  std::uint32_t rank_of(TokenId left, TokenId right) {
    const std::uint64_t hash = hash_pair(left, right);
    if (!in_filter(parts_.filter[hash >> shift(parts_.filter)], hash)) return 0;
    return slot(left, right).rank;
  }

  // Models that look for entries themselves find them all in the trie; of several with the same bytes one,
  // and unused ones only as llama.cpp does.
  void find_matchable() {
    const bool unused_too = spec_.reference == Reference::llama_cpp;
    for (TokenId id = 0; id < parts_.kinds.size(); ++id) {
      std::uint8_t& kind = parts_.kinds[id];
      if (!(kind & ImageParts::entry) || ((kind & ImageParts::unused) && !unused_too)) continue;
      const std::string_view bytes = bytes_of(id);
      if (bytes.size() > kMatchableBytes) {
        throw Error(ErrorCode::limit,
                    fmt::format("entry {} has {} bytes; with entries of more than {}, encoding could take "
                                "that many times as long as the text",
                                id, bytes.size(), kMatchableBytes),
                    spec_.name);
      }
      if (!bytes.empty() && find_entry(bytes) == id) kind |= ImageParts::reachable;
    }
  }

  // In the order of ranks: a merge makes its result reachable when both parts are, were made earlier, and
  // nothing merges across their border before the merge's own turn.
  void find_reachable() {
    auto& nodes = parts_.derivations;
    nodes.assign(parts_.kinds.size(), Derivation{});
    for (TokenId id = 0; id < parts_.kinds.size(); ++id) {
      if (!is_first_symbol(id)) continue;
      parts_.kinds[id] |= ImageParts::reachable;
      ++first_symbols_;
    }
    for (const RankedMerge& m : merges_) {
      if (is_unnamed(m.left) || is_unnamed(m.right)) continue;
      if (reachable(m.result) || !reachable(m.left) || !reachable(m.right)) continue;
      if (nodes[m.left].rank >= m.rank || nodes[m.right].rank >= m.rank) continue;
      if (rank_of(m.left, m.right) != m.rank || crosses(m.left, m.right, m.rank)) continue;
      nodes[m.result] = {m.left, m.right, m.rank, kNoToken};
      parts_.kinds[m.result] |= ImageParts::reachable;
    }
  }

  // Whether some merge of a rank below `limit` would join a suffix of `left` with a prefix of `right` while
  // both are being made. Walks back through the states of the two, last merge first; see Bpe::joins.
  bool crosses(TokenId left, TokenId right, std::uint32_t limit) {
    const auto& nodes = parts_.derivations;
    for (bool top = true;; top = false) {
      const std::uint32_t rank = top ? 0 : rank_of(left, right);
      if (rank != 0 && rank < limit) return true;
      const Derivation &l = nodes[left], &r = nodes[right];
      if (l.rank > r.rank) {
        limit = l.rank;
        left = l.right;
      } else if (r.rank != 0) {
        limit = r.rank + 1;
        right = r.left;
      } else {
        return false;
      }
    }
  }

  // Why a symbol without an entry is no wall, or an entry no symbol like any other; empty if all is well.
  std::string find_odd_symbols() const {
    if (!spec_.characters) return first_symbols_ == 256 ? "" : "some single byte has no entry";
    if (!spec_.subword_prefix.empty() || !spec_.word_suffix.empty())
      return "characters are spelled differently at the ends of a word";
    if (characters_without_entry_merge_) return "characters without an entry take part in merges";
    for (const std::uint8_t kind : parts_.kinds) {
      if (kind & ImageParts::unused) return "unused entries are taken apart again";
    }
    if (spec_.reference != Reference::hugging_face) return "";
    if (spec_.unknown == kNoToken &&
        (spec_.byte_tokens.empty() || std::ranges::count(spec_.byte_tokens, kNoToken) != 0)) {
      return "characters without an entry are left out, and what is around them merges";
    }
    std::vector<bool> stands_in(parts_.kinds.size());
    const auto mark = [&](TokenId id) {
      if (id < stands_in.size()) stands_in[id] = true;
    };
    mark(spec_.unknown);
    for (const TokenId id : spec_.byte_tokens) mark(id);
    for (const RankedMerge& m : merges_) {
      if (stands_in[m.left] || stands_in[m.right]) return "what stands in for unknown characters merges";
    }
    return "";
  }

  // Longest match is exact when there are no odd symbols and no entry is reachable by a derivation out of
  // order.
  void decide_longest_match() {
    auto& p = parts_.pipeline;
    p.longest_match_reason = find_odd_symbols();
    if (!p.longest_match_reason.empty()) return;
    std::vector<TokenId> odd;  // made, but not in the order of ranks
    std::size_t steps = kMergeSteps;
    for (TokenId id = 0; id < parts_.kinds.size(); ++id) {
      if (!merges_at_all(id)) continue;
      const std::string_view bytes = bytes_of(id);
      if (!reachable(id)) {
        const std::size_t cost = bytes.size() * bytes.size();
        const bool affordable = cost <= steps;
        if (affordable) steps -= cost;
        if (!affordable || merges_to_itself(bytes)) {
          odd.push_back(id);
        } else {
          ++p.unreachable;
        }
      } else if (bytes.size() > kLongestMatchBytes && p.longest_match_reason.empty()) {
        p.longest_match_reason = fmt::format("entry {} is longer than {} bytes", id, kLongestMatchBytes);
      }
    }
    choose_knots(std::move(odd));
    p.longest_match = p.longest_match_reason.empty();
  }

  // Of entries that lie in one another the shortest are enough.
  void choose_knots(std::vector<TokenId> odd) {
    auto& p = parts_.pipeline;
    std::ranges::stable_sort(odd, {}, [&](TokenId id) { return bytes_of(id).size(); });
    for (const TokenId id : odd) {
      const auto inside = [&](const std::string& knot) {
        return bytes_of(id).find(knot) != std::string_view::npos;
      };
      if (std::ranges::any_of(p.knots, inside)) continue;
      if (p.knots.size() == kMaxKnots && p.longest_match_reason.empty())
        p.longest_match_reason = fmt::format("the merges that make entry {} and others are not in order", id);
      if (!p.longest_match_reason.empty()) return p.knots.clear();
      p.knots.emplace_back(bytes_of(id));
    }
  }

  // Encodes `bytes` by the definition: the lowest rank first, the leftmost of equals.
  bool merges_to_itself(std::string_view bytes) {
    std::vector<TokenId> tokens;
    for (std::size_t i = 0, size; i < bytes.size(); i += size) {
      size = spec_.characters ? character_size(bytes.substr(i)) : 1;
      tokens.push_back(find_entry(bytes.substr(i, size)));
      if (tokens.back() == kNoToken || !merges_at_all(tokens.back())) return false;
    }
    while (tokens.size() > 1) {
      std::uint32_t best = std::numeric_limits<std::uint32_t>::max();
      std::size_t at = 0;
      for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        const std::uint32_t rank = rank_of(tokens[i], tokens[i + 1]);
        if (rank != 0 && rank < best) best = rank, at = i;
      }
      if (best == std::numeric_limits<std::uint32_t>::max()) return false;
      tokens[at] = slot(tokens[at], tokens[at + 1]).result;
      tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    }
    return true;
  }

  std::vector<TrieKey> sorted_entries(const std::vector<std::uint8_t>& kinds) const {
    std::vector<TrieKey> sorted;
    sorted.reserve(kinds.size());
    for (TokenId id = 0; id < kinds.size(); ++id) {
      if (kinds[id] != ImageParts::absent) sorted.push_back({bytes_of(id), id});
    }
    sort_by_bytes(sorted);
    return sorted;
  }

  void build_trie(std::vector<TrieKey> sorted) {
    std::erase_if(sorted, [&](const TrieKey& key) { return !reachable(key.token); });
    order_ = std::move(sorted);
    Trie trie = make_trie(order_);
    parts_.trie = std::move(trie.units);
    parts_.trie_root = trie.root;
  }

  // In sorted order a token's prefixes come before it: keep those of the current token on a stack.
  void link_prefixes() {
    std::vector<TrieKey> stack;
    for (const TrieKey& key : order_) {
      while (!stack.empty() && !key.bytes.starts_with(stack.back().bytes)) stack.pop_back();
      parts_.derivations[key.token].prefix = stack.empty() ? kNoToken : stack.back().token;
      stack.push_back(key);
    }
  }

  void describe() {
    auto& p = parts_.pipeline;
    parts_.name = spec_.name;
    static_cast<Pipeline&>(p) = spec_;
    // The reference asks for a token's normalized spelling among the special ones, so decoding never skips a
    // special token that normalizing spells differently.
    for (AddedToken& t : p.added_tokens) {
      if (t.special && t.normalized && normalize_) t.special = normalize_(t.content) == t.content;
    }
    auto* side = &p.prefix;
    for (const TemplatePart& part : spec_.single) {
      if (part.kind == TemplatePart::Kind::token) {
        side->push_back(part.id);
      } else {
        side = &p.suffix;
      }
    }
  }

  const TokenizerSpec& spec_;
  const Rewrite &normalize_, &decode_;
  ImageParts parts_;
  std::vector<RankedMerge> merges_;
  std::size_t first_symbols_ = 0;
  bool characters_without_entry_merge_ = false;
  std::vector<TrieKey> order_;  // reachable tokens, sorted by their bytes
};

}  // namespace

std::string build_image(const TokenizerSpec& spec, const Rewrite& normalize, const Rewrite& decode) {
  return Builder(spec, normalize, decode).build();
}

}  // namespace polyglyph::vocab
