// DecodeStream: ids one by one, readable text out, for servers that show tokens as a model makes them.
//
//   auto stream = tokenizer.decode_stream();
//   for (TokenId id : generated) show(stream.step(id));
//   show(stream.finish());
//
// What comes out is always valid UTF-8. A character whose bytes have not all arrived is held back (at most
// three bytes); bytes that no continuation can complete come out at once as U+FFFD. The parts joined equal
// decode() of the whole with IllFormed::replace, with one exception: among byte tokens (<0xE4>) that are
// together no text, whole characters come out as such, where the decoding of the whole has only U+FFFD.
//
// A decoder whose rules look ahead holds back what they may still change: BPEDecoder the last token if it
// ends a word, Strip what it may strip at the end, Replace behind Fuse the beginning of a match. A regular
// expression, ByteLevel or ByteFallback behind Fuse holds back everything until finish(); no known vocabulary
// has one there.
//
// O(bytes of the token) a step. One thread at a time; copying it forks the stream.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "polyglyph/options.h"
#include "polyglyph/types.h"

namespace polyglyph {

namespace tokenizer {
class Decoder;
}

class DecodeStream {
 public:
  // The text that this token completes, possibly empty. Throws Error(unknown_id) unless DecodeOptions says
  // skip; the stream then stays as it was.
  std::string step(TokenId id);

  // What is left: U+FFFD if a character was never finished, and what the decoder's rules held back. The
  // stream is then ready for reuse.
  std::string finish();

  // The bytes held back: the beginning of a character that is not finished yet.
  std::string_view pending() const noexcept;

  DecodeStream(std::shared_ptr<const tokenizer::Decoder> decoder,
               DecodeOptions options);  // used by Tokenizer
  DecodeStream(const DecodeStream& other);
  DecodeStream& operator=(const DecodeStream& other);
  DecodeStream(DecodeStream&&) noexcept;
  DecodeStream& operator=(DecodeStream&&) noexcept;
  ~DecodeStream();

 private:
  struct State;

  std::shared_ptr<const tokenizer::Decoder> decoder_;
  DecodeOptions options_;
  std::unique_ptr<State> state_;
};

}  // namespace polyglyph
