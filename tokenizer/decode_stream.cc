// A token's bytes are put behind what is held back, and the whole is given out up to a last character that
// has begun but not ended. Since what is held back is at most three bytes, a step costs the token's own
// length.
#include "polyglyph/decode_stream.h"

#include <algorithm>
#include <utility>

#include "tokenizer/decode.h"
#include "unicode/utf8.h"

namespace polyglyph {

DecodeStream::DecodeStream(Vocab vocab, DecodeOptions options)
    : vocab_(std::move(vocab)), options_(options) {}

std::string DecodeStream::step(TokenId id) {
  const std::string_view bytes = tokenizer::decoded(vocab_, id, options_);
  std::string text(held_, held_size_);
  text += bytes;
  const std::size_t unfinished = unicode::unfinished_tail(text);
  const std::string_view ready = std::string_view(text).substr(0, text.size() - unfinished);
  std::string out;
  out.reserve(ready.size());
  unicode::append_lossy(out, ready);
  std::copy_n(text.end() - static_cast<std::ptrdiff_t>(unfinished), unfinished, held_);
  held_size_ = unfinished;
  return out;
}

std::string DecodeStream::finish() {
  std::string out;
  unicode::append_lossy(out, {held_, held_size_});
  held_size_ = 0;
  return out;
}

}  // namespace polyglyph
