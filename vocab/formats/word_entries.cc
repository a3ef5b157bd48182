#include "vocab/formats/word_entries.h"

#include <string>

namespace polyglyph::vocab {

NameTable add_word_entries(const std::vector<std::string_view>& tokens, TokenizerSpec& spec) {
  NameTable names(tokens.size(), static_cast<TokenId>(tokens.size() - 1));
  std::size_t bytes = 0;
  for (const std::string_view token : tokens) bytes += token.size();
  std::string& pool = spec.pools.emplace_back();
  pool.reserve(bytes);  // views into it stay
  spec.entries.assign(tokens.size(), Entry{});
  for (std::size_t i = tokens.size(); i-- > 0;) {
    const bool is_last = names.add(names.key(tokens[i]), static_cast<TokenId>(i)) == kNoToken;
    const std::size_t begin = pool.size();
    pool += tokens[i];
    spec.entries[i] = {is_last && !tokens[i].empty() ? Entry::Kind::bytes : Entry::Kind::literal,
                       std::string_view(pool).substr(begin)};
  }
  return names;
}

}  // namespace polyglyph::vocab
