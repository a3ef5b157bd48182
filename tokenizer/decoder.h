// Decoder: ids to text.
//
//   ids -> names, without those to be skipped -> the steps of the vocabulary's decoder -> text
//
// Immutable; safe to share among threads.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "normalizers/normalizer.h"
#include "polyglyph/options.h"
#include "polyglyph/types.h"
#include "polyglyph/vocab.h"
#include "tokenizer/decode_chain.h"
#include "vocab/image.h"

namespace polyglyph::tokenizer {

// The chain of a vocabulary: its own steps, on names or, where names are spelled in bytes, on those.
DecodeChain make_decode_chain(const vocab::Pipeline& pipeline, Compile when);

class Decoder {
 public:
  // `normalizer` may be nullptr. Throws Error(unsupported) for a pattern that cannot be run exactly.
  Decoder(std::shared_ptr<const vocab::Image> image, const normalizers::Normalizer* normalizer);

  std::string decode(std::span<const TokenId> ids, const DecodeOptions& options) const;

  // For streams.
  DecodeChain::State begin() const { return chain_.begin(); }
  std::string step(DecodeChain::State& state, TokenId id, const DecodeOptions& options) const;
  std::string finish(DecodeChain::State& state) const;
  std::string_view unfinished(const DecodeChain::State& state) const { return chain_.unfinished(state); }

 private:
  // Whether the id is to be decoded. Throws Error(unknown_id).
  bool takes(TokenId id, const DecodeOptions& options) const;
  std::string name(TokenId id) const;
  std::string decode_local(std::span<const TokenId> ids, const DecodeOptions& options) const;
  std::string decode_steps(std::span<const TokenId> ids, const DecodeOptions& options) const;

  std::shared_ptr<const vocab::Image> image_;
  Vocab vocab_;
  DecodeChain chain_;
  bool names_are_bytes_;

  // Added tokens that are entries, too, and that the reference decodes in the spelling it looks for in text.
  std::map<TokenId, std::string> respelled_;
};

}  // namespace polyglyph::tokenizer
