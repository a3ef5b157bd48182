// Edits are sorted in both texts at once, so that a place is looked up by bisection: behind the last edit
// before it, old and new text run in parallel.
//
// chain() sweeps over the text in the middle, which both maps know: an edit there is a range of it, of
// `first` by its new bytes and of `second` by its old ones. Ranges that share bytes become one edit, since
// what one of them changed the other changed further; the middle text's ends of such a group are then mapped
// outwards on either side, where nothing is edited.
#include "unicode/offset_map.h"

#include <algorithm>

#include "unicode/utf8.h"

namespace polyglyph::unicode {

// Inside the last edit that begins at or before the place, or behind it.
std::size_t OffsetMap::beginning(std::size_t out) const {
  const auto behind = std::partition_point(edits_.begin(), edits_.end(),
                                           [&](const Edit& edit) { return edit.out.begin <= out; });
  if (behind == edits_.begin()) return out;
  const Edit& edit = behind[-1];
  return out < edit.out.end ? edit.in.begin : edit.in.end + (out - edit.out.end);
}

Span OffsetMap::to_input(Span out) const {
  if (edits_.empty()) return out;
  const std::size_t begin = beginning(out.begin);
  if (out.begin == out.end) return {begin, begin};
  // The last edit that begins before the span's end.
  const auto behind = std::partition_point(edits_.begin(), edits_.end(),
                                           [&](const Edit& edit) { return edit.out.begin < out.end; });
  std::size_t end = out.end;
  if (behind != edits_.begin()) {
    const Edit& edit = behind[-1];
    end = out.end <= edit.out.end ? edit.in.end : edit.in.end + (out.end - edit.out.end);
  }
  return {begin, end};
}

OffsetMap OffsetMap::chain(const OffsetMap& first, const OffsetMap& second) {
  OffsetMap chained;
  auto a = first.edits_.begin();
  auto b = second.edits_.begin();
  // Where the old and the new text are when the middle text is at 0, were it not for the edits still to come.
  std::ptrdiff_t to_old = 0;
  std::ptrdiff_t to_new = 0;
  const auto take = [&](bool from_first, std::size_t& end) {
    const Span middle = from_first ? a->out : b->in;
    end = std::max(end, middle.end);
    if (from_first) {
      to_old = static_cast<std::ptrdiff_t>(a->in.end - a->out.end);
      ++a;
    } else {
      to_new = static_cast<std::ptrdiff_t>(b->out.end - b->in.end);
      ++b;
    }
  };
  while (a != first.edits_.end() || b != second.edits_.end()) {
    // The edit that begins first; of two at one place, that which takes no room there, apart from the other.
    const bool from_first =
        b == second.edits_.end() ||
        (a != first.edits_.end() &&
         (a->out.begin != b->in.begin ? a->out.begin < b->in.begin : a->out.end <= b->in.end));
    const std::size_t begin = from_first ? a->out.begin : b->in.begin;
    std::size_t end = begin;
    Edit edit{{begin + to_new, 0}, {begin + to_old, 0}};
    take(from_first, end);
    for (;;) {
      if (a != first.edits_.end() && a->out.begin < end) {
        take(true, end);
      } else if (b != second.edits_.end() && b->in.begin < end) {
        take(false, end);
      } else {
        break;
      }
    }
    edit.out.end = end + to_new;
    edit.in.end = end + to_old;
    chained.edits_.push_back(edit);
  }
  return chained;
}

void append_lossy(std::string& out, std::string_view text, OffsetMap& map) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* good = begin;  // [good, p) is well-formed and not copied yet
  for (const char* p = begin; p != end;) {
    const Decoded c = decode(p, end);
    if (!c.valid) {
      out.append(good, p);
      const std::size_t place = out.size();
      append(out, kReplacement);
      const auto at = static_cast<std::size_t>(p - begin);
      map.add({place, out.size()}, {at, at + c.size});
      good = p + c.size;
    }
    p += c.size;
  }
  out.append(good, end);
}

}  // namespace polyglyph::unicode
