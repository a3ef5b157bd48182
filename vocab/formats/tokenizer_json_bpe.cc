// The section "model" of a tokenizer.json, type BPE: its options here, its large tables in bpe_model.cc.
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "vocab/byte_alphabet.h"
#include "vocab/formats/bpe_model.h"
#include "vocab/formats/tokenizer_json.h"

namespace polyglyph::vocab {
namespace {

// An option of the model that is supported only at the value that changes nothing.
void expect_empty(const Field& model, std::string_view name) {
  const auto option = model.find(name);
  if (option && !option->string().empty()) {
    option->unsupported(
        fmt::format("{} is not supported for byte-level vocabularies", excerpt(option->string())));
  }
}

bool read_flag(const Field& model, std::string_view name) {
  const auto option = model.find(name);
  return option && option->boolean();
}

void read_unknown(const Field& model, const NameTable& names, TokenizerSpec& spec) {
  const auto option = model.find("unk_token");
  if (!option) return;
  const TokenId id = names.find(option->string());
  if (id != kNoToken) {
    spec.unknown = id;
    return;
  }
  // The reference fails on the first text that needs it. None does if every byte has an entry.
  for (int byte = 0; byte < 256; ++byte) {
    const std::string name = name_from_bytes(std::string(1, static_cast<char>(byte)));
    if (names.find(name) != kNoToken) continue;
    option->malformed(
        fmt::format("{} is not an entry of model.vocab, but is needed for the byte 0x{:02X}, which has none",
                    excerpt(option->string()), byte));
  }
}

}  // namespace

NameTable read_bpe(const Field& model, std::size_t file_size, TokenizerSpec& spec) {
  model.expect_members({"type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix",
                        "fuse_unk", "byte_fallback", "ignore_merges", "vocab", "merges"});
  if (const auto dropout = model.find("dropout"); dropout && dropout->number() != 0) {
    dropout->unsupported("dropout makes ids random; set it to null to encode as the trained model does");
  }
  expect_empty(model, "continuing_subword_prefix");
  expect_empty(model, "end_of_word_suffix");
  if (read_flag(model, "byte_fallback")) {
    model.at("byte_fallback").unsupported("byte fallback is not supported for byte-level vocabularies");
  }
  spec.ignore_merges = read_flag(model, "ignore_merges");
  spec.fuse_unknown = read_flag(model, "fuse_unk");

  NameTable names = read_entries(model.at("vocab"), file_size, spec);
  read_unknown(model, names, spec);
  read_merges(model.at("merges"), names, spec);
  return names;
}

}  // namespace polyglyph::vocab
