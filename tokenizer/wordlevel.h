// WordLevel: a piece is an entry, or it is unknown.
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

class WordLevel final : public Model {
 public:
  explicit WordLevel(const vocab::Image& image)
      : image_(image), cuts_(image.pipeline().reference == vocab::Reference::sentencepiece) {}

  std::unique_ptr<Model::Scratch> make_scratch() const override { return std::make_unique<Scratch>(); }
  void encode(std::string_view piece, Model::Scratch& scratch, TokenBuffer& ids) const override;
  void encode(std::string_view piece, Model::Scratch& scratch, TokenBuffer& ids,
              std::vector<Span>& spans) const override;

 private:
  struct Scratch final : Model::Scratch {
    void release() override {}
  };

  template <class Add>
  void look_up(std::string_view piece, const Add& add) const;
  template <class Add>
  void look_up_words(std::string_view piece, const Add& add) const;

  const vocab::Image& image_;
  bool cuts_;  // a piece is a row of words
};

}  // namespace polyglyph::tokenizer
