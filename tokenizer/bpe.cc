// Byte-pair encoding, by search where the vocabulary allows it and by merging where it does not. Both give
// what the definition gives: start from bytes, merge the neighbouring pair of the lowest rank, leftmost
// first, until no pair is left.
//
// Search. vocab/build.cc explains when a sequence of reachable tokens is the encoding of its bytes: when each
// neighbouring pair is the encoding of its own bytes. So walk the piece from the left, always trying the
// longest token that starts here, then its prefixes; keep one that fits its left neighbour. When none does,
// the last token was wrong: take it back and try its prefixes. A position that was left this way is dead for
// good, because the encoding of the bytes before it is unique: coming back to it would be with the same
// tokens. So each position is entered once, each entry tries at most the prefixes of one token, and each test
// undoes at most the merges of two: linear in the piece, with a factor that the vocabulary bounds.
//
// Merging. A heap of candidate pairs by rank, then place, over a linked list of symbols: O(n log n).
// Candidates are not removed when a neighbour changes but recognized as stale when they come up.
#include "tokenizer/bpe.h"

#include <algorithm>
#include <limits>

namespace polyglyph::tokenizer {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

}  // namespace

using vocab::Derivation;
using vocab::kNoToken;
using vocab::Pair;

Bpe::Bpe(const vocab::Image& image) : image_(image) {
  all_bytes_ = true;
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    bytes_[byte] = image.find_entry({&c, 1});
    all_bytes_ = all_bytes_ && bytes_[byte] != kNoToken;
  }
  // Search finds a piece that is one token in its first step; merging is spared much by asking first. With
  // ignore_merges the question also finds entries that no merge reaches.
  const auto& p = image.pipeline();
  whole_piece_first_ = p.ignore_merges ? p.unreachable != 0 || !p.longest_match : !p.longest_match;
}

void Bpe::Scratch::release() {
  constexpr std::size_t kKeep = std::size_t{1} << 20;
  if (symbols.capacity() * sizeof(Symbol) > kKeep) {
    symbols = {};
    heap = {};
  }
  if (dead.capacity() * sizeof(std::uint64_t) > kKeep) dead = {};
}

void Bpe::encode(std::string_view piece, Scratch& scratch, TokenBuffer& ids) const {
  if (whole_piece_first_) {
    const TokenId id = image_.find_entry(piece);
    if (id != kNoToken && (image_.pipeline().ignore_merges || image_.is_reachable(id))) return ids.push(id);
  }
  if (image_.pipeline().longest_match && all_bytes_) return search(piece, scratch, ids);
  merge(piece, scratch);
  TokenId* out = ids.reserve(scratch.symbols.size());
  std::size_t count = 0;
  if (!scratch.symbols.empty()) {
    for (std::uint32_t i = 0; i != kNone; i = scratch.symbols[i].next) out[count++] = scratch.symbols[i].id;
  }
  ids.advance(count);
}

void Bpe::encode(std::string_view piece, Model::Scratch& scratch, TokenBuffer& ids) const {
  encode(piece, static_cast<Scratch&>(scratch), ids);
}

void Bpe::encode(std::string_view piece, Model::Scratch& model_scratch, TokenBuffer& ids,
                 std::vector<Span>& spans) const {
  auto& scratch = static_cast<Scratch&>(model_scratch);
  const std::size_t first = ids.size();
  encode(piece, scratch, ids);
  if (!all_bytes_ && (ids.size() != first + 1 || image_.token(ids.back()) != piece)) {
    // Unknown bytes have left symbols whose lengths are not those of their entries.
    for (std::uint32_t i = scratch.symbols.empty() ? kNone : 0; i != kNone; i = scratch.symbols[i].next) {
      spans.push_back({scratch.symbols[i].begin, scratch.symbols[i].end});
    }
    return;
  }
  std::size_t begin = 0;
  for (std::size_t i = first; i < ids.size(); ++i) {
    const std::size_t end = std::min(piece.size(), begin + image_.token(ids.data()[i]).size());
    spans.push_back({begin, end});
    begin = end;
  }
}

// Whether encoding the two tokens' bytes together gives something else than the two tokens. Undoes their
// merges in the reverse of the order in which they happen, and asks at each state whether a merge across the
// border would have come before the one undone last. Of merges at equal rank the leftmost comes first: a
// crossing one yields to one inside `left` (rank < limit) and precedes one inside `right` (rank <= limit).
bool Bpe::crosses(TokenId left, TokenId right) const {
  std::uint32_t limit = kNone;
  Derivation l = image_.derivation(left), r = image_.derivation(right);
  for (;;) {
    const Pair* pair = image_.find_pair(left, right);
    if (pair != nullptr && pair->rank < limit) return true;
    // Ranks fall from a token to its parts; the comparison with `limit` ends the walk on a damaged image as
    // well.
    if (l.rank > r.rank) {
      if (l.rank >= limit) return true;
      limit = l.rank;
      left = l.right;
      l = image_.derivation(left);
    } else if (r.rank != 0) {
      if (r.rank >= limit) return true;
      limit = r.rank + 1;
      right = r.left;
      r = image_.derivation(right);
    } else {
      return false;
    }
  }
}

// The longest reachable token that is a proper prefix of the match.
vocab::Image::Match Bpe::shorter(vocab::Image::Match match) const {
  const TokenId prefix = image_.derivation(match.token).prefix;
  const std::size_t size = image_.token_size(prefix);
  if (size - 1 >= match.size - 1) return {kNoToken, 0};  // none; or not shorter, on a damaged image
  return {prefix, size};
}

