// One lookup. The loader has made sure that there is an unknown token.
//
// SentencePiece's word models cut the words themselves, before each ▁, because what becomes of an unknown
// word depends on the one before: in a row they are one token. With byte fallback they are bytes instead.
#include "tokenizer/wordlevel.h"

#include <algorithm>

namespace polyglyph::tokenizer {
namespace {

constexpr std::string_view kMark = "\u2581";

}  // namespace

using vocab::kNoToken;

// Calls add(id, span) for each id.
template <class Add>
void WordLevel::look_up(std::string_view piece, const Add& add) const {
  if (cuts_) return look_up_words(piece, add);
  TokenId id = image_.find_entry(piece);
  if (id == kNoToken) id = image_.pipeline().unknown;
  if (id != kNoToken) add(id, Span{0, piece.size()});
}

template <class Add>
void WordLevel::look_up_words(std::string_view piece, const Add& add) const {
  const auto& byte_tokens = image_.pipeline().byte_tokens;
  Span unknown{0, 0};
  for (std::size_t begin = 0, end; begin < piece.size(); begin = end) {
    end = std::min(piece.find(kMark, begin + 1), piece.size());
    TokenId id = image_.find_entry(piece.substr(begin, end - begin));
    if (id != kNoToken && image_.is_unused(id)) id = kNoToken;
    if (id == kNoToken && byte_tokens.empty()) {
      unknown.end = end;  // it goes on, or begins where the last known word ended
      continue;
    }
    if (unknown.begin != unknown.end) add(image_.pipeline().unknown, unknown);
    unknown = {end, end};
    if (id != kNoToken) {
      add(id, Span{begin, end});
      continue;
    }
    for (std::size_t i = begin; i < end; ++i) {  // the last one has the place of the word
      add(byte_tokens[static_cast<unsigned char>(piece[i])], Span{begin, i + 1 < end ? begin : end});
    }
  }
  if (unknown.begin != unknown.end) add(image_.pipeline().unknown, unknown);
}

void WordLevel::encode(std::string_view piece, Model::Scratch&, TokenBuffer& ids) const {
  look_up(piece, [&](TokenId id, Span) { ids.push(id); });
}

void WordLevel::encode(std::string_view piece, Model::Scratch&, TokenBuffer& ids,
                       std::vector<Span>& spans) const {
  look_up(piece, [&](TokenId id, Span span) {
    ids.push(id);
    spans.push_back(span);
  });
}

}  // namespace polyglyph::tokenizer
