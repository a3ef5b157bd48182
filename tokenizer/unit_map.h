// UnitMap: byte spans of a text to spans in another unit.
#pragma once

#include <cstddef>
#include <string_view>

#include "polyglyph/types.h"
#include "unicode/utf8.h"

namespace polyglyph::tokenizer {

// The spans of a text begin in ascending order, though one may begin before the one before it ends (inside a
// character, or where normalization joined characters), so a walk that goes back to the last span's beginning
// serves them all.
class UnitMap {
 public:
  UnitMap(std::string_view text, OffsetUnit unit) : text_(text), unit_(unit) {}

  Span map(Span span) {
    if (unit_ == OffsetUnit::bytes) return span;
    Place place = span.begin < begin_.byte ? Place{} : begin_;
    if (place.byte <= end_.byte && end_.byte <= span.begin) place = end_;
    for (Place next; place.byte < text_.size() && (next = after(place)).byte <= span.begin;) place = next;
    begin_ = place;
    // All tokens of a run of marks may share the span of the run: do not walk it again for each.
    if (begin_.byte <= end_.byte && end_.byte <= span.end) place = end_;
    while (place.byte < text_.size() && place.byte < span.end) place = after(place);
    end_ = place;
    return {begin_.count, span.end == span.begin ? begin_.count : end_.count};
  }

 private:
  struct Place {
    std::size_t byte = 0;   // where a character begins
    std::size_t count = 0;  // units before it
  };
  Place after(Place place) const {
    const unicode::Decoded c = unicode::decode(text_.data() + place.byte, text_.data() + text_.size());
    return {place.byte + c.size, place.count + (unit_ == OffsetUnit::utf16 && c.code_point > 0xFFFF ? 2 : 1)};
  }

  std::string_view text_;
  OffsetUnit unit_;
  Place begin_, end_;  // of the last span
};

}  // namespace polyglyph::tokenizer
