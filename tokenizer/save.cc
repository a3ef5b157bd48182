#include "tokenizer/save.h"

#include "polyglyph/error.h"
#include "tokenizer/engine.h"
#include "vocab/formats/formats.h"
#include "vocab/formats/write_tokenizer_json.h"
#include "vocab/spec_of.h"

namespace polyglyph::tokenizer {
namespace {

std::string fingerprint_of(const vocab::TokenizerSpec& spec) {
  return vocab::Image::adopt(build_image(spec), spec.name)->fingerprint();
}

}  // namespace

std::string to_tokenizer_json(const vocab::Image& image) {
  const vocab::TokenizerSpec spec = vocab::with_listed_merges(vocab::spec_of(image));
  std::string text = vocab::write_tokenizer_json(spec);
  vocab::TokenizerSpec again = vocab::read_tokenizer_json(spec.name, text);
  again.format = spec.format;
  again.roles = spec.roles;  // what the files beside it say
  again.chat_templates = spec.chat_templates;
  if (fingerprint_of(again) != fingerprint_of(spec)) {
    throw Error(ErrorCode::unsupported,
                "cannot be written as a tokenizer.json that means the same: which of its added tokens are "
                "control tokens, or its ids, come from other files; save an image (.pgv) instead",
                spec.name);
  }
  return text;
}

}  // namespace polyglyph::tokenizer
