// StreamState: the pipeline of Engine with room to wait between its stages.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "polyglyph/options.h"
#include "tokenizer/engine.h"

namespace polyglyph::tokenizer {

class StreamState {
 public:
  StreamState(std::shared_ptr<const Engine> engine, EncodeOptions options);

  void feed(std::string_view chunk, Output& out);
  void finish(Output& out);
  std::size_t pending() const {
    return raw_.size() - raw_done_ + plain_.size() + (normal_ ? normal_->pending() : 0) + text_.size() -
           text_done_;
  }

 private:
  void reset();
  void begin(Output& out);
  void advance(bool final, Worker& worker, Output& out);
  std::size_t make_sound(bool final);
  void find_first(std::string_view part);
  void advance_plain(bool final, Worker& worker, Output& out);
  void advance_text(bool final, Worker& worker, Output& out);

  std::shared_ptr<const Engine> engine_;
  EncodeOptions options_;
  bool begun_;
  std::size_t place_;  // of raw_ in the whole text

  // Each stage: what has arrived, how much of it is dealt with, and its walk over added tokens.
  std::string raw_;  // as fed
  std::size_t raw_done_;
  AddedTokens::Walk raw_walk_;
  std::string plain_;  // between added tokens, waiting to be whole characters
  std::optional<normalizers::Normalizer::Stream> normal_;
  std::string head_;        // what went to the normalizer before anything came of it
  std::string text_;        // normalized
  std::size_t text_place_;  // of text_ in the whole text, counted as if normalizing had changed no lengths
  std::size_t text_done_;
  bool section_begins_;  // nothing of the section at text_done_ has been split yet
  bool first_known_;     // first_ is: something has been normalized
  std::size_t first_;    // so many bytes of text_ are made of the first character of the whole text
  AddedTokens::Walk text_walk_;
  std::size_t piece_end_;  // in text_: up to here it is plain text that may be split
  // Do not try again before so much waits: in raw_, in plain_, in text_.
  std::size_t raw_retry_, normal_retry_, text_retry_;
};

}  // namespace polyglyph::tokenizer
