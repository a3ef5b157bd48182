// From the left, each character is asked whether it joins what is before it, of which three things matter:
// its class, whether a run is odd (of regional indicators, which pair up), and what a rule has seen that
// looks further back: a pictograph and marks (GB11), a consonant, marks and a linker among them (GB9c). Names
// like GB11 are those of UAX #29.
#include "normalizers/grapheme.h"

#include "unicode/utf8.h"

namespace polyglyph::normalizers {
namespace {

struct Class {
  GraphemeBreak grapheme;
  ConjunctBreak conjunct;
};

Class class_of(char32_t c) {
  const std::uint8_t bits = kGraphemeClasses[std::uint32_t(kGraphemeBlocks[c >> 7]) << 7 | (c & 127)];
  return {GraphemeBreak(bits & 15), ConjunctBreak(bits >> 4)};
}

// GB6 to GB8: the letters of a Hangul syllable.
bool is_syllable(GraphemeBreak before, GraphemeBreak next) {
  using enum GraphemeBreak;
  switch (before) {
    case l:
      return next == l || next == v || next == lv || next == lvt;
    case lv:
    case v:
      return next == v || next == t;
    case lvt:
    case t:
      return next == t;
    default:
      return false;
  }
}

class Cluster {
 public:
  explicit Cluster(Class first) { add(first); }

  bool joins(Class next) const {
    using enum GraphemeBreak;
    if (before_ == cr && next.grapheme == lf) return true;                 // GB3
    if (is_control(before_) || is_control(next.grapheme)) return false;    // GB4, GB5
    if (is_syllable(before_, next.grapheme)) return true;                  // GB6 to GB8
    if (next.grapheme == extend || next.grapheme == zwj) return true;      // GB9
    if (next.grapheme == spacing_mark || before_ == prepend) return true;  // GB9a, GB9b
    if (conjunct_ == Conjunct::linked && next.conjunct == ConjunctBreak::consonant) return true;  // GB9c
    if (pictograph_ && before_ == zwj && next.grapheme == pictograph) return true;                // GB11
    return odd_indicators_ && next.grapheme == regional_indicator;  // GB12, GB13
  }

  void add(Class next) {
    before_ = next.grapheme;
    odd_indicators_ = before_ == GraphemeBreak::regional_indicator && !odd_indicators_;
    if (before_ != GraphemeBreak::extend && before_ != GraphemeBreak::zwj)
      pictograph_ = before_ == GraphemeBreak::pictograph;
    switch (next.conjunct) {
      case ConjunctBreak::none:
        conjunct_ = Conjunct::none;
        break;
      case ConjunctBreak::consonant:
        conjunct_ = Conjunct::consonant;
        break;
      case ConjunctBreak::linker:
        if (conjunct_ != Conjunct::none) conjunct_ = Conjunct::linked;
        break;
      case ConjunctBreak::extend:
        break;
    }
  }

 private:
  enum class Conjunct : std::uint8_t { none, consonant, linked };

  static bool is_control(GraphemeBreak b) {
    return b == GraphemeBreak::cr || b == GraphemeBreak::lf || b == GraphemeBreak::control;
  }

  GraphemeBreak before_ = GraphemeBreak::other;
  bool odd_indicators_ = false;
  bool pictograph_ = false;  // it, and marks since
  Conjunct conjunct_ = Conjunct::none;
};

}  // namespace

std::size_t first_cluster(std::string_view text) {
  const char* const end = text.data() + text.size();
  unicode::Decoded c = unicode::decode(text.data(), end);
  const char* p = text.data() + c.size;
  Cluster cluster(class_of(c.code_point));
  while (p != end) {
    c = unicode::decode(p, end);
    const Class next = class_of(c.code_point);
    if (!cluster.joins(next)) break;
    cluster.add(next);
    p += c.size;
  }
  return static_cast<std::size_t>(p - text.data());
}

}  // namespace polyglyph::normalizers
