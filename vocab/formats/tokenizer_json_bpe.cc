// A BPE of a tokenizer.json: its options here, its large tables in bpe_model.cc.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "unicode/byte_alphabet.h"
#include "vocab/formats/bpe_model.h"

#include "vocab/formats/tokenizer_json.h"

namespace polyglyph::vocab {
namespace {

// What stands in front of characters or behind them. With byte fallback every character of a text can cost as
// many tokens as it is long.
std::string read_affix(const Field& model, std::string_view name) {
  constexpr std::size_t kMostBytes = 64;
  const auto option = model.find(name);
  if (!option) return {};
  if (option->string().size() > kMostBytes) {
    option->fail(ErrorCode::limit,
                 fmt::format("is {} bytes long; the limit is {}", option->string().size(), kMostBytes));
  }
  return std::string(option->string());
}

bool read_flag(const Field& model, std::string_view name) {
  const auto option = model.find(name);
  return option && option->boolean();
}

// The entries <0x00> to <0xFF>, as many of them as there are.
void read_byte_tokens(const NameTable& names, TokenizerSpec& spec) {
  for (int byte = 0; byte < 256; ++byte) {
    spec.byte_tokens.push_back(names.find(fmt::format("<0x{:02X}>", byte)));
  }
}

void read_unknown(const Field& model, const NameTable& names, TokenizerSpec& spec) {
  const auto option = model.find("unk_token");
  if (!option) return;
  const TokenId id = names.find(option->string());
  if (id != kNoToken) {
    spec.unknown = id;
    return;
  }
  // The reference fails on the first text that needs it. None does if everything else has an entry.
  if (spec.characters) {
    if (!spec.byte_tokens.empty() && std::ranges::count(spec.byte_tokens, kNoToken) == 0) return;
    option->malformed(
        fmt::format("{} is not an entry of model.vocab, but is needed for characters that have none",
                    excerpt(option->string())));
  }
  for (int byte = 0; byte < 256; ++byte) {
    const std::string name = unicode::name_from_bytes(std::string(1, static_cast<char>(byte)));
    if (names.find(name) != kNoToken) continue;
    option->malformed(
        fmt::format("{} is not an entry of model.vocab, but is needed for the byte 0x{:02X}, which has none",
                    excerpt(option->string()), byte));
  }
}

bool all_bytes_have_entries(const Field& vocab) {
  std::array<bool, 256> seen{};
  std::string bytes;
  for (const json::Member entry : vocab.value().members()) {
    bytes.clear();
    if (entry.key.size() <= 2 && unicode::bytes_from_name(entry.key, bytes) && bytes.size() == 1)
      seen[static_cast<unsigned char>(bytes[0])] = true;
  }
  return std::ranges::count(seen, false) == 0;
}

// Where the last step before the model, and it alone, spells bytes in the byte alphabet, the engine leaves
// that step out and takes the names' bytes instead. The model must not tell the difference: nothing may be
// put in front of or behind a character, and none may fall back to the bytes of its spelling.
void decide_symbols(const Field& model, TokenizerSpec& spec) {
  const auto spells = [](const SplitStep& step) { return step.kind == SplitStep::Kind::byte_alphabet; };
  const bool spelled =
      !spec.splits.empty() && spells(spec.splits.back()) && std::ranges::count_if(spec.splits, spells) == 1;
  const bool plain = spec.subword_prefix.empty() && spec.word_suffix.empty() &&
                     (!read_flag(model, "byte_fallback") || all_bytes_have_entries(model.at("vocab")));
  spec.names_use_byte_alphabet = spelled && plain;
  spec.characters = !spec.names_use_byte_alphabet;
  if (spec.names_use_byte_alphabet) spec.splits.pop_back();
}

}  // namespace

NameTable read_bpe(const Field& model, std::size_t file_size, TokenizerSpec& spec) {
  model.expect_members({"type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix",
                        "fuse_unk", "byte_fallback", "ignore_merges", "vocab", "merges"});
  if (const auto dropout = model.find("dropout"); dropout && dropout->number() != 0) {
    dropout->fail(ErrorCode::unsupported,
                  "dropout makes ids random; set it to null to encode as the trained model does");
  }
  spec.subword_prefix = read_affix(model, "continuing_subword_prefix");
  spec.word_suffix = read_affix(model, "end_of_word_suffix");
  spec.ignore_merges = read_flag(model, "ignore_merges");
  spec.fuse_unknown = read_flag(model, "fuse_unk");
  decide_symbols(model, spec);

  NameTable names = read_entries(model.at("vocab"), file_size, spec);
  if (spec.characters && read_flag(model, "byte_fallback")) read_byte_tokens(names, spec);
  read_unknown(model, names, spec);
  read_merges(model.at("merges"), names, spec);
  return names;
}

}  // namespace polyglyph::vocab
