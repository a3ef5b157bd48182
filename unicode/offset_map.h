// OffsetMap: from places in changed text back to the text it was made from.
//
// A sorted list of edits: bytes [out_begin, out_end) of the new text stand for bytes [in_begin, in_end) of
// the old one; between two edits, the bytes are the same, one for one. Text that was not changed costs
// nothing.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "polyglyph/types.h"

namespace polyglyph::unicode {

class OffsetMap {
 public:
  // Edits arrive in order and do not overlap. Edits that touch stay apart, so that spans stay as small as can
  // be.
  void add(Span out, Span in) { edits_.push_back({out, in}); }
  void clear() { edits_.clear(); }
  bool empty() const { return edits_.empty(); }

  // The old text that `out` was made from: all of an edit's old bytes as soon as `out` touches any of its new
  // bytes. An empty span maps to an empty span.
  Span to_input(Span out) const;

  // From where the first byte of `out` was made to where the byte behind `out` was, as SentencePiece counts:
  // an edit belongs to the last of the spans that share it, and what was dropped to the span before.
  Span to_beginnings(Span out) const { return {beginning(out.begin), beginning(out.end)}; }

  // The map of two changes in a row, `first` made the text that this one changed.
  static OffsetMap chain(const OffsetMap& first, const OffsetMap& second);

 private:
  struct Edit {
    Span out;
    Span in;
  };
  std::size_t beginning(std::size_t out) const;

  std::vector<Edit> edits_;
};

// append_lossy with an edit in `map`, whose places count from the beginning of `out` and `text`, for each
// part that is replaced.
void append_lossy(std::string& out, std::string_view text, OffsetMap& map);

}  // namespace polyglyph::unicode