// The match or the longest of its prefixes that fits the token to its left.
vocab::Image::Match Bpe::joining(TokenId left, vocab::Image::Match match) const {
  while (match.token != kNoToken && image_.may_cross(left, match.token) && crosses(left, match.token)) {
    match = shorter(match);
  }
  return match;
}

// `dead` has a bit for each position of the piece and one more. A long piece is often the same few tokens
// over and over, so there it pays to remember what joins.
template <bool kLong>
void Bpe::search(std::string_view piece, std::uint64_t* dead, Scratch& scratch, TokenBuffer& ids) const {
  const std::size_t size = piece.size();
  TokenId* const begin = ids.reserve(size);  // a token takes at least a byte
  TokenId* end = begin;
  std::size_t position = 0;

  const auto is_dead = [&](std::size_t at) { return (dead[kLong ? at / 64 : 0] >> (at % 64) & 1) != 0; };
  const auto remembered = [&](vocab::Image::Match match) {
    Scratch::Joining& known = scratch.joinings[vocab::hash_pair(end[-1], match.token) >> 56];
    if (known.left != end[-1] || known.match != match.token) {
      known = {end[-1], match.token, joining(end[-1], match)};
    }
    return known.found;
  };
  const auto fitting = [&](vocab::Image::Match match) {
    for (;; match = shorter(match)) {
      if (kLong && end != begin) match = remembered(match);
      if (match.token == kNoToken) return match;
      if (is_dead(position + match.size)) continue;
      if (kLong || end == begin || !image_.may_cross(end[-1], match.token) ||
          !crosses(end[-1], match.token)) {
        return match;
      }
    }
  };

  vocab::Image::Match candidate = image_.longest(piece.data(), size);
  for (;;) {
    candidate = fitting(candidate);
    if (candidate.token != kNoToken) {
      *end++ = candidate.token;
      position += candidate.size;
      if (position >= size) break;
      candidate = image_.longest(piece.data() + position, size - position);
      continue;
    }
    if (end == begin)
      break;  // only a damaged image comes here: every byte is a token, so the search succeeds
    dead[kLong ? position / 64 : 0] |= std::uint64_t{1} << (position % 64);
    const TokenId last = *--end;
    const std::size_t last_size = std::min(position, image_.token_size(last));
    position -= last_size;
    candidate = shorter({last, last_size});
  }
  ids.advance(static_cast<std::size_t>(end - begin));
}

void Bpe::search(std::string_view piece, Scratch& scratch, TokenBuffer& ids) const {
  if (piece.size() < 64) {
    std::uint64_t dead = 0;
    return search<false>(piece, &dead, scratch, ids);
  }
  scratch.dead.assign(piece.size() / 64 + 1, 0);
  search<true>(piece, scratch.dead.data(), scratch, ids);
}

// The symbols that merging starts from: one a byte. Bytes without an entry become the unknown token, fused
// with their neighbours if the file says so, or are left out.
void Bpe::add_symbols(std::string_view piece, Scratch& scratch) const {
  auto& symbols = scratch.symbols;
  symbols.clear();
  const TokenId unknown = image_.pipeline().unknown;
  bool fusing = false;
  for (std::uint32_t i = 0; i < piece.size(); ++i) {
    TokenId id = bytes_[static_cast<unsigned char>(piece[i])];
    const bool missing = id == kNoToken;
    if (missing && fusing) {
      symbols.back().end = i + 1;
      continue;
    }
    fusing = missing && unknown != kNoToken && image_.pipeline().fuse_unknown;
    if (missing) id = unknown;
    if (id == kNoToken) continue;
    const auto index = static_cast<std::uint32_t>(symbols.size());
    symbols.push_back({id, i, i + 1, index == 0 ? kNone : index - 1, index + 1});
  }
  if (!symbols.empty()) symbols.back().next = kNone;
}

void Bpe::push_candidate(std::uint32_t position, Scratch& scratch) const {
  const auto& symbols = scratch.symbols;
  const std::uint32_t next = symbols[position].next;
  if (next == kNone) return;
  const Pair* pair = image_.find_pair(symbols[position].id, symbols[next].id);
  if (pair == nullptr) return;
  scratch.heap.push_back({pair->rank, position, pair->left, pair->right});
}

void Bpe::merge(std::string_view piece, Scratch& scratch) const {
  add_symbols(piece, scratch);
  auto& symbols = scratch.symbols;
  auto& heap = scratch.heap;
  const auto later = [](const Scratch::Candidate& a, const Scratch::Candidate& b) {
    return a.rank != b.rank ? a.rank > b.rank : a.position > b.position;
  };
  heap.clear();
  for (std::uint32_t i = 0; i < symbols.size(); ++i) push_candidate(i, scratch);
  std::ranges::make_heap(heap, later);
  const auto add = [&](std::uint32_t position) {
    const std::size_t before = heap.size();
    push_candidate(position, scratch);
    if (heap.size() != before) std::ranges::push_heap(heap, later);
  };
  while (!heap.empty()) {
    std::ranges::pop_heap(heap, later);
    const Scratch::Candidate c = heap.back();
    heap.pop_back();
    auto& left = symbols[c.position];
    const std::uint32_t next = left.next;
    if (left.id != c.left || next == kNone || symbols[next].id != c.right) continue;  // stale
    const Pair* pair = image_.find_pair(c.left, c.right);
    if (pair == nullptr) continue;
    left.id = pair->result;
    left.end = symbols[next].end;
    left.next = symbols[next].next;
    if (left.next != kNone) symbols[left.next].previous = c.position;
    symbols[next].id = kNoToken;  // gone: candidates that begin here are stale
    symbols[next].next = kNone;
    add(c.position);
    if (left.previous != kNone) add(left.previous);
  }
}

}  // namespace polyglyph::tokenizer
