// WordLevel: a piece is an entry, or it is unknown.
#pragma once

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
  explicit WordLevel(const vocab::Image& image) : image_(image) {}

  std::unique_ptr<Model::Scratch> make_scratch() const override { return std::make_unique<Scratch>(); }
  void encode(std::string_view piece, Model::Scratch& scratch, TokenBuffer& ids) const override;
  void encode(std::string_view piece, Model::Scratch& scratch, TokenBuffer& ids,
              std::vector<Span>& spans) const override;

 private:
  struct Scratch final : Model::Scratch {
    void release() override {}
  };

  const vocab::Image& image_;
};

}  // namespace polyglyph::tokenizer
