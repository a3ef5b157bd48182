// The section "model" of a tokenizer.json, types WordPiece and WordLevel: an object from token to id, and an
// unknown token, without which the reference fails on the first unknown word.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>

#include "vocab/formats/bpe_model.h"
#include "vocab/formats/tokenizer_json.h"

namespace polyglyph::vocab {
namespace {

NameTable read_words(const Field& model, std::size_t file_size, TokenizerSpec& spec) {
  NameTable names = read_entries(model.at("vocab"), file_size, spec);
  const Field unknown = model.at("unk_token");
  spec.unknown = names.find(unknown.string());
  if (spec.unknown == kNoToken) {
    unknown.malformed(fmt::format("{} is not an entry of model.vocab, but is needed for words that are none",
                                  excerpt(unknown.string())));
  }
  return names;
}

}  // namespace

NameTable read_wordpiece(const Field& model, std::size_t file_size, TokenizerSpec& spec) {
  model.expect_members(
      {"type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab"});
  spec.subword_prefix = model.at("continuing_subword_prefix").string();
  spec.max_word_characters = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(model.at("max_input_chars_per_word").unsigned_integer(),
                              std::numeric_limits<std::uint32_t>::max()));  // no piece is longer
  return read_words(model, file_size, spec);
}

NameTable read_wordlevel(const Field& model, std::size_t file_size, TokenizerSpec& spec) {
  model.expect_members({"type", "unk_token", "vocab"});
  return read_words(model, file_size, spec);
}

}  // namespace polyglyph::vocab
