// Bpe: one piece, bytes or characters, to token ids.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "polyglyph/types.h"
#include "tokenizer/added_tokens.h"
#include "tokenizer/model.h"
#include "tokenizer/token_buffer.h"
#include "vocab/image.h"

namespace polyglyph::tokenizer {

class Bpe final : public Model {
 public:
  explicit Bpe(const vocab::Image& image);

  std::unique_ptr<Model::Scratch> make_scratch() const override { return std::make_unique<Scratch>(); }
  void encode(std::string_view piece, Model::Scratch& scratch, TokenBuffer& ids) const override;
  void encode(std::string_view piece, Model::Scratch& scratch, TokenBuffer& ids,
              std::vector<Span>& spans) const override;

 private:
  struct Scratch final : Model::Scratch {
    struct Symbol {
      TokenId id;
      std::uint32_t begin, end;      // bytes of the piece
      std::uint32_t previous, next;  // neighbours, by index; kNone at the ends
    };
    struct Candidate {
      std::uint32_t rank;
      std::uint32_t position;  // index of the left symbol
      TokenId result;          // the candidate is stale when its place has no merge to this any more
    };
    std::vector<Symbol> symbols;
    std::vector<Candidate> heap;
    std::vector<std::uint64_t> dead;  // a bit for each position of the piece
    struct Joining {
      TokenId left = vocab::kNoToken, match = vocab::kNoToken;
      vocab::Image::Match found{};
    };
    std::array<Joining, 256> joinings;  // what joining() said last, by a hash of its question
    // A token that was taken back: behind `left`, at `place` of the piece, after a look at `seen` bytes.
    struct Failure {
      TokenId left = vocab::kNoToken, token = vocab::kNoToken;
      std::size_t place = 0, seen = 0;
    };
    std::array<Failure, 256> failures;  // by a hash of the two tokens
    // Of each unused entry that came up, the two symbols it would have been merged from most recently.
    std::unordered_map<TokenId, std::pair<TokenId, TokenId>> parts;
    std::vector<std::pair<TokenId, Span>> apart;  // what is being taken apart

    void release() override;
  };

  bool encode(std::string_view piece, Scratch& scratch, TokenBuffer& ids) const;
  void add_spans(std::string_view piece, const TokenId* ids, std::vector<Span>& spans) const;

  bool has_knot(std::string_view piece) const;

  // Longest match with backtracking.
  void search(std::string_view piece, Scratch& scratch, TokenBuffer& ids) const;
  template <bool kLong>
  void search(std::string_view piece, std::uint64_t* dead, Scratch& scratch, TokenBuffer& ids) const;
  template <class Add>
  std::size_t pass_unknown(std::string_view piece, std::size_t position, const Add& add) const;
  bool crosses(TokenId left, TokenId right) const;
  vocab::Image::Match shorter(vocab::Image::Match match) const;
  vocab::Image::Match joining(TokenId left, vocab::Image::Match match) const;

  // Merging.
  void merge(std::string_view piece, Scratch& scratch) const;
  void add_symbols(std::string_view piece, Scratch& scratch) const;
  TokenId find_symbol(std::string_view character, bool first, bool last, std::string& spelled) const;
  void push_candidate(std::uint32_t position, Scratch& scratch) const;
  template <class Add>
  void for_each_merged(std::string_view piece, Scratch& scratch, const Add& add) const;
  template <class Add>
  void take_apart(TokenId id, Span span, Scratch& scratch, const Add& add) const;
  template <class Take>
  void for_each_section(std::string_view piece, const Take& take) const;

  const vocab::Image& image_;
  TokenId bytes_[256];      // the entry of each single byte, kNoToken where there is none
  bool characters_;         // pieces are made of characters
  bool affixed_;            // which are spelled differently at the ends of a word
  bool late_;               // those without an entry merge like others, and are replaced in the end
  bool has_unused_;         // some entries are taken apart in the end
  bool whole_piece_first_;  // look the piece up before anything else
  bool search_;             // or else merge
  std::vector<AddedToken> user_defined_tokens_;
  AddedTokens user_defined_;
};

}  // namespace polyglyph::tokenizer
