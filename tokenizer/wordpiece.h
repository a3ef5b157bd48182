// WordPiece: the longest entry that the word begins with, then the longest that the rest begins with, ...
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "polyglyph/types.h"
#include "tokenizer/model.h"
#include "tokenizer/token_buffer.h"
#include "vocab/image.h"

namespace polyglyph::tokenizer {

class WordPiece final : public Model {
 public:
  explicit WordPiece(const vocab::Image& image);

  std::unique_ptr<Model::Scratch> make_scratch() const override { return std::make_unique<Scratch>(); }
  void encode(std::string_view piece, Model::Scratch& scratch, TokenBuffer& ids) const override;
  void encode(std::string_view piece, Model::Scratch& scratch, TokenBuffer& ids,
              std::vector<Span>& spans) const override;

 private:
  struct Scratch final : Model::Scratch {
    void release() override {}
  };

  template <bool kSpans>
  void encode(std::string_view piece, TokenBuffer& ids, std::vector<Span>* spans) const;
  bool is_too_long(std::string_view piece) const;

  const vocab::Image& image_;
  vocab::Image::TriePlace begin_, inside_;  // where the walk begins at a word's beginning, and inside of it
  bool has_inside_;                         // whether any entry begins with the prefix
};

}  // namespace polyglyph::tokenizer
