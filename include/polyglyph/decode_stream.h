// DecodeStream: ids one by one, readable text out, for servers that show tokens as a model makes them.
//
//   auto stream = tokenizer.decode_stream();
//   for (TokenId id : generated) show(stream.step(id));
//   show(stream.finish());
//
// What comes out is always valid UTF-8. A character whose bytes have not all arrived is held back (at most
// three bytes); bytes that no continuation can complete come out at once as U+FFFD, one for each maximal
// ill-formed subpart, so that the parts joined equal the lossy decoding of the whole. O(bytes of the token) a
// step. One thread at a time; copying it forks the stream.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "polyglyph/options.h"
#include "polyglyph/types.h"
#include "polyglyph/vocab.h"

namespace polyglyph {

class DecodeStream {
 public:
  // The text that this token completes, possibly empty. Throws Error(unknown_id) unless DecodeOptions says
  // skip; the stream then stays as it was.
  std::string step(TokenId id);

  // What is left: U+FFFD if a character was never finished, else nothing. The stream is then ready for reuse.
  std::string finish();

  // The bytes held back: the beginning of a character that is not finished yet.
  std::string_view pending() const noexcept { return {held_, held_size_}; }

  DecodeStream(Vocab vocab, DecodeOptions options);  // used by Tokenizer

 private:
  Vocab vocab_;
  DecodeOptions options_;
  char held_[4] = {};
  std::size_t held_size_ = 0;
};

}  // namespace polyglyph
