// A rank file merges any two neighbours whose joined bytes have a rank; a tokenizer.json only the pairs it
// lists. Of all the pairs that join to a token one is enough: the last merge that happens when the token's
// own bytes are encoded. Whenever a merge makes the token in a text, nothing has yet merged across its two
// ends, so inside of them the same merges have happened in the same order as in its bytes alone, and the last
// one joins the same pair. Where those bytes do not come out as the token, no text makes it by merging, and
// it needs no merge: ignore_merges finds it where it is a whole piece, as tiktoken does.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "polyglyph/error.h"
#include "vocab/formats/write_tokenizer_json.h"

namespace polyglyph::vocab {
namespace {

// Finding a token's last merge is quadratic in its length.
constexpr std::size_t kMostBytes = 4096;

[[noreturn]] void lost(const TokenizerSpec& spec, const std::string& what) {
  throw Error(ErrorCode::unsupported,
              fmt::format("cannot be written as a tokenizer.json: {}; save an image (.pgv) instead", what),
              spec.name);
}

class Ranks {
 public:
  explicit Ranks(const TokenizerSpec& spec) : spec_(spec) {
    for (TokenId id = 0; id < spec.entries.size(); ++id) {
      if (spec.entries[id].kind == Entry::Kind::bytes) ids_.emplace(spec.entries[id].bytes, id);
    }
  }

  // The pair whose merge makes the token out of its bytes; two kNoToken if none does.
  std::pair<TokenId, TokenId> last_merge(std::string_view bytes) const {
    std::vector<std::size_t> begins;  // of the parts, and the end
    for (std::size_t i = 0; i <= bytes.size(); ++i) begins.push_back(i);
    const auto joined = [&](std::size_t i, std::size_t parts) {
      return find(bytes.substr(begins[i], begins[i + parts] - begins[i]));
    };
    while (begins.size() > 3) {
      TokenId best = kNoToken;
      std::size_t at = 0;
      for (std::size_t i = 0; i + 2 < begins.size(); ++i) {
        if (const TokenId id = joined(i, 2); id < best) best = id, at = i;
      }
      if (best == kNoToken) return {kNoToken, kNoToken};
      begins.erase(begins.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    }
    return {joined(0, 1), joined(1, 1)};
  }

 private:
  TokenId find(std::string_view bytes) const {
    const auto found = ids_.find(bytes);
    return found == ids_.end() ? kNoToken : found->second;
  }

  const TokenizerSpec& spec_;
  std::unordered_map<std::string_view, TokenId> ids_;
};

// The patterns of o200k and Qwen are read alike by both libraries. Others use what the two read differently:
// possessive quantifiers and $.
void check_pattern(const TokenizerSpec& spec) {
  const std::string& pattern = spec.splits.front().pattern;
  for (const char* difference : {"++", "*+", "?+", "}+", "$"}) {
    if (pattern.find(difference) == std::string::npos) continue;
    lost(spec,
         fmt::format("its pattern holds {}, which Hugging Face tokenizers reads differently", difference));
  }
  if (spec.splits.front().invert)
    lost(spec, "its pattern is none of those that are known to be read alike (o200k, qwen)");
}

// A tokenizer.json numbers added tokens on from the number of its entries; those that have other ids can only
// be entries themselves.
void place_added_tokens(TokenizerSpec& spec) {
  auto next = static_cast<TokenId>(spec.entries.size());
  const bool in_order =
      std::ranges::all_of(spec.added_tokens, [&](const AddedToken& token) { return token.id == next++; }) &&
      std::ranges::count(spec.entries, Entry::Kind::absent, &Entry::kind) == 0;
  if (in_order) return;
  for (const AddedToken& token : spec.added_tokens) {
    if (token.id >= spec.entries.size()) spec.entries.resize(token.id + std::size_t{1});
    spec.entries[token.id] = {Entry::Kind::bytes, token.content};
  }
}

}  // namespace

TokenizerSpec with_listed_merges(TokenizerSpec spec) {
  if (spec.reference != Reference::tiktoken) return spec;
  check_pattern(spec);
  const Ranks ranks(spec);
  for (TokenId id = 0; id < spec.entries.size(); ++id) {
    const Entry& entry = spec.entries[id];
    if (entry.kind != Entry::Kind::bytes || entry.bytes.size() < 2) continue;
    if (entry.bytes.size() > kMostBytes)
      lost(spec, fmt::format("entry {} is longer than {} bytes", id, kMostBytes));
    const auto [left, right] = ranks.last_merge(entry.bytes);
    if (left != kNoToken && right != kNoToken) spec.merges.push_back({left, right, id});
  }
  place_added_tokens(spec);
  spec.reference = Reference::hugging_face;
  spec.merges_by_rank = false;
  spec.names_use_byte_alphabet = true;
  spec.decoders = {{.kind = DecodeStep::Kind::byte_level}};
  return spec;
}

}  // namespace polyglyph::vocab
