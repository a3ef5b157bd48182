// Byte-pair encoding, by search where the vocabulary allows it and by merging where it does not. Both give
// what the definition gives: start from bytes or characters, merge the neighbouring pair of the lowest rank,
// leftmost first, until no pair is left.
//
// Search. vocab/build.cc explains when a sequence of reachable tokens is the encoding of its bytes: when each
// neighbouring pair is the encoding of its own bytes. So walk the piece from the left, always trying the
// longest token that starts here, then its prefixes; keep one that fits its left neighbour. When none does,
// the last token was wrong: take it back and try its prefixes. A position that was left this way is dead for
// good, because the encoding of the bytes before it is unique: coming back to it would be with the same
// tokens. So each position is entered once, each entry tries at most the prefixes of one token, and each test
// undoes at most the merges of two: linear in the piece, with a factor that the vocabulary bounds. In a long
// run of one character the same wrong token would be tried, followed up and taken back at every turn. What
// becomes of a token depends on the one before it and on the text that the search has looked at until it took
// it back; so where that text comes again behind the same neighbour, the token is passed over. Where no token
// begins, the character has no entry, and nothing merges with it: what is before it is encoded, and what is
// behind it is searched as if it were a piece of its own.
//
// Merging. A heap of candidate pairs by rank, then place, over a linked list of symbols: O(n log n).
// Candidates are not removed when a neighbour changes but recognized as stale when they come up. Hugging Face
// tokenizers puts what stands in for unknown characters among the symbols before merging; SentencePiece and
// llama.cpp merge characters by their text and replace in the end those that are still alone, and so may
// merge characters that have no entry. Entries that SentencePiece calls unused are then taken apart into the
// two symbols of which it last thought to merge them, wherever in the piece that was; a character whose entry
// is unused is unknown.
#include "tokenizer/bpe.h"

#include <algorithm>
#include <limits>
#include <string>

#include "unicode/utf8.h"

namespace polyglyph::tokenizer {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

using vocab::kNoToken;

// How far the search looks from where it is: no entry that it finds is longer (vocab/build.cc).
constexpr std::size_t kLookahead = 1024;

// Comparing more than this could cost more than it spares.
constexpr std::size_t kMostSeen = 4096;

// What stands in for characters without an entry, given to add(id, size) with the number of bytes it stands
// for; the id is kNoToken for what is left out. An unknown token is held back until the next one or the next
// symbol that is known, as in the reference: bytes that stand in for characters after it overtake it.
template <class Add>
class Unknown {
 public:
  Unknown(const vocab::Pipeline& pipeline, const Add& add) : p_(pipeline), add_(add) {}

  // A character of `size` bytes that the model spells `spelled`.
  void take(std::string_view spelled, std::size_t size) {
    const auto token = [&](char byte) { return p_.byte_tokens[static_cast<unsigned char>(byte)]; };
    if (!p_.byte_tokens.empty() &&
        std::ranges::none_of(spelled, [&](char byte) { return token(byte) == kNoToken; })) {
      for (const char byte : spelled) add_(token(byte), 1);
    } else if (p_.unknown == kNoToken) {
      add_(kNoToken, size);
    } else {
      if (!p_.fuse_unknown) flush();
      waiting_ += size;
    }
  }

  void flush() {
    if (waiting_ != 0) add_(p_.unknown, waiting_);
    waiting_ = 0;
  }

 private:
  const vocab::Pipeline& p_;
  const Add& add_;
  std::size_t waiting_ = 0;  // bytes of the unknown token that is held back
};

std::size_t character_size(std::string_view text) {
  return unicode::decode(text.data(), text.data() + text.size()).size;
}

// Only SentencePiece and what is made of its files have user-defined and unused entries.
bool has_only_normal_entries(const vocab::Image& image) {
  const vocab::Reference reference = image.pipeline().reference;
  return reference == vocab::Reference::hugging_face || reference == vocab::Reference::tiktoken;
}

std::vector<AddedToken> find_user_defined(const vocab::Image& image) {
  std::vector<AddedToken> tokens;
  if (has_only_normal_entries(image)) return tokens;
  for (TokenId id = 0; id < image.size(); ++id) {
    if (!image.is_user_defined(id) || image.token(id).empty()) continue;
    AddedToken token;
    token.id = id;
    token.content = image.token(id);
    tokens.push_back(std::move(token));
  }
  return tokens;
}

AddedTokens matcher_of(const std::vector<AddedToken>& tokens) {
  std::vector<AddedTokens::Pattern> patterns;
  for (const AddedToken& token : tokens) patterns.push_back({token.content, &token});
  return AddedTokens(std::move(patterns));
}

}  // namespace

