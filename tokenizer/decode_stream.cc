// The work is the Decoder's; a stream is what its steps have kept back so far.
#include "polyglyph/decode_stream.h"

#include <utility>

#include "tokenizer/decoder.h"

namespace polyglyph {

struct DecodeStream::State : tokenizer::DecodeChain::State {};

DecodeStream::DecodeStream(std::shared_ptr<const tokenizer::Decoder> decoder, DecodeOptions options)
    : decoder_(std::move(decoder)),
      options_(options),
      state_(std::make_unique<State>(State{decoder_->begin()})) {}

DecodeStream::DecodeStream(const DecodeStream& other)
    : decoder_(other.decoder_), options_(other.options_), state_(std::make_unique<State>(*other.state_)) {}

DecodeStream& DecodeStream::operator=(const DecodeStream& other) {
  DecodeStream copy(other);
  return *this = std::move(copy);
}

DecodeStream::DecodeStream(DecodeStream&&) noexcept = default;
DecodeStream& DecodeStream::operator=(DecodeStream&&) noexcept = default;
DecodeStream::~DecodeStream() = default;

std::string DecodeStream::step(TokenId id) {
  return decoder_->step(*state_, id, options_);
}

std::string DecodeStream::finish() {
  return decoder_->finish(*state_);
}

std::string_view DecodeStream::pending() const noexcept {
  return decoder_->unfinished(*state_);
}

}  // namespace polyglyph
