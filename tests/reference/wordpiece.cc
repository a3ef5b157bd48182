// The definition: from the word's end back, which beginning of the rest is an entry? If none is, the word is
// unknown.
#include "tests/reference/wordpiece.h"

#include <algorithm>

namespace polyglyph::reference {

WordPiece::WordPiece(const vocab::TokenizerSpec& spec)
    : prefix_(spec.subword_prefix), max_characters_(spec.max_word_characters), unknown_(spec.unknown) {
  for (TokenId id = 0; id < spec.entries.size(); ++id) {
    if (spec.entries[id].kind == vocab::Entry::Kind::bytes) entries_.emplace(spec.entries[id].bytes, id);
  }
}

std::vector<TokenId> WordPiece::encode(std::string_view word) const {
  const auto characters = static_cast<std::size_t>(
      std::ranges::count_if(word, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  if (characters > max_characters_) return {unknown_};
  std::vector<TokenId> ids;
  std::size_t begin = 0;
  while (begin < word.size()) {
    std::size_t end = word.size();
    for (; end > begin; --end) {
      const auto entry =
          entries_.find((begin == 0 ? "" : prefix_) + std::string(word.substr(begin, end - begin)));
      if (entry == entries_.end()) continue;
      ids.push_back(entry->second);
      break;
    }
    if (end == begin) return {unknown_};
    begin = end;
  }
  return ids;
}

}  // namespace polyglyph::reference