using vocab::Derivation;
using vocab::Pair;

Bpe::Bpe(const vocab::Image& image)
    : image_(image),
      user_defined_tokens_(find_user_defined(image)),
      user_defined_(matcher_of(user_defined_tokens_)) {
  const auto& p = image.pipeline();
  bool all_bytes = true;
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    bytes_[byte] = image.find_entry({&c, 1});
    all_bytes = all_bytes && bytes_[byte] != kNoToken;
  }
  characters_ = p.characters;
  affixed_ = !p.subword_prefix.empty() || !p.word_suffix.empty();
  late_ = characters_ && p.reference != vocab::Reference::hugging_face;
  has_unused_ = false;
  for (TokenId id = 0; id < image.size() && !has_unused_ && !has_only_normal_entries(image); ++id)
    has_unused_ = image.is_unused(id);
  search_ = p.longest_match && (characters_ || all_bytes);
  // Search finds a piece that is one token in its first step; merging is spared much by asking first. With
  // ignore_merges the question also finds entries that no merge reaches.
  whole_piece_first_ = p.ignore_merges ? p.unreachable != 0 || !p.longest_match
                                       : !p.longest_match && !affixed_ && user_defined_.empty();
}

void Bpe::Scratch::release() {
  constexpr std::size_t kKeep = std::size_t{1} << 20;
  if (symbols.capacity() * sizeof(Symbol) > kKeep) {
    symbols = {};
    heap = {};
  }
  if (dead.capacity() * sizeof(std::uint64_t) > kKeep) dead = {};
  parts.clear();
}

// Calls take(part, token) for each stretch of the piece that is a user-defined token, and for what is between
// them with nullptr.
template <class Take>
void Bpe::for_each_section(std::string_view piece, const Take& take) const {
  if (user_defined_.empty()) return take(piece, nullptr);
  AddedTokens::Walk walk(user_defined_);
  for (AddedTokens::Section s; walk.next(piece, true, s);) {
    if (s.begin != s.end) take(piece.substr(s.begin, s.end - s.begin), s.token);
  }
}

bool Bpe::has_knot(std::string_view piece) const {
  return std::ranges::any_of(image_.pipeline().knots,
                             [&](const std::string& knot) { return piece.find(knot) != piece.npos; });
}

// Returns whether the symbols in `scratch` say where the tokens are.
bool Bpe::encode(std::string_view piece, Scratch& scratch, TokenBuffer& ids) const {
  if (whole_piece_first_) {
    const TokenId id = image_.find_entry(piece);
    if (id != kNoToken && (image_.pipeline().ignore_merges || image_.is_reachable(id)) &&
        !(has_unused_ && image_.is_unused(id))) {
      ids.push(id);
      return false;
    }
  }
  if (search_ && !has_knot(piece)) {
    for_each_section(piece, [&](std::string_view part, const AddedToken* token) {
      if (token != nullptr) return ids.push(token->id);
      search(part, scratch, ids);
    });
    return false;
  }
  merge(piece, scratch);
  TokenId* const begin = ids.reserve(scratch.symbols.size() + piece.size());
  TokenId* end = begin;
  for_each_merged(piece, scratch, [&](TokenId id, Span) { *end++ = id; });
  ids.advance(static_cast<std::size_t>(end - begin));
  return true;
}

void Bpe::encode(std::string_view piece, Model::Scratch& scratch, TokenBuffer& ids) const {
  encode(piece, static_cast<Scratch&>(scratch), ids);
}

