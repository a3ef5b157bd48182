// Matches are taken from left to right and do not overlap. The reference says that what comes in place of a
// match is made of its last character; the ones before it are dropped.
//
// In a stream, matches that begin before the first place where one may read beyond the end are final, and so
// is the text between them.
#include "normalizers/replace_step.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "unicode/utf8.h"

namespace polyglyph::normalizers {
namespace {

using unicode::OffsetMap;

class TextMatcher {
 public:
  explicit TextMatcher(std::string pattern) : pattern_(std::move(pattern)) {}

  bool find(std::string_view text, std::size_t from, Span& match) const {
    match.begin = text.find(pattern_, from);
    match.end = match.begin + pattern_.size();
    return match.begin != text.npos;
  }
  std::size_t undecided(std::string_view text) const {
    std::size_t place = text.size() - std::min(text.size(), pattern_.size() - 1);
    while (place < text.size() && !std::string_view(pattern_).starts_with(text.substr(place))) ++place;
    return place;
  }
  bool takes(std::string_view) const { return true; }

 private:
  std::string pattern_;
};

class RegexMatcher {
 public:
  explicit RegexMatcher(std::unique_ptr<Matcher> matcher) : matcher_(std::move(matcher)) {}

  bool find(std::string_view text, std::size_t from, Span& match) const {
    return matcher_->find(text, from, match);
  }
  std::size_t undecided(std::string_view text) const { return matcher_->undecided(text); }
  bool takes(std::string_view text) const { return unicode::is_valid(text); }

 private:
  std::unique_ptr<Matcher> matcher_;
};

template <class Pattern>
class ReplaceStep final : public Step {
 public:
  ReplaceStep(Pattern pattern, std::string by) : pattern_(std::move(pattern)), by_(std::move(by)) {}

  std::size_t unchanged_prefix(std::string_view text) const override {
    if (!pattern_.takes(text)) return 0;
    Span match;
    return pattern_.find(text, 0, match) ? match.begin : text.size();
  }

  void apply(std::string_view text, Ends, std::string& out, OffsetMap* map) const override {
    if (pattern_.takes(text)) return replace(text, out, map);
    std::string sound;
    OffsetMap lossy, edits;
    unicode::append_lossy(sound, text, lossy);
    replace(sound, out, map != nullptr ? &edits : nullptr);
    if (map != nullptr) *map = OffsetMap::chain(lossy, edits);
  }

  std::size_t settled_prefix(std::string_view text, bool) const override {
    const std::string_view whole = text.substr(0, text.size() - unicode::unfinished_tail(text));
    if (pattern_.takes(whole)) return settled(whole);
    std::string sound;
    OffsetMap lossy;
    unicode::append_lossy(sound, whole, lossy);
    const std::size_t place = settled(sound);
    return lossy.to_input({place, place}).begin;
  }

 private:
  std::size_t settled(std::string_view text) const {
    const std::size_t undecided = pattern_.undecided(text);
    std::size_t at = 0;
    for (Span match; pattern_.find(text, at, match) && match.begin < undecided;) at = match.end;
    return std::max(at, undecided);
  }

  void replace(std::string_view text, std::string& out, OffsetMap* map) const {
    const std::size_t out_begin = out.size();
    std::size_t at = 0;
    for (Span match; pattern_.find(text, at, match); at = match.end) {
      out += text.substr(at, match.begin - at);
      const std::size_t place = out.size() - out_begin;
      out += by_;
      if (map != nullptr) add_edit(*map, text, match, place);
    }
    out += text.substr(at);
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
};

}  // namespace

std::unique_ptr<Step> make_replace_step(std::string pattern, std::string by) {
  return std::make_unique<ReplaceStep<TextMatcher>>(TextMatcher(std::move(pattern)), std::move(by));
}

std::unique_ptr<Step> make_replace_step(std::unique_ptr<Matcher> pattern, std::string by) {
  return std::make_unique<ReplaceStep<RegexMatcher>>(RegexMatcher(std::move(pattern)), std::move(by));
}

}  // namespace polyglyph::normalizers
