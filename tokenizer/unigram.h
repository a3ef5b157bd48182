// Unigram: the most probable way to cut a piece into entries, each with a score of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "polyglyph/types.h"
#include "tokenizer/model.h"
#include "tokenizer/token_buffer.h"
#include "vocab/image.h"

namespace polyglyph::tokenizer {

class Unigram final : public Model {
 public:
  explicit Unigram(const vocab::Image& image);

  std::unique_ptr<Model::Scratch> make_scratch() const override { return std::make_unique<Scratch>(); }
  void encode(std::string_view piece, Model::Scratch& scratch, TokenBuffer& ids) const override;
  void encode(std::string_view piece, Model::Scratch& scratch, TokenBuffer& ids,
              std::vector<Span>& spans) const override;

 private:
  // The best way found so far to a place in the piece: its score, and the last token on it.
  struct Node {
    double score;
    std::uint32_t begin;  // kNone while there is none
    TokenId id;
  };
  struct Scratch final : Model::Scratch {
    std::vector<Node> nodes;

    void release() override;
  };

  static void lower(std::span<Node> nodes);
  void find_best(std::string_view piece, std::vector<Node>& nodes) const;
  template <typename Sum>
  void find_best(std::string_view piece, std::vector<Node>& nodes) const;
  template <bool kSpans>
  void collect(std::string_view piece, const std::vector<Node>& nodes, TokenBuffer& ids,
               std::vector<Span>* spans) const;
  template <bool kSpans>
  void add_unknown(std::string_view piece, Span run, TokenBuffer& ids, std::vector<Span>* spans) const;

  const vocab::Image& image_;
  std::vector<double> adjusted_;     // backs scores_ where they are not those of the image
  std::span<const double> scores_;   // of each entry
  std::size_t longest_;              // bytes of an entry or a character
  double unknown_score_;             // of a character without an entry
  bool hugging_face_, single_sums_;  // single_sums_: scores are added up in single precision
};

}  // namespace polyglyph::tokenizer
