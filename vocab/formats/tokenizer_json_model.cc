// The section "model" of a tokenizer.json: which model it is. Each kind is read in a file of its own.
//
// Old files do not say their type. The reference tries BPE, WordPiece, WordLevel and Unigram in this order
// and takes the first that has all its fields; so the fields decide.
#include <string_view>

#include "vocab/formats/tokenizer_json.h"

namespace polyglyph::vocab {
namespace {

ModelKind kind_by_fields(const Field& model) {
  const Field vocab = model.at("vocab");
  if (vocab.value().type() == json::Type::array) return ModelKind::unigram;
  if (model.find("merges")) return ModelKind::bpe;
  if (model.find("unk_token")) {
    return model.find("max_input_chars_per_word") && model.find("continuing_subword_prefix")
               ? ModelKind::wordpiece
               : ModelKind::wordlevel;
  }
  model.malformed("has no type, nor merges or an unk_token to tell it by", "add \"type\"");
}

}  // namespace

ModelKind model_kind(const Field& model) {
  const auto type = model.find("type");
  if (!type) return kind_by_fields(model);
  if (type->string() == "BPE") return ModelKind::bpe;
  if (type->string() == "Unigram") return ModelKind::unigram;
  if (type->string() == "WordPiece") return ModelKind::wordpiece;
  if (type->string() == "WordLevel") return ModelKind::wordlevel;
  unsupported_type(model, "BPE, Unigram, WordPiece, WordLevel");
}

NameTable read_model(const Field& model, std::size_t file_size, TokenizerSpec& spec) {
  spec.model = model_kind(model);
  switch (spec.model) {
    case ModelKind::unigram:
      return read_unigram(model, file_size, spec);
    case ModelKind::wordpiece:
      return read_wordpiece(model, file_size, spec);
    case ModelKind::wordlevel:
      return read_wordlevel(model, file_size, spec);
    default:
      return read_bpe(model, file_size, spec);
  }
}

}  // namespace polyglyph::vocab
