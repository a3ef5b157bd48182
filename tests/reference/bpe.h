// The naive oracle: byte-pair encoding as its definition reads, for comparing the engine with.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vocab/spec.h"

namespace polyglyph::reference {

class Bpe {
 public:
  explicit Bpe(const vocab::TokenizerSpec& spec);  // must outlive it

  // The ids of one piece.
  std::vector<TokenId> encode(std::string_view piece) const;

 private:
  struct Symbol {
    std::string text;
    TokenId id;  // kNoToken for a character without an entry that merges by its text
  };
  struct Merged {
    double preference;  // the highest first
    TokenId result;
  };
  std::vector<Symbol> symbols(std::string_view piece) const;
  void add_unknown(std::string_view spelled, std::vector<Symbol>& out, bool& waiting) const;
  bool merge(const Symbol& left, const Symbol& right, Merged& merged) const;
  using Parts = std::map<std::string, std::pair<Symbol, Symbol>>;
  void take_apart(const Symbol& symbol, const Parts& parts, std::vector<Symbol>& out) const;
  std::vector<TokenId> ids(const std::vector<Symbol>& symbols) const;

  const vocab::TokenizerSpec& spec_;
  std::map<std::string, TokenId, std::less<>> entries_;
  std::vector<std::string_view> user_defined_;
  std::map<std::pair<TokenId, TokenId>, Merged> merges_;  // listed pairs
  bool late_;  // unknown characters are replaced when all merging is done
};

}  // namespace polyglyph::reference
