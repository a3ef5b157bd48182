// Pretokenizer: text to pieces, which the model then encodes one by one.
//
// Well-known pipelines run as one hand-written scanner (scanner.h); every other one runs step by step as its
// file says, with RegexSplitter for patterns. Both give the same pieces, and tests hold them against each
// other.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/regex_splitter.h"
#include "tokenizer/scanner.h"
#include "vocab/image.h"

namespace polyglyph::tokenizer {

class Pretokenizer {
 public:
  struct Piece {
    std::string_view bytes;      // what the model encodes
    std::size_t begin = 0;       // where it begins in the text it was cut from
    std::uint32_t inserted = 0;  // 1 if `bytes` begins with a space that is not in the text, else 0
  };

  // Storage for the stepwise way; the pieces of a call live until the next one.
  struct Scratch {
    std::vector<Piece> pieces, next;
    std::deque<std::string> texts;
  };

  // `stepwise`: never use a scanner; for tests.
  explicit Pretokenizer(const vocab::Image& image, bool stepwise = false);

  // Calls take(piece) for each piece in order, while it returns true. With `final` false, stops before what
  // later text could change. Returns how many bytes of `text` the pieces given out cover.
  template <class Take>
  std::size_t split(std::string_view text, bool final, Scratch& scratch, Take take) const {
    if (scanner_) {
      return scan_pieces(
          *scanner_, text, final, [&](const char* begin, const char* end) __attribute__((always_inline)) {
            return take(Piece{{begin, static_cast<std::size_t>(end - begin)},
                              static_cast<std::size_t>(begin - text.data()),
                              0});
          });
    }
    const std::size_t done = split_stepwise(text, final, scratch);
    for (const Piece& piece : scratch.pieces) {
      if (!take(piece)) return piece.begin + piece.bytes.size() - piece.inserted;
    }
    return done;
  }

  // For streams of pipelines that begin by inserting a space: whether the next text begins a section.
  std::optional<Scanner> scanner() const { return scanner_; }

 private:
  struct Step {
    vocab::SplitStep spec;
    std::unique_ptr<RegexSplitter> regex;
  };
  struct Match {
    Span span;
    bool matched;
  };

  std::size_t split_stepwise(std::string_view text, bool final, Scratch& scratch) const;
  std::size_t run_step(const Step& step, const Piece& piece, bool final, Scratch& scratch) const;
  std::size_t find_matches(const Step& step, std::string_view text, bool final,
                           std::vector<Match>& matches) const;

  std::optional<Scanner> scanner_;
  std::vector<Step> steps_;
};

}  // namespace polyglyph::tokenizer
