// The section "model" of a tokenizer.json: which model it is. Each kind is read in a file of its own.
#include <string_view>

#include "vocab/formats/tokenizer_json.h"

namespace polyglyph::vocab {

ModelKind model_kind(const Field& model) {
  const auto type = model.find("type");
  if (!type || type->string() == "BPE") return ModelKind::bpe;
  unsupported_type(model, "BPE");
}

NameTable read_model(const Field& model, std::size_t file_size, TokenizerSpec& spec) {
  spec.model = model_kind(model);
  return read_bpe(model, file_size, spec);
}

}  // namespace polyglyph::vocab
