// Markdown's blocks are those of CommonMark as far as single lines tell: headings with # and underlined ones,
// fences of ``` and ~~~, list items, blank lines. What is in a fence is code. A heading is not parted from
// what follows it, so that place is as bad as one within a sentence, unless what follows would be cut
// otherwise; and a list stays one block, whose items are second best.
#include "packing/line_breaks.h"

#include <algorithm>

namespace polyglyph::packing {

struct LineBreaks::Head {
  explicit Head(std::string_view line) {
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    for (; !line.empty() && (line[0] == ' ' || line[0] == '\t'); line.remove_prefix(1))
      indentation += line[0] == '\t' ? 4 : 1;
    text = line;
  }

  bool blank() const { return text.empty(); }

  // How often the first character is repeated.
  std::size_t run() const { return std::min(text.find_first_not_of(text.substr(0, 1)), text.size()); }

  // 1 to 6; 0 for none.
  std::size_t heading() const {
    if (indentation > 3 || text[0] != '#' || run() > 6) return 0;
    return text.size() == run() || text[run()] == ' ' || text[run()] == '\t' ? run() : 0;
  }

  // The heading that this line makes of the one before it: 1 or 2.
  std::size_t underline() const {
    if (blank() || indentation > 3 || (text[0] != '=' && text[0] != '-')) return 0;
    if (text.find_first_not_of(" \t", run()) != std::string_view::npos) return 0;
    return text[0] == '=' ? 1 : 2;
  }

  // The size of a fence; 0 for none.
  std::size_t fence() const {
    if (blank() || indentation > 3 || (text[0] != '`' && text[0] != '~') || run() < 3) return 0;
    return text[0] == '`' && text.find('`', run()) != std::string_view::npos ? 0 : run();
  }

  bool item() const {
    std::size_t mark = 0;
    if (text[0] == '-' || text[0] == '*' || text[0] == '+') {
      mark = 1;
    } else {
      while (mark < 9 && mark < text.size() && text[mark] >= '0' && text[mark] <= '9') ++mark;
      if (mark == 0 || mark == text.size() || (text[mark] != '.' && text[mark] != ')')) return false;
      ++mark;
    }
    return mark == text.size() || text[mark] == ' ' || text[mark] == '\t';
  }

  std::size_t indentation = 0;
  std::string_view text;  // without it, and without the line's end
};

Level LineBreaks::markdown(const Head& head) {
  const bool after_heading = after_heading_;
  if (fence_ != 0) {
    const bool closes = !head.blank() && head.text[0] == fence_ && head.fence() >= fence_size_ &&
                        head.text.find_first_not_of(" \t", head.run()) == std::string_view::npos;
    if (closes) fence_ = 0;
    return closes ? Level::word : after_blank_ && !head.blank() ? Level::item : Level::sentence;
  }
  if (head.blank())
    return after_heading ? Level::word : after_blank_ || in_list_ ? Level::sentence : Level::edge;
  after_heading_ = false;
  if (const std::size_t depth = head.heading()) {
    after_heading_ = true;
    in_list_ = false;
    return after_heading ? Level::word : Level(std::size_t(Level::heading1) + 1 - depth);
  }
  const bool after_list = in_list_;
  const bool item = head.item();
  in_list_ = item || (in_list_ && (head.indentation >= 2 || !after_blank_));
  if (const std::size_t size = head.fence()) {
    fence_ = head.text[0];
    fence_size_ = size;
    return after_heading ? Level::word : in_list_ ? Level::sentence : Level::block;
  }
  if (after_heading) return Level::word;
  if (after_list && in_list_) return item || after_blank_ ? Level::item : Level::sentence;
  return after_blank_ || item ? Level::block : Level::sentence;
}

Level LineBreaks::code(const Head& head) const {
  if (head.blank() || !after_blank_) return Level::sentence;
  return head.indentation == 0 ? Level::block : Level::item;
}

void LineBreaks::add(std::size_t begin, std::string_view line) {
  const Head head(line);
  Level level = Level::sentence;
  bool prose = true, headed = false;
  switch (boundary_) {
    case ChunkBoundary::token:
    case ChunkBoundary::sentence:
      break;
    case ChunkBoundary::paragraph:
      if (after_blank_ != head.blank()) level = head.blank() ? Level::edge : Level::block;
      break;
    case ChunkBoundary::code:
      level = code(head);
      prose = false;
      break;
    case ChunkBoundary::markdown: {
      const std::size_t depth =
          fence_ == 0 && !after_blank_ && !after_heading_ && !in_list_ ? head.underline() : 0;
      if (depth > 0 && !lines_.empty() && lines_.back().prose) {
        if (!lines_.back().headed) lines_.back().level = Level(std::size_t(Level::heading1) + 1 - depth);
        level = Level::word;
        after_heading_ = true;
        break;
      }
      prose = fence_ == 0;
      headed = after_heading_ && fence_ == 0 && !head.blank();
      level = markdown(head);
      prose = prose && fence_ == 0;
      break;
    }
  }
  after_blank_ = head.blank();
  lines_.push_back({begin, level, prose, headed});
}

void LineBreaks::read(std::string_view text, std::size_t base, bool final) {
  while (next_ - base < text.size()) {
    const std::string_view rest = text.substr(next_ - base);
    const std::size_t end = rest.find('\n');
    const bool ends = end != std::string_view::npos;
    const std::size_t size = ends ? end + 1 : rest.size();
    if (!in_line_) {
      if (!ends && !final && size < kLineHead) return;
      add(next_, rest.substr(0, std::min(size, kLineHead)));
    }
    in_line_ = !ends;
    next_ += size;
  }
}

void LineBreaks::forget(std::size_t begin) {
  while (lines_.size() > 1 && lines_[1].begin <= begin) lines_.pop_front();
}

std::size_t LineBreaks::last(Level level, std::size_t from, std::size_t to) const {
  const auto behind =
      std::upper_bound(lines_.begin(), lines_.end(), to,
                       [](std::size_t place, const Line& line) { return place < line.begin; });
  for (auto line = behind; line != lines_.begin() && std::prev(line)->begin > from; --line) {
    if (std::prev(line)->level >= level) return std::prev(line)->begin;
  }
  return 0;
}

std::size_t LineBreaks::first(Level level, std::size_t from, std::size_t to) const {
  auto line = std::lower_bound(lines_.begin(), lines_.end(), from,
                               [](const Line& l, std::size_t place) { return l.begin < place; });
  for (; line != lines_.end() && line->begin < to; ++line) {
    if (line->level >= level) return line->begin;
  }
  return 0;
}

std::size_t LineBreaks::last_headed(std::size_t from, std::size_t to) const {
  for (auto line = lines_.rbegin(); line != lines_.rend() && line->begin > from; ++line) {
    if (line->headed && line->begin <= to) return line->begin;
  }
  return 0;
}

LineBreaks::Line LineBreaks::line_of(std::size_t place) const {
  const auto behind = std::upper_bound(lines_.begin(), lines_.end(), place,
                                       [](std::size_t p, const Line& line) { return p < line.begin; });
  return behind == lines_.begin() ? Line{0, Level::none, false} : *std::prev(behind);
}

}  // namespace polyglyph::packing
