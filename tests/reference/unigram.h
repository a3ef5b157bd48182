// The naive oracles of unigram models: by the rules of each library with a table of strings, and by trying
// every way to cut a piece.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "vocab/spec.h"

namespace polyglyph::reference {

struct Piece {
  TokenId id;
  std::string text;

  friend bool operator==(const Piece&, const Piece&) = default;
};

class Unigram {
 public:
  explicit Unigram(const vocab::TokenizerSpec& spec);

  // The ids of one piece.
  std::vector<TokenId> encode(std::string_view piece) const;

  // The same by trying every way; right where all sums are exact. Equal ways are decided from the end: the
  // longest last token.
  std::vector<TokenId> encode_exhaustively(std::string_view piece) const;

 private:
  struct Way {
    bool reached = false;
    double score = 0;
    std::vector<Piece> pieces;
  };

  static std::size_t character_size(std::string_view text);
  double score_of(const std::string& entry) const;
  std::vector<TokenId> finish(const std::vector<Piece>& pieces) const;
  void try_ways(std::string_view rest, Way& way, Way& best) const;

  vocab::Reference reference_;
  std::map<std::string, TokenId, std::less<>> entries_;
  std::set<TokenId> user_defined_;
  std::map<TokenId, double> scores_;
  std::vector<TokenId> byte_tokens_;
  TokenId unknown_;
  double least_;
};

}  // namespace polyglyph::reference
