// SplitScratch: what a pretokenizer writes to. One for each thread at work.
//
// Steps that only cut leave the text as it is. A step that changes text writes all its pieces, one behind the
// other, to a layer of its own, and what comes after cuts that.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "polyglyph/types.h"
#include "tokenizer/places.h"

namespace polyglyph::tokenizer {

class SplitScratch {
 public:
  // Set before splitting for whoever wants to know places afterwards.
  bool keep_places = false;

  // Where in the text given to split() the bytes `span` of a piece are from; while its piece is being taken.
  Span place(std::string_view piece, Span span) const {
    const auto begin = static_cast<std::size_t>(piece.data() - text_.data());
    const Span back = back_from({begin + span.begin, begin + span.end}, depth_);
    return {window_ + back.begin, window_ + back.end};
  }

  // Gives back what a huge text left behind.
  void release() {
    constexpr std::size_t kKeep = std::size_t{1} << 20;
    if (pieces_.capacity() * sizeof(Span) > kKeep || next_.capacity() * sizeof(Span) > kKeep) {
      pieces_ = {};
      next_ = {};
    }
    for (const Layer& layer : layers_) {
      if (layer.text.capacity() <= kKeep) continue;
      layers_.clear();
      break;
    }
  }

 private:
  friend class Pretokenizer;
  friend class Rewriter;

  struct Layer {
    std::string text;
    Places places;  // in the layer below; empty unless they were asked for
  };

  Span back_from(Span span, std::size_t depth) const {
    while (depth > 0) span = layers_[--depth].places.back(span);
    return span;
  }
  void begin(std::string_view text, std::size_t window) {
    text_ = text;
    limit_ = text.data() + text.size();
    window_ = window;
    depth_ = 0;
  }

  std::string_view text_;        // of the uppermost layer, or of the window
  const char* limit_ = nullptr;  // memory may be read up to here
  std::size_t window_ = 0;       // where the window begins in the text
  std::size_t depth_ = 0;        // how many layers are in use
  std::deque<Layer> layers_;
  std::vector<Span> pieces_, next_;  // in text_
};

}  // namespace polyglyph::tokenizer
