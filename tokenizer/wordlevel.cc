// One lookup. The loader has made sure that there is an unknown token.
#include "tokenizer/wordlevel.h"

namespace polyglyph::tokenizer {

using vocab::kNoToken;

void WordLevel::encode(std::string_view piece, Model::Scratch&, TokenBuffer& ids) const {
  TokenId id = image_.find_entry(piece);
  if (id == kNoToken) id = image_.pipeline().unknown;
  if (id != kNoToken) ids.push(id);
}

void WordLevel::encode(std::string_view piece, Model::Scratch& scratch, TokenBuffer& ids,
                       std::vector<Span>& spans) const {
  const std::size_t first = ids.size();
  encode(piece, scratch, ids);
  if (ids.size() != first) spans.push_back({0, piece.size()});
}

}  // namespace polyglyph::tokenizer