void Bpe::encode(std::string_view piece, Model::Scratch& model_scratch, TokenBuffer& ids,
                 std::vector<Span>& spans) const {
  auto& scratch = static_cast<Scratch&>(model_scratch);
  const std::size_t first = ids.size();
  if (encode(piece, scratch, ids)) {
    for_each_merged(piece, scratch, [&](TokenId, Span span) { spans.push_back(span); });
  } else if (ids.size() == first + 1) {
    spans.push_back({0, piece.size()});
  } else {
    add_spans(piece, ids.data() + first, spans);
  }
}

// The spans of what search has found: a token takes as many bytes as it has, but for what stands in for
// others.
void Bpe::add_spans(std::string_view piece, const TokenId* ids, std::vector<Span>& spans) const {
  std::size_t place = 0;
  const auto add = [&](TokenId id, std::size_t size) {
    const std::size_t end = std::min(piece.size(), place + size);
    if (id != kNoToken) {
      spans.push_back({place, end});
      ++ids;
    }
    place = end;
  };
  for_each_section(piece, [&](std::string_view part, const AddedToken* token) {
    if (token != nullptr) return add(token->id, part.size());
    for (std::size_t i = 0; i < part.size();) {
      if (characters_ && image_.longest(part.data() + i, part.size() - i).token == kNoToken) {
        i = pass_unknown(part, i, add);
      } else {
        const std::size_t size = std::clamp<std::size_t>(image_.token_size(*ids), 1, part.size() - i);
        add(*ids, size);
        i += size;
      }
    }
  });
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

// Passes what has no entry, from `position` on; add(id, size) as in Unknown. Returns where something known
// begins.
template <class Add>
std::size_t Bpe::pass_unknown(std::string_view piece, std::size_t position, const Add& add) const {
  Unknown<Add> unknown(image_.pipeline(), add);
  do {
    const std::string_view rest = piece.substr(position);
    const std::size_t size = character_size(rest);
    unknown.take(rest.substr(0, size), size);
    position += size;
  } while (position < piece.size() &&
           image_.longest(piece.data() + position, piece.size() - position).token == kNoToken);
  unknown.flush();
  return position;
}

// `dead` has a bit for each position of the piece and one more. A long piece is often the same few tokens
// over and over, so there it pays to remember what joins.
template <bool kLong>
void Bpe::search(std::string_view piece, std::uint64_t* dead, Scratch& scratch, TokenBuffer& ids) const {
  const std::size_t size = piece.size();
  TokenId* const first = ids.reserve(size);  // a token takes at least a byte
  TokenId* begin = first;                    // of what has been found since the last wall
  TokenId* end = first;
  std::size_t position = 0;

  const auto is_dead = [&](std::size_t at) { return (dead[kLong ? at / 64 : 0] >> (at % 64) & 1) != 0; };
  const auto remembered = [&](vocab::Image::Match match) {
    Scratch::Joining& known = scratch.joinings[vocab::hash_pair(end[-1], match.token) >> 56];
    if (known.left != end[-1] || known.match != match.token) {
      known = {end[-1], match.token, joining(end[-1], match)};
    }
    return known.found;
  };
  // What was taken back is only of use in this piece, so it is forgotten when something is first taken back.
  bool any_failed = false;
  std::size_t furthest = 0;  // the search has been here
  const auto failure_of = [&](TokenId token) -> Scratch::Failure& {
    return scratch.failures[vocab::hash_pair(end[-1], token) >> 56];
  };
  const auto remember_failure = [&](TokenId token) {
    if (end == begin) return;
    const std::size_t seen = furthest - position + kLookahead;
    if (seen > kMostSeen || seen > size - position) return;
    if (!any_failed) scratch.failures = {};
    any_failed = true;
    failure_of(token) = {end[-1], token, position, seen};
  };
  const auto failed_before = [&](TokenId token) {
    if (!any_failed || end == begin) return false;
    const Scratch::Failure& f = failure_of(token);
    return f.left == end[-1] && f.token == token && f.seen <= size - position &&
           piece.substr(f.place, f.seen) == piece.substr(position, f.seen);
  };
  const auto fitting = [&](vocab::Image::Match match) {
    for (;; match = shorter(match)) {
      if (kLong && end != begin) match = remembered(match);
      if (match.token == kNoToken) return match;
      if (is_dead(position + match.size) || (kLong && failed_before(match.token))) continue;
      if (kLong || end == begin || !image_.may_cross(end[-1], match.token) ||
          !crosses(end[-1], match.token)) {
        return match;
      }
    }
  };
  const auto next = [&]() __attribute__((always_inline)) {
    vocab::Image::Match match = image_.longest(piece.data() + position, size - position);
    if (match.token == kNoToken && characters_) [[unlikely]] {
      position = pass_unknown(piece, position, [&](TokenId id, std::size_t) {
        if (id != kNoToken) *end++ = id;
      });
      begin = end;
      if (position < size) match = image_.longest(piece.data() + position, size - position);
    }
    return match;
  };

  vocab::Image::Match candidate = next();
  while (position < size) {
    if (kLong) furthest = std::max(furthest, position);
    candidate = fitting(candidate);
    if (candidate.token != kNoToken) {
      *end++ = candidate.token;
      position += candidate.size;
      if (position >= size) break;
      candidate = next();
      continue;
    }
    if (end == begin)
      break;  // only a damaged image comes here: every symbol is a token, so the search succeeds
    dead[kLong ? position / 64 : 0] |= std::uint64_t{1} << (position % 64);
    const TokenId last = *--end;
    const std::size_t last_size = std::min(position, image_.token_size(last));
    position -= last_size;
    if (kLong) remember_failure(last);
    candidate = shorter({last, last_size});
  }
  ids.advance(static_cast<std::size_t>(end - first));
}

void Bpe::search(std::string_view piece, Scratch& scratch, TokenBuffer& ids) const {
  if (piece.size() < 64) {
    std::uint64_t dead = 0;
    return search<false>(piece, &dead, scratch, ids);
  }
  scratch.dead.assign(piece.size() / 64 + 1, 0);
  search<true>(piece, scratch.dead.data(), scratch, ids);
}

// The entry of a character of the piece, kNoToken if there is none.
TokenId Bpe::find_symbol(std::string_view character, bool first, bool last, std::string& spelled) const {
  if (!characters_) return bytes_[static_cast<unsigned char>(character[0])];
  if (!affixed_) return image_.find_entry(character);
  spelled.clear();
  if (!first) spelled = image_.pipeline().subword_prefix;
  spelled += character;
  if (last) spelled += image_.pipeline().word_suffix;
  return image_.find_entry(spelled);
}

// The symbols that merging starts from: user-defined entries, which no pair has, and single bytes or
// characters.
void Bpe::add_symbols(std::string_view piece, Scratch& scratch) const {
  auto& symbols = scratch.symbols;
  symbols.clear();
  std::size_t place = 0;
  const auto add = [&](TokenId id, std::size_t size) {
    const std::size_t begin = std::min(place, piece.size()), end = std::min(place += size, piece.size());
    if (id == kNoToken) return;
    const auto index = static_cast<std::uint32_t>(symbols.size());
    symbols.push_back({id, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end),
                       index == 0 ? kNone : index - 1, index + 1});
  };
  Unknown<decltype(add)> unknown(image_.pipeline(), add);
  std::string spelled;
  for_each_section(piece, [&](std::string_view part, const AddedToken* token) {
    if (token != nullptr) {
      unknown.flush();
      return add(token->id, part.size());
    }
    for (std::size_t i = 0, size; i < part.size(); i += size) {
      size = characters_ ? character_size(part.substr(i)) : 1;
      const std::string_view character = part.substr(i, size);
      const char* const end = character.data() + size;
      const TokenId id = find_symbol(character, character.data() == piece.data(),
                                     end == piece.data() + piece.size(), spelled);
      if (id != kNoToken) {
        unknown.flush();
        add(id, size);
      } else if (late_) {
        add(vocab::unnamed_symbol(unicode::decode(character.data(), end).code_point), size);
      } else {
        unknown.take(affixed_ ? spelled : character, size);
      }
    }
  });
  unknown.flush();
  if (!symbols.empty()) symbols.back().next = kNone;
}

