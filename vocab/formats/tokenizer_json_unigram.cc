// The section "model" of a tokenizer.json, type Unigram: a list of [token, score], an id being a place in it.
//
// Tokens may come twice. The reference looks them up in a table where the last one stays, so the earlier ones
// have a name and a score (the least score of all is what an unknown character's is counted from), but no
// text reaches them. The same goes for the empty token, which its trie never gives out.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "unicode/byte_alphabet.h"
#include "vocab/formats/id_limits.h"
#include "vocab/formats/tokenizer_json.h"
#include "vocab/formats/word_entries.h"

namespace polyglyph::vocab {
namespace {

// Fills in scores; gives the tokens, which lie in the document.
std::vector<std::string_view> read_list(const Field& vocab, std::size_t file_size, TokenizerSpec& spec) {
  vocab.expect(json::Type::array);
  std::vector<std::string_view> tokens;
  for (const json::Value entry : vocab.value().elements()) {
    const auto fail = [&](const std::string& what) { vocab.child(tokens.size(), entry).malformed(what); };
    if (tokens.size() == max_entries_for(file_size) || tokens.size() > kMaxTokenId) {
      vocab.fail(ErrorCode::limit,
                 fmt::format("has more than {} entries, too many for a file of {} bytes; is it damaged?",
                             tokens.size(), file_size));
    }
    std::array<json::Value, 2> parts;
    std::size_t count = 0;
    for (const json::Value part : entry.elements()) {
      if (count < parts.size()) parts[count] = part;
      ++count;
    }
    const auto token = count == 2 ? parts[0].string() : std::nullopt;
    const auto score = count == 2 ? parts[1].number() : std::nullopt;
    if (!token || !score) fail(R"(must be a token and its score, as in ["the", -3.5])");
    if (!std::isfinite(*score)) fail("the score is out of range");
    tokens.push_back(*token);
    spec.scores.push_back(*score);
  }
  if (tokens.empty()) vocab.malformed("has no entries");
  return tokens;
}

// The reference fails on the first character that has no entry. None comes where text is spelled in the byte
// alphabet and the whole alphabet is there.
bool needs_unknown(const NameTable& names, const TokenizerSpec& spec) {
  const bool spelled = spec.splits.empty()
                           ? !spec.normalizers.empty() &&
                                 spec.normalizers.back().kind == unicode::NormalStep::Kind::byte_alphabet
                           : spec.splits.back().kind == SplitStep::Kind::byte_alphabet;
  if (!spelled) return true;
  for (int byte = 0; byte < 256; ++byte) {
    if (names.find(unicode::name_from_bytes(std::string(1, static_cast<char>(byte)))) == kNoToken)
      return true;
  }
  return false;
}

}  // namespace

NameTable read_unigram(const Field& model, std::size_t file_size, TokenizerSpec& spec) {
  model.expect_members({"type", "unk_id", "vocab", "byte_fallback"});
  spec.fuse_unknown = true;
  const Field vocab = model.at("vocab");
  NameTable names = add_word_entries(read_list(vocab, file_size, spec), spec);
  if (const auto unknown = model.find("unk_id")) {
    const std::uint64_t id = unknown->unsigned_integer();
    if (id >= spec.entries.size()) {
      unknown->malformed(fmt::format("is {}, but model.vocab has {} entries", id, spec.entries.size()));
    }
    spec.unknown = static_cast<TokenId>(id);
  } else if (needs_unknown(names, spec)) {
    model.malformed("has no unk_id, which is needed for characters that have no entry",
                    "set it to the place of the unknown "
                    "token in model.vocab");
  }
  if (const auto fallback = model.find("byte_fallback"); fallback && fallback->boolean()) {
    for (int byte = 0; byte < 256; ++byte) {
      const std::string name = fmt::format("<0x{:02X}>", byte);
      spec.byte_tokens.push_back(names.find(name));
    }
  }
  return names;
}

}  // namespace polyglyph::vocab
