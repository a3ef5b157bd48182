// One line a model; each is in a file of its own.
#include "tokenizer/model.h"

#include "polyglyph/error.h"
#include "tokenizer/bpe.h"

namespace polyglyph::tokenizer {

std::unique_ptr<Model> make_model(const vocab::Image& image) {
  switch (image.pipeline().model) {
    case vocab::ModelKind::bpe:
      return std::make_unique<Bpe>(image);
    case vocab::ModelKind::unigram:
    case vocab::ModelKind::wordpiece:
    case vocab::ModelKind::wordlevel:
      break;
  }
  throw Error(ErrorCode::unsupported, "this model is not supported yet", std::string(image.name()));
}

}  // namespace polyglyph::tokenizer
