// Matches are taken from left to right and do not overlap. The reference says that what comes in place of a
// match is made of its last character; the ones before it are dropped.
//
// Nearly every vocabulary that replaces something puts a mark in place of each space. That is done for every
// byte alike, without a branch: eight bytes are written, of the text or of what comes in its place, and the
// next ones over those of them that do not count.
//
// Otherwise a text is searched for as Knuth, Morris and Pratt do, so that no pattern makes it slow; between
// matches its first byte is jumped to. A regular expression may ask what stands in front, which a text that
// does not begin its section is therefore shown with, and sees U+FFFD in place of what is ill-formed.
//
// In a stream, matches that begin before the first place where one may read beyond the end are final, and so
// is the text between them. They are looked for in all the text there is, since they may look at what
// follows.
#include "normalizers/replace_step.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "unicode/utf8.h"

namespace polyglyph::normalizers {
namespace {

using unicode::OffsetMap;

class TextMatcher {
 public:
  // The pattern's first i bytes end with their own first borders_[i], fewer than i, and with no more of them.
  explicit TextMatcher(std::string pattern) : pattern_(std::move(pattern)), borders_(pattern_.size() + 1) {
    for (std::size_t i = 1; i < pattern_.size(); ++i) borders_[i + 1] = grow(borders_[i], pattern_[i]);
  }

  bool find(std::string_view text, std::size_t from, Span& match) const {
    std::size_t matched = 0;
    for (std::size_t at = from; matched < pattern_.size(); ++at) {
      if (matched == 0) at = text.find(pattern_[0], at);
      if (at >= text.size()) return false;
      matched = grow(matched, text[at]);
      match = {at + 1 - matched, at + 1};
    }
    return true;
  }

  std::size_t undecided(std::string_view text, std::size_t from) const {
    const std::size_t tail = std::min(text.size() - from, pattern_.size() - 1);
    std::size_t matched = 0;
    for (const char byte : text.substr(text.size() - tail)) matched = grow(matched, byte);
    return text.size() - matched;
  }

  bool takes(std::string_view, Ends) const { return true; }
  bool is_byte(char byte) const { return pattern_.size() == 1 && pattern_[0] == byte; }

 private:
  // How much of the pattern a text ends with that ended with `matched` of it, not all, and goes on with
  // `byte`.
  std::size_t grow(std::size_t matched, char byte) const {
    while (matched > 0 && pattern_[matched] != byte) matched = borders_[matched];
    return matched + (pattern_[matched] == byte ? 1 : 0);
  }

  std::string pattern_;
  std::vector<std::size_t> borders_;
};

class RegexMatcher {
 public:
  explicit RegexMatcher(std::unique_ptr<Matcher> matcher) : matcher_(std::move(matcher)) {}

  bool find(std::string_view text, std::size_t from, Span& match) const {
    return matcher_->find(text, from, match);
  }
  std::size_t undecided(std::string_view text, std::size_t from) const {
    return matcher_->undecided(text, from);
  }
  bool is_byte(char) const { return false; }
  bool takes(std::string_view text, Ends ends) const {
    return ends.before == Ends::Before::nothing && unicode::is_valid(text);
  }

 private:
  std::unique_ptr<Matcher> matcher_;
};

// What a pattern is shown that does not take the text as it is.
struct Shown {
  std::string text;
  std::size_t from = 0;  // where what stands for the text begins
  OffsetMap map;

