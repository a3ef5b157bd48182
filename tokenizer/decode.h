// What one id decodes to, by the caller's options; the one rule behind decode and DecodeStream.
#pragma once

#include <algorithm>
#include <string_view>

#include "polyglyph/options.h"
#include "polyglyph/vocab.h"

namespace polyglyph::tokenizer {

inline std::string_view decoded(const Vocab& vocab, TokenId id, const DecodeOptions& options) {
  if (options.unknown == UnknownIds::skip && !vocab.contains(id)) return {};
  if (options.skip_special_tokens) {
    const auto& added = vocab.added_tokens();
    const auto it = std::ranges::lower_bound(added, id, {}, &AddedToken::id);
    if (it != added.end() && it->id == id && it->special) return {};
  }
  return vocab.token_bytes(id);
}

}  // namespace polyglyph::tokenizer
