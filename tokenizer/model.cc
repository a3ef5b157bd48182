// One line a model; each is in a file of its own.
#include "tokenizer/model.h"

#include "polyglyph/error.h"
#include "tokenizer/bpe.h"
#include "tokenizer/unigram.h"
#include "tokenizer/wordlevel.h"
#include "tokenizer/wordpiece.h"

namespace polyglyph::tokenizer {

std::unique_ptr<Model> make_model(const vocab::Image& image) {
  switch (image.pipeline().model) {
    case vocab::ModelKind::bpe:
      return std::make_unique<Bpe>(image);
    case vocab::ModelKind::unigram:
      return std::make_unique<Unigram>(image);
    case vocab::ModelKind::wordpiece:
      return std::make_unique<WordPiece>(image);
    case vocab::ModelKind::wordlevel:
      return std::make_unique<WordLevel>(image);
  }
  throw Error(ErrorCode::malformed, "the image has a model of no known kind; write the image anew",
              std::string(image.name()));
}

}  // namespace polyglyph::tokenizer