void Bpe::push_candidate(std::uint32_t position, Scratch& scratch) const {
  const auto& symbols = scratch.symbols;
  const std::uint32_t next = symbols[position].next;
  if (next == kNone) return;
  const Pair* pair = image_.find_pair(symbols[position].id, symbols[next].id);
  if (pair == nullptr) return;
  scratch.heap.push_back({pair->rank, position, pair->result});
  if (has_unused_ && image_.is_unused(pair->result)) {
    scratch.parts[pair->result] = {symbols[position].id, symbols[next].id};
  }
}

void Bpe::merge(std::string_view piece, Scratch& scratch) const {
  add_symbols(piece, scratch);
  auto& symbols = scratch.symbols;
  auto& heap = scratch.heap;
  const auto later = [](const Scratch::Candidate& a, const Scratch::Candidate& b) {
    return a.rank != b.rank ? a.rank > b.rank : a.position > b.position;
  };
  heap.clear();
  scratch.parts.clear();
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
    if (left.id == kNoToken || next == kNone) continue;  // stale
    const Pair* pair = image_.find_pair(left.id, symbols[next].id);
    if (pair == nullptr || pair->result != c.result) continue;
    left.id = c.result;
    left.end = symbols[next].end;
    left.next = symbols[next].next;
    if (left.next != kNone) symbols[left.next].previous = c.position;
    symbols[next].id = kNoToken;  // gone: candidates that begin here are stale
    symbols[next].next = kNone;
    if (left.previous != kNone) add(left.previous);
    add(c.position);
  }
}

