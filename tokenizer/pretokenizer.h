// Pretokenizer: text to pieces, which the model then encodes one by one.
//
// Well-known pipelines run as one hand-written scanner (scanner.h); every other one runs step by step as its
// file says: steps that cut (cutter.h) and steps that change text (rewriter.h). Both give the same pieces,
// and tests hold them against each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/cutter.h"
#include "tokenizer/scanner.h"
#include "tokenizer/split_scratch.h"
#include "vocab/image.h"

namespace polyglyph::tokenizer {

// How a text that is split begins.
struct SplitBegin {
  bool section = true;    // a section begins with it: what stands in front of a section is put there
  std::size_t first = 1;  // so many of its bytes are made of the first character of the whole text
};

class Pretokenizer {
 public:
  struct Piece {
    std::string_view bytes;  // what the model encodes
    const char* limit;       // memory may be read up to here
  };
  using Scratch = SplitScratch;

  // `stepwise`: never use a scanner; for tests.
  explicit Pretokenizer(const vocab::Image& image, bool stepwise = false);

  // Calls take(piece) for each piece in order, while it returns true. With `final` false, stops before what
  // later text could change. Returns how many bytes of `text` are dealt with when all pieces were taken; the
  // rest is split as a text that begins no section. Pieces live until release() is called, or to the end.
  template <class Take, class Release>
  std::size_t split(std::string_view text, bool final, const SplitBegin& begin, Scratch& scratch, Take take,
                    Release release) const {
    if (scanner_) {
      scratch.begin(text, 0);
      const char* const limit = text.data() + text.size();
      return scan_pieces(
          *scanner_, text, final, [&](const char* from, const char* to) __attribute__((always_inline)) {
            return take(Piece{{from, static_cast<std::size_t>(to - from)}, limit});
          });
    }
    std::size_t done = 0;
    const std::size_t window = window_for(scratch);
    for (std::size_t size = window; done < text.size();) {
      const std::size_t dealt = split_window(text, done, size, final, begin, scratch);
      for (const Span span : scratch.pieces_) {
        if (!take(Piece{scratch.text_.substr(span.begin, span.end - span.begin), scratch.limit_}))
          return done;
      }
      if (scratch.depth_ != 0) release();
      if (dealt == 0) {
        if (size >= text.size() - done) break;
        size *= 2;
      } else {
        done += dealt;
        size = window;
      }
    }
    return done;
  }

  template <class Take>
  std::size_t split(std::string_view text, bool final, Scratch& scratch, Take take,
                    const SplitBegin& begin = {}) const {
    return split(text, final, begin, scratch, take, [] {});
  }

  // Whether it matters what SplitBegin::first says.
  bool asks_for_first() const { return asks_for_first_; }

  std::optional<Scanner> scanner() const { return scanner_; }

 private:
  struct Step {
    vocab::SplitStep spec;
    std::unique_ptr<Cutter> cutter;  // nullptr for steps that change text
  };

  std::size_t split_window(std::string_view text, std::size_t done, std::size_t size, bool final,
                           const SplitBegin& begin, Scratch& scratch) const;
  std::size_t window_for(const Scratch& scratch) const;
  void run_step(std::size_t number, const SplitBegin& begin, bool keep_places, Scratch& scratch) const;
  static std::size_t cut_open(const Step& step, Scratch& scratch);

  std::optional<Scanner> scanner_;
  std::vector<Step> steps_;
  std::size_t first_cut_ = 0;  // the first step that cuts; the number of steps if none does
  std::size_t window_ = 0;     // how much text goes through the steps at once
  bool asks_for_first_ = false;
  bool needs_places_ = false;
  bool cuts_joints_ = false;  // the last step is none of the file's: see joint_cutter.h
};

}  // namespace polyglyph::tokenizer
