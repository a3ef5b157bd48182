// The naive oracle: byte-pair encoding as its definition reads, for comparing the engine with.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vocab/spec.h"

namespace polyglyph::reference {

class Bpe {
 public:
  explicit Bpe(const vocab::TokenizerSpec& spec);

  // The ids of one piece.
  std::vector<TokenId> encode(std::string_view piece) const;

 private:
  bool by_rank_;
  bool whole_piece_first_;
  bool fuse_unknown_;
  std::optional<std::string> unknown_;
  std::map<std::string, TokenId, std::less<>> entries_;
  std::map<std::pair<std::string, std::string>, std::size_t> ranks_;  // of listed pairs
};

}  // namespace polyglyph::reference
