// What the lines of a text say about where it may be cut: paragraphs, headings, lists, fences and
// indentation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>

#include "polyglyph/chunk.h"

namespace polyglyph::packing {

// How good a place is to cut at: the larger the better.
enum class Level : std::uint8_t {
  none,      // between two graphemes
  word,      // where a line could be broken
  sentence,  // also a line
  item,      // of a list; a blank line in code
  edge,      // the end of a paragraph or a fence, in front of the blank line behind it
  block,     // a paragraph, a list, a fence; a blank line in front of code without indentation
  heading6,
  heading5,
  heading4,
  heading3,
  heading2,
  heading1,
};

// The beginnings of lines, in order. A line ends behind its "\n"; only its first kLineHead bytes say what it
// is.
class LineBreaks {
 public:
  static constexpr std::size_t kLineHead = 1024;

  struct Line {
    std::size_t begin;
    Level level;          // of cutting in front of it
    bool prose;           // has sentences
    bool headed = false;  // a heading stands in front of it
  };

  explicit LineBreaks(ChunkBoundary boundary) : boundary_(boundary) {}

  // Reads on: `text` begins at `base` and reaches further than last time, or as far. With `final`, nothing
  // follows it. A line whose head or end is not there yet waits.
  void read(std::string_view text, std::size_t base, bool final);

  // Forgets the lines that end at or before `begin`.
  void forget(std::size_t begin);

  // The last line that begins in (from, to] with such a level at least, and the first in [from, to); where
  // there is none, 0.
  std::size_t last(Level level, std::size_t from, std::size_t to) const;
  std::size_t first(Level level, std::size_t from, std::size_t to) const;

  // The last line in (from, to] in front of which a heading stands; 0 if there is none.
  std::size_t last_headed(std::size_t from, std::size_t to) const;

  // The line that the character at `place` lies in; nothing that is known before it: a line of level none at
  // 0.
  Line line_of(std::size_t place) const;

 private:
  struct Head;

  Level markdown(const Head& head);
  Level code(const Head& head) const;
  void add(std::size_t begin, std::string_view line);

  ChunkBoundary boundary_;
  std::deque<Line> lines_;
  std::size_t next_ = 0;  // where the next line begins, or, in a line, where to look for its end
  bool in_line_ = false;  // its head has been read
  bool after_blank_ = true;
  bool after_heading_ = false;
  bool in_list_ = false;
  char fence_ = 0;  // what the fence that is open is made of
  std::size_t fence_size_ = 0;
};

}  // namespace polyglyph::packing
