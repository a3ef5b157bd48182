// Places: from text that a pretokenizer rewrote back to the text it read.
//
// A sorted list of edits, as in unicode::OffsetMap, but for what a normalizer does not do: pieces of the text
// are left out, and a mark is put in front of a piece. The reference says that such a mark is made of the
// character behind it, which is still there as well: an edit says with `next` where the text goes on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "polyglyph/types.h"

namespace polyglyph::tokenizer {

class Places {
 public:
  // Bytes `out` of the new text stand for `in` of the old one; what follows them is what is at `next`.
  void add(Span out, Span in, std::size_t next) { edits_.push_back({out, in, next}); }
  void clear() { edits_.clear(); }

  // The old text that `out`, which is not empty, was made from.
  Span back(Span out) const {
    auto after = std::partition_point(edits_.begin(), edits_.end(),
                                      [&](const Edit& edit) { return edit.out.begin <= out.begin; });
    if (after != edits_.begin()) {
      const Edit& edit = after[-1];
      out.begin = out.begin < edit.out.end ? edit.in.begin : edit.next + (out.begin - edit.out.end);
    }
    after =
        std::partition_point(after, edits_.end(), [&](const Edit& edit) { return edit.out.begin < out.end; });
    if (after != edits_.begin()) {
      const Edit& edit = after[-1];
      out.end = out.end <= edit.out.end ? edit.in.end : edit.next + (out.end - edit.out.end);
    }
    return out;
  }

 private:
  struct Edit {
    Span out, in;
    std::size_t next;
  };
  std::vector<Edit> edits_;
};

}  // namespace polyglyph::tokenizer
