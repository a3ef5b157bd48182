// The naive oracle of WordPiece.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "vocab/spec.h"

namespace polyglyph::reference {

class WordPiece {
 public:
  explicit WordPiece(const vocab::TokenizerSpec& spec);

  // The ids of one word.
  std::vector<TokenId> encode(std::string_view word) const;

 private:
  std::map<std::string, TokenId, std::less<>> entries_;
  std::string prefix_;
  std::size_t max_characters_;
  TokenId unknown_;
};

}  // namespace polyglyph::reference
