// Matching is Aho and Corasick's automaton, linear in the text whatever the patterns are, with the usual rule
// for leftmost-longest: once a match is known, go on only while the current state began no later than the
// match.
//
// For streams, a match is decided when everything its rules look at has arrived: any pattern that might begin
// at its place, one character after it for single_word, and the whole run of whitespace after it for rstrip.
// Text is given out up to where an undecided match might begin, less the whitespace that lstrip might still
// claim.
#include "tokenizer/added_tokens.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "unicode/char_class.h"
#include "unicode/property.h"
#include "unicode/utf8.h"
#include "vocab/hash.h"

namespace polyglyph::tokenizer {
namespace {

constexpr std::size_t kLongestCharacter = 4;

// The character that ends at `end`, read backwards: at most three continuation bytes, then a lead byte.
unicode::Decoded last_character(std::string_view text, std::size_t end) {
  for (std::size_t size = std::min(kLongestCharacter, end); size > 1; --size) {
    const char* p = text.data() + end - size;
    const unicode::Decoded c = unicode::decode(p, p + size);
    if (c.valid && c.size == size) return c;
  }
  return unicode::decode(text.data() + end - 1, text.data() + end);
}

bool is_space(char32_t c) {
  return unicode::class_mask(c) & unicode::kSpaceMask;
}

std::size_t skip_spaces(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const unicode::Decoded c = unicode::decode(text.data() + at, text.data() + text.size());
    if (!is_space(c.code_point)) break;
    at += c.size;
  }
  return at;
}

std::size_t skip_spaces_back(std::string_view text, std::size_t at, std::size_t floor) {
  while (at > floor) {
    const unicode::Decoded c = last_character(text, at);
    if (!is_space(c.code_point) || c.size > at - floor) break;
    at -= c.size;
  }
  return at;
}

bool word_before(std::string_view text, std::size_t at) {
  return at > 0 && unicode::is_word(last_character(text, at).code_point);
}

bool word_after(std::string_view text, std::size_t at) {
  return at < text.size() &&
         unicode::is_word(unicode::decode(text.data() + at, text.data() + text.size()).code_point);
}

}  // namespace

AddedTokens::AddedTokens(std::vector<Pattern> patterns) : patterns_(std::move(patterns)) {
  std::erase_if(patterns_, [](const Pattern& p) { return p.text.empty(); });
  std::size_t bytes = 1;
  for (const Pattern& p : patterns_) {
    bytes += p.text.size();
    longest_ = std::max(longest_, p.text.size());
    any_lstrip_ = any_lstrip_ || p.token->lstrip;
    first_[static_cast<unsigned char>(p.text[0])] = true;
  }
  one_first_ = std::ranges::count(first_, true) == 1;
  edges_.resize(std::bit_ceil(2 * bytes));
  for (std::uint32_t i = 0; i < patterns_.size(); ++i) add_pattern(i);
  link_failures();
}

std::uint32_t AddedTokens::child(std::uint32_t node, unsigned char byte) const {
  const std::uint64_t key = static_cast<std::uint64_t>(node) << 8 | byte;
  for (std::size_t i = vocab::hash_words(key, 0) & (edges_.size() - 1);; i = (i + 1) & (edges_.size() - 1)) {
    if (edges_[i].key == key) return edges_[i].child;
    if (edges_[i].key == Edge{}.key) return 0;
  }
}

void AddedTokens::add_pattern(std::uint32_t index) {
  std::uint32_t node = 0;
  for (const char c : patterns_[index].text) {
    const auto byte = static_cast<unsigned char>(c);
    std::uint32_t next = child(node, byte);
    if (next == 0) {
      next = static_cast<std::uint32_t>(nodes_.size());
      nodes_.push_back({0, nodes_[node].depth + 1, 0, 0});
      const std::uint64_t key = static_cast<std::uint64_t>(node) << 8 | byte;
      std::size_t i = vocab::hash_words(key, 0) & (edges_.size() - 1);
      while (edges_[i].key != Edge{}.key) i = (i + 1) & (edges_.size() - 1);
      edges_[i] = {key, next};
    }
    node = next;
  }
  if (nodes_[node].pattern == 0) nodes_[node].pattern = index + 1;  // of equals, the first one counts
}