  Shown(std::string_view original, Ends ends) {
    if (ends.before != Ends::Before::nothing) {
      text = ends.before == Ends::Before::newline ? '\n' : 'x';
      from = text.size();
      map.add({0, from}, {0, 0});
    }
    unicode::append_lossy(text, original, map);
  }
};

// Appends the text with `by`, of at most kWord bytes, in place of each space.
constexpr std::size_t kWord = 8;
void replace_spaces(std::string_view text, std::string_view by, std::string& out) {
  char word[kWord] = {};
  by.copy(word, kWord);
  const std::size_t size[] = {1, by.size()};
  char block[4096];
  char* next = block;
  const char* p = text.data();
  const char* const end = p + text.size();
  for (; end - p >= static_cast<std::ptrdiff_t>(kWord); ++p) {
    const std::size_t space = *p == ' ';
    const char* const from[] = {p, word};
    std::memcpy(next, from[space], kWord);
    next += size[space];
    if (next <= block + sizeof block - kWord) continue;
    out.append(block, next);
    next = block;
  }
  out.append(block, next);
  for (; p != end; ++p) *p == ' ' ? out.append(by) : out.append(1, *p);
}

template <class Pattern>
class ReplaceStep final : public Step {
 public:
  ReplaceStep(Pattern pattern, std::string by)
      : pattern_(std::move(pattern)),
        by_(std::move(by)),
        spaces_by_word_(pattern_.is_byte(' ') && by_.size() <= kWord) {}

  // Text behind the first match may be changed by itself only where the pattern does not look back at what is
  // unchanged.
  std::size_t unchanged_prefix(std::string_view text) const override {
    if (!pattern_.takes(text, {})) return 0;
    Span match;
    if (!pattern_.find(text, 0, match)) return text.size();
    return pattern_.takes(text, {.before = Ends::Before::other}) ? match.begin : 0;
  }

  void apply(std::string_view text, Ends ends, std::string& out, OffsetMap* map) const override {
    if (pattern_.takes(text, ends)) {
      replace(text, 0, text.size(), out, map);
      return;
    }
    const Shown shown(text, ends);
    OffsetMap edits;
    replace(shown.text, shown.from, shown.text.size(), out, map != nullptr ? &edits : nullptr);
    if (map != nullptr) *map = OffsetMap::chain(shown.map, edits);
  }

  std::size_t apply_settled(std::string_view text, Ends ends, std::string& out) const override {
    const std::string_view whole = text.substr(0, text.size() - unicode::unfinished_tail(text));
    if (pattern_.takes(whole, ends)) return replace(whole, 0, pattern_.undecided(whole, 0), out, nullptr);
    const Shown shown(whole, ends);
    const std::size_t undecided = pattern_.undecided(shown.text, shown.from);
    const std::size_t place = replace(shown.text, shown.from, undecided, out, nullptr);
    return shown.map.to_input({place, place}).begin;
  }

 private:
  // Appends what becomes of the text from `from` to `end`, or to where a match ends that begins before;
  // returns where that was.
  std::size_t replace(std::string_view text, std::size_t from, std::size_t end, std::string& out,
                      OffsetMap* map) const {
    if (spaces_by_word_ && map == nullptr) {
      replace_spaces(text.substr(from, end - from), by_, out);
      return end;
    }
    const std::size_t out_begin = out.size();
    if (map != nullptr && from > 0) map->add({0, 0}, {0, from});
    std::size_t at = from;
    for (Span match; at < end && pattern_.find(text, at, match) && match.begin < end; at = match.end) {
      out += text.substr(at, match.begin - at);
      const std::size_t place = out.size() - out_begin;
      out += by_;
      if (map != nullptr) add_edit(*map, text, match, place);
    }
    end = std::max(at, end);
    out += text.substr(at, end - at);
    return end;
  }

  void add_edit(OffsetMap& map, std::string_view text, Span match, std::size_t place) const {
    if (by_.empty()) return map.add({place, place}, match);
    std::size_t last = match.end - 1;
    while (last > match.begin && (text[last] & 0xC0) == 0x80) --last;
    if (last > match.begin) map.add({place, place}, {match.begin, last});
    map.add({place, place + by_.size()}, {last, match.end});
  }

  Pattern pattern_;
  std::string by_;
  bool spaces_by_word_;
};

}  // namespace

std::unique_ptr<Step> make_replace_step(std::string pattern, std::string by) {
  return std::make_unique<ReplaceStep<TextMatcher>>(TextMatcher(std::move(pattern)), std::move(by));
}

std::unique_ptr<Step> make_replace_step(std::unique_ptr<Matcher> pattern, std::string by) {
  return std::make_unique<ReplaceStep<RegexMatcher>>(RegexMatcher(std::move(pattern)), std::move(by));
}

}  // namespace polyglyph::normalizers
