// Chunker: where the next chunk of a text ends, and the one behind it begins.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "packing/line_breaks.h"
#include "polyglyph/chunk.h"
#include "text/segmenter.h"

namespace polyglyph::packing {

class Chunker {
 public:
  // Throws as polyglyph::chunk does.
  Chunker(const Tokenizer& tokenizer, const ChunkOptions& options);

  struct Found {
    std::size_t size = 0;  // of the chunk, in bytes; 0: there is none here, go on `step` bytes further
    std::size_t tokens = 0;
    std::size_t step = 0;  // how far behind this chunk's beginning the next one begins
  };

  // The chunk at the beginning of `text`, which is all that is known from there on, and all there is where it
  // is `final`. Nothing: more text is needed; not before it is as long as wanted(). The next call is for the
  // text `step` bytes further on. For a text that is not empty.
  std::optional<Found> next(std::string_view text, bool final);
  std::size_t wanted() const { return wanted_; }

  void reset();

 private:
  struct Window {
    std::vector<Span> tokens;
    std::size_t size = 0;  // bytes
  };
  std::optional<Window> window(std::string_view text, bool final);

  Found found(std::string_view text, std::size_t size, std::size_t tokens, const Window& window);
  std::size_t end(std::string_view text, std::size_t most);
  std::size_t behind_heading(std::string_view text, std::size_t most);
  std::size_t overlap(std::string_view text, std::size_t size, const Window& window);
  std::size_t last_within(Level level, std::string_view text, std::size_t low, std::size_t most);
  std::size_t first_within(Level level, std::string_view text, std::size_t low, std::size_t size);
  text::Segmenter& segmenter(Level level);

  const Tokenizer tokenizer_;
  const ChunkOptions options_;
  std::size_t budget_;   // tokens of text
  std::size_t longest_;  // bytes
  Level named_;          // what is not cut if it fits
  LineBreaks lines_;
  text::Segmenter graphemes_, words_, sentences_;
  std::size_t place_ = 0;   // where `text` begins
  std::size_t behind_ = 0;  // what the chunk has to reach beyond: the overlap with the one before it
  std::size_t wanted_ = 1;
  bool all_known_ = false;   // the text reaches no further than what is looked at
  std::size_t bytes_token_;  // in the last chunk, about
};

}  // namespace polyglyph::packing