// Parents come before their children in order of depth, so one pass over the edges by depth settles them all.
void AddedTokens::link_failures() {
  std::vector<Edge> by_depth;
  for (const Edge& edge : edges_) {
    if (edge.key != Edge{}.key) by_depth.push_back(edge);
  }
  std::ranges::sort(by_depth, {}, [&](const Edge& e) { return std::pair(nodes_[e.child].depth, e.child); });
  for (const Edge& edge : by_depth) {
    const auto parent = static_cast<std::uint32_t>(edge.key >> 8);
    const auto byte = static_cast<unsigned char>(edge.key & 0xFF);
    Node& node = nodes_[edge.child];
    if (parent != 0) {
      std::uint32_t suffix = nodes_[parent].failure;
      while (suffix != 0 && child(suffix, byte) == 0) suffix = nodes_[suffix].failure;
      node.failure = child(suffix, byte);
    }
    node.shorter = node.pattern != 0 ? edge.child : nodes_[node.failure].shorter;
  }
}

// The first place from `i` on where a pattern can begin.
std::size_t AddedTokens::skip(std::string_view text, std::size_t i) const {
  if (one_first_) return std::min(text.find(patterns_[0].text[0], i), text.size());
  while (i < text.size() && !first_[static_cast<unsigned char>(text[i])]) ++i;
  return i;
}

AddedTokens::Match AddedTokens::find(std::string_view text, std::size_t from) const {
  Match best;
  std::uint32_t state = 0;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (state == 0) {
      i = skip(text, i);
      if (i == text.size()) break;
    }
    const auto byte = static_cast<unsigned char>(text[i]);
    std::uint32_t next = child(state, byte);
    while (next == 0 && state != 0) {
      state = nodes_[state].failure;
      next = child(state, byte);
    }
    state = next;
    if (best.token != nullptr && i + 1 - nodes_[state].depth > best.begin) break;
    const Node& found = nodes_[nodes_[state].shorter];
    if (found.depth == 0) continue;
    const std::size_t begin = i + 1 - found.depth;
    if (best.token == nullptr || begin <= best.begin)
      best = {begin, i + 1, patterns_[found.pattern - 1].token};
  }
  return best;
}

bool AddedTokens::Walk::next(std::string_view text, bool final, Section& section) {
  if (pending_ != nullptr) {
    section = {pending_, pending_begin_, pending_end_, false};
    plain_ = pending_end_;
    pending_ = nullptr;
    return true;
  }
  const std::size_t margin = final || tokens_->empty() ? 0 : tokens_->longest_ + kLongestCharacter;
  std::size_t decided = text.size() - std::min(text.size(), margin);
  while (!tokens_->empty()) {
    Match match = tokens_->find(text, search_);
    if (match.token == nullptr || (!final && match.begin >= decided)) break;
    const AddedToken& token = *match.token;
    if (token.single_word && (word_before(text, match.begin) || word_after(text, match.end))) {
      search_ = match.end;
      continue;
    }
    std::size_t begin = match.begin, end = match.end;
    if (token.lstrip) begin = std::max(skip_spaces_back(text, begin, 0), plain_);
    if (token.rstrip) end = skip_spaces(text, end);
    if (!final && token.rstrip && end + kLongestCharacter > text.size()) {
      decided = std::min(decided, begin);
      break;
    }
    search_ = match.end;
    if (begin >= end) {  // nothing is left of it: the match before has taken its whitespace
      plain_ = end;
      continue;
    }
    if (plain_ < begin) {
      section = {nullptr, plain_, begin, false};
      pending_ = &token, pending_begin_ = begin, pending_end_ = end;
      plain_ = begin;
    } else {
      section = {&token, begin, end, false};
      plain_ = end;
    }
    return true;
  }
  if (!final) {
    search_ = std::max(search_, decided);
    while (decided > plain_ && decided < text.size() && (text[decided] & 0xC0) == 0x80)
      --decided;  // whole characters
    if (tokens_->any_lstrip_) decided = skip_spaces_back(text, decided, std::min(plain_, decided));
  }
  if (decided <= plain_) return false;
  section = {nullptr, plain_, decided, !final};
  plain_ = decided;
  return true;
}

}  // namespace polyglyph::tokenizer
