// Greedy: at each place of the word the longest entry that fits, where inside the word entries are spelled
// with a prefix (##) in front. That prefix is walked once, when the model is made: behind it, the trie of all
// entries is the trie of those that go on inside a word. If nothing fits somewhere, or the word has too many
// characters, the whole word is one unknown token, as the reference says; so what was found before is taken
// back.
//
// Each place is visited once, and a walk is as long as entries are, which the builder bounds: linear.
#include "tokenizer/wordpiece.h"

#include "unicode/utf8.h"

namespace polyglyph::tokenizer {

using vocab::kNoToken;

WordPiece::WordPiece(const vocab::Image& image)
    : image_(image), begin_(image.trie_root()), inside_(image.trie_root()), has_inside_(true) {
  for (const char c : image.pipeline().subword_prefix) has_inside_ = has_inside_ && inside_.step(c);
}

// A character takes one to four bytes, which settles nearly every word without counting.
bool WordPiece::is_too_long(std::string_view piece) const {
  const std::size_t most = image_.pipeline().max_word_characters;
  if (piece.size() <= most) return false;
  if (!image_.pipeline().characters || piece.size() / 4 > most) return true;
  return unicode::count_characters(piece) > most;
}

template <bool kSpans>
void WordPiece::encode(std::string_view piece, TokenBuffer& ids, std::vector<Span>* spans) const {
  const std::size_t first = ids.size();
  const std::size_t first_span = kSpans ? spans->size() : 0;
  bool known = !is_too_long(piece);
  for (std::size_t begin = 0; known && begin < piece.size();) {
    TokenId longest = kNoToken;
    std::size_t longest_end = begin;
    vocab::Image::TriePlace place = begin == 0 ? begin_ : inside_;
    if (begin == 0 || has_inside_) {
      for (std::size_t end = begin; end < piece.size() && place.step(piece[end]);) {
        ++end;
        if (place.token() == kNoToken) continue;
        longest = place.token();
        longest_end = end;
      }
    }
    known = longest != kNoToken;
    if (!known) break;
    ids.push(longest);
    if (kSpans) spans->push_back({begin, longest_end});
    begin = longest_end;
  }
  if (known) return;
  ids.resize_down(first);
  if (kSpans) spans->resize(first_span);
  if (image_.pipeline().unknown == kNoToken) return;
  ids.push(image_.pipeline().unknown);
  if (kSpans) spans->push_back({0, piece.size()});
}

void WordPiece::encode(std::string_view piece, Model::Scratch&, TokenBuffer& ids) const {
  encode<false>(piece, ids, nullptr);
}

void WordPiece::encode(std::string_view piece, Model::Scratch&, TokenBuffer& ids,
                       std::vector<Span>& spans) const {
  encode<true>(piece, ids, &spans);
}

}  // namespace polyglyph::tokenizer
