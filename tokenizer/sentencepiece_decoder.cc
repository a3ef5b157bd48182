// Piece by piece, with what the text before decides: whether a space in front of a piece is still one that
// the normalizer put there. Byte pieces in a row are UTF-8 together; what is none becomes a U+FFFD for each
// byte.
//
// In the state, `held` is the unfinished character of such a row, `seen` counts parts that were not empty,
// `matched` says that the last piece gave its space away, and `done` that spaces are kept from here on.
#include "tokenizer/sentencepiece_decoder.h"

#include <utility>

namespace polyglyph::tokenizer {

SentencePieceDecoder::SentencePieceDecoder(const vocab::DecodeStep& spec, const vocab::Pipeline& pipeline)
    : space_(spec.pattern),
      unknown_text_(spec.text),
      has_bytes_(!pipeline.byte_tokens.empty()),
      drops_first_(spec.start != 0),
      drops_all_(spec.cleanup) {
  for (const AddedToken& token : pipeline.added_tokens) {
    if (token.id == pipeline.unknown) {
      unknown_ = token.content;
    } else {
      controls_.insert(token.content);
    }
  }
}

void SentencePieceDecoder::run(DecodeStepState& state, std::vector<std::string>& tokens, DecodeMode mode,
                               bool final) const {
  const bool raw = mode == DecodeMode::raw || mode == DecodeMode::middle;
  std::string text;
  for (const std::string& token : tokens) {
    const std::size_t before = text.size();
    const bool may_be_byte =
        has_bytes_ && token.find_first_of("+abcdef") == token.npos;  // <0xAB>, not <0xab>
    const int byte = may_be_byte ? byte_of_name(token) : -1;
    if (byte >= 0 && raw) {
      text += static_cast<char>(byte);
    } else if (byte >= 0) {
      state.held += static_cast<char>(byte);
      take_complete(state.held, text, true);
    } else {
      append_replacements(text, std::exchange(state.held, {}).size());
      if (state.matched != 0 || state.seen != 0 || text.size() != before) state.done = true;
      text += text_of(token, state);
    }
    if (text.size() != before) ++state.seen;
  }
  if (final) append_replacements(text, std::exchange(state.held, {}).size());
  tokens.assign(1, std::move(text));
}

std::string SentencePieceDecoder::text_of(std::string_view piece, DecodeStepState& state) const {
  state.matched = 0;
  if (controls_.contains(piece)) return {};
  if (piece == unknown_) return unknown_text_;
  if (!state.done && drops_first_ && piece.starts_with(space_)) {
    piece.remove_prefix(space_.size());
    state.matched = drops_all_ ? 0 : 1;
  }
  std::string text;
  for (std::size_t at; (at = piece.find(space_)) != piece.npos; piece.remove_prefix(at + space_.size())) {
    text.append(piece, 0, at);
    text += ' ';
  }
  return text.append(piece);
}

}  // namespace polyglyph::tokenizer
