// A model of a few entries, for tests: a spec that owns what its entries point to, and the model made of it.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/model.h"
#include "vocab/build.h"
#include "vocab/image.h"
#include "vocab/spec.h"

namespace polyglyph::test {

class SmallModel {
 public:
  explicit SmallModel(vocab::ModelKind model, vocab::Reference reference = vocab::Reference::hugging_face) {
    spec.name = "small";
    spec.model = model;
    spec.reference = reference;
    spec.characters = true;
  }

  TokenId add(std::string bytes, double score = 0, vocab::Entry::Kind kind = vocab::Entry::Kind::bytes) {
    spec.entries.push_back({kind, owned_.emplace_back(std::move(bytes))});
    spec.scores.push_back(score);
    return static_cast<TokenId>(spec.entries.size() - 1);
  }

  void add_byte_tokens(double score) {
    for (int byte = 0; byte < 256; ++byte) {
      spec.byte_tokens.push_back(add("byte " + std::to_string(byte), score, vocab::Entry::Kind::literal));
    }
  }

  void build() {
    image_ = vocab::Image::adopt(vocab::build_image(spec), "small");
    model_ = tokenizer::make_model(*image_);
    scratch_ = model_->make_scratch();
  }

  std::vector<TokenId> encode(std::string_view piece) const {
    tokenizer::TokenBuffer ids;
    model_->encode(piece, *scratch_, ids);
    return {ids.begin(), ids.end()};
  }

  // The ids again and their spans.
  std::vector<TokenId> encode(std::string_view piece, std::vector<Span>& spans) const {
    tokenizer::TokenBuffer ids;
    spans.clear();
    model_->encode(piece, *scratch_, ids, spans);
    return {ids.begin(), ids.end()};
  }

  vocab::TokenizerSpec spec;

 private:
  std::deque<std::string> owned_;
  std::shared_ptr<const vocab::Image> image_;
  std::unique_ptr<tokenizer::Model> model_;
  std::unique_ptr<tokenizer::Model::Scratch> scratch_;
};

}  // namespace polyglyph::test
