// AddedTokens: finds the added tokens of a vocabulary in text, before anything is split.
//
// The rules are the reference's: the leftmost match wins, the longest of those that begin there; then
// single_word may discard it (its text stays consumed), and lstrip and rstrip widen it over whitespace, never
// back into an earlier match.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "polyglyph/vocab.h"

namespace polyglyph::tokenizer {

class AddedTokens {
 public:
  // A token under the spelling that is looked for, which is the normalized one for `normalized` tokens.
  struct Pattern {
    std::string text;
    const AddedToken* token;
  };

  explicit AddedTokens(std::vector<Pattern> patterns);

  bool empty() const { return patterns_.empty(); }

  // A stretch of text: a token's, or text without tokens when `token` is nullptr.
  struct Section {
    const AddedToken* token;
    std::size_t begin, end;
    bool open;  // text that may go on in the next section (streams only)
  };

  // Walks over a text section by section. With `final` false, gives only what later text cannot change.
  class Walk {
   public:
    explicit Walk(const AddedTokens& tokens) : tokens_(&tokens) {}
    bool next(std::string_view text, bool final, Section& section);

    // How much of the text is of no more use: given out, and searched too, since rstrip gives out white space
    // in which the next token may already begin. A stream may drop as much of it as it likes with `forget`.
    std::size_t done() const { return plain_ < search_ ? plain_ : search_; }
    void forget(std::size_t count) {
      plain_ -= count;
      search_ -= count;
    }

   private:
    const AddedTokens* tokens_;
    std::size_t plain_ = 0;                // where text begins that has not been given out
    std::size_t search_ = 0;               // where the next match is looked for
    const AddedToken* pending_ = nullptr;  // a match whose text before it was given out first
    std::size_t pending_begin_ = 0, pending_end_ = 0;
  };

 private:
  struct Match {
    std::size_t begin = 0, end = 0;
    const AddedToken* token = nullptr;
  };
  std::size_t skip(std::string_view text, std::size_t i) const;
  Match find(std::string_view text, std::size_t from) const;
  std::uint32_t child(std::uint32_t node, unsigned char byte) const;
  void add_pattern(std::uint32_t index);
  void link_failures();

  // An automaton of Aho and Corasick. Node 0 is the root.
  struct Node {
    std::uint32_t failure = 0;  // the node of the longest proper suffix
    std::uint32_t depth = 0;
    std::uint32_t pattern = 0;  // index + 1 of the pattern that ends here
    std::uint32_t shorter = 0;  // the nearest node along failures where a pattern ends, itself included
  };
  struct Edge {
    std::uint64_t key = ~std::uint64_t{0};  // parent << 8 | byte
    std::uint32_t child = 0;
  };
  std::vector<Pattern> patterns_;
  std::vector<Node> nodes_{Node{}};
  std::vector<Edge> edges_;        // open-addressed
  std::array<bool, 256> first_{};  // bytes that patterns begin with
  bool one_first_ = false;         // all with the same one
  std::size_t longest_ = 0;
  bool any_lstrip_ = false;
};

}  // namespace polyglyph::tokenizer
