// SentencePieceDecoder: a decoder's step of kind `sentencepiece`.
//
// Immutable; safe to share among threads.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/byte_tokens.h"
#include "vocab/spec.h"

namespace polyglyph::tokenizer {

class SentencePieceDecoder {
 public:
  SentencePieceDecoder(const vocab::DecodeStep& spec, const vocab::Pipeline& pipeline);

  // As DecodeChain::run; a token is the name of a piece.
  void run(DecodeStepState& state, std::vector<std::string>& tokens, DecodeMode mode, bool final) const;

 private:
  std::string text_of(std::string_view piece, DecodeStepState& state) const;

  std::string space_;    // as pieces spell it
  std::string unknown_;  // the name of the unknown piece
  std::string unknown_text_;
  std::set<std::string, std::less<>> controls_;
  bool has_bytes_;
  bool drops_first_, drops_all_;  // spaces in front
};

}  // namespace polyglyph::tokenizer
