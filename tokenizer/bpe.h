// Bpe: the bytes of one piece to token ids.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "polyglyph/types.h"
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
      TokenId left, right;     // as they were; the candidate is stale when they have changed
    };
    std::vector<Symbol> symbols;
    std::vector<Candidate> heap;
    std::vector<std::uint64_t> dead;  // a bit for each position of the piece
    struct Joining {
      TokenId left = vocab::kNoToken, match = vocab::kNoToken;
      vocab::Image::Match found{};
    };
    std::array<Joining, 256> joinings;  // what joining() said last, by a hash of its question

    void release() override;
  };

  void encode(std::string_view piece, Scratch& scratch, TokenBuffer& ids) const;
  void search(std::string_view piece, Scratch& scratch, TokenBuffer& ids) const;
  template <bool kLong>
  void search(std::string_view piece, std::uint64_t* dead, Scratch& scratch, TokenBuffer& ids) const;
  bool crosses(TokenId left, TokenId right) const;
  vocab::Image::Match shorter(vocab::Image::Match match) const;
  vocab::Image::Match joining(TokenId left, vocab::Image::Match match) const;
  void merge(std::string_view piece, Scratch& scratch) const;
  void add_symbols(std::string_view piece, Scratch& scratch) const;
  void push_candidate(std::uint32_t position, Scratch& scratch) const;

  const vocab::Image& image_;
  TokenId bytes_[256];      // the entry of each single byte, kNoToken where there is none
  bool whole_piece_first_;  // look the piece up before anything else
  bool all_bytes_;
};

}  // namespace polyglyph::tokenizer