// What merging has left, in order: add(id, span).
template <class Add>
void Bpe::for_each_merged(std::string_view piece, Scratch& scratch, const Add& add) const {
  std::size_t place = 0;
  const auto add_unknown = [&](TokenId id, std::size_t size) {
    if (id != kNoToken) add(id, Span{place, place + size});
    place += size;
  };
  Unknown<decltype(add_unknown)> unknown(image_.pipeline(), add_unknown);
  const auto& symbols = scratch.symbols;
  const bool unused_stays = image_.pipeline().reference != vocab::Reference::sentencepiece;
  const auto add_known = [&](TokenId id, Span span) {
    const bool unused = has_unused_ && !unused_stays && image_.is_unused(id);
    if (vocab::is_unnamed(id) || unused) {
      const std::size_t size = span.end - span.begin;
      return unknown.take(piece.substr(span.begin, size), size);
    }
    unknown.flush();
    add(id, span);
    place = span.end;
  };
  for (std::uint32_t i = symbols.empty() ? kNone : 0; i != kNone; i = symbols[i].next) {
    const Span span{symbols[i].begin, symbols[i].end};
    if (has_unused_ && image_.is_unused(symbols[i].id)) {
      take_apart(symbols[i].id, span, scratch, add_known);
    } else {
      add_known(symbols[i].id, span);
    }
  }
  unknown.flush();
}

// Each part is shorter than the whole, also on a damaged image, so this ends.
template <class Add>
void Bpe::take_apart(TokenId id, Span span, Scratch& scratch, const Add& add) const {
  auto& apart = scratch.apart;
  apart.assign(1, {id, span});
  while (!apart.empty()) {
    const auto [whole, at] = apart.back();
    apart.pop_back();
    const auto parts = image_.is_unused(whole) ? scratch.parts.find(whole) : scratch.parts.end();
    if (parts == scratch.parts.end()) {
      add(whole, at);
      continue;
    }
    const auto [left, right] = parts->second;
    const std::size_t size = vocab::is_unnamed(left) ? unicode::encoded_size(left - vocab::kFirstUnnamed)
                                                     : image_.token_size(left);
    if (size == 0 || size >= at.end - at.begin) {
      add(whole, at);
      continue;
    }
    apart.push_back({right, {at.begin + size, at.end}});
    apart.push_back({left, {at.begin, at.begin + size}});
  }
}

}  // namespace polyglyph::tokenizer
