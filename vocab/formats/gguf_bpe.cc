// The two kinds of BPE in GGUF files. gpt2 merges bytes, by a list of merges, in pieces that a splitter cuts.
// llama merges characters by the scores of what comes of them, as SentencePiece does, in the whole text.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "json/json.h"
#include "vocab/formats/gguf_splitters.h"
#include "vocab/formats/gguf_vocab.h"
#include "vocab/formats/merges.h"

namespace polyglyph::vocab {
namespace {

constexpr std::string_view kMerges = "tokenizer.ggml.merges";
constexpr std::string_view kSpace = "▁";  // U+2581

// Of a pair that is listed twice the first one counts; elsewhere it is the last.
void drop_repeated(std::vector<Merge>& merges) {
  const auto pair_of = [](const Merge& m) { return std::uint64_t{m.left} << 32 | m.right; };
  std::vector<std::uint64_t> pairs;
  pairs.reserve(merges.size());
  for (const Merge& merge : merges) pairs.push_back(pair_of(merge));
  std::ranges::sort(pairs);
  if (std::ranges::adjacent_find(pairs) == pairs.end()) return;
  std::unordered_set<std::uint64_t> seen;
  std::erase_if(merges, [&](const Merge& merge) { return !seen.insert(pair_of(merge)).second; });
}

void read_merges(const GgufHeader& header, const NameTable& names, TokenizerSpec& spec) {
  if (!header.has(kMerges)) header.malformed(kMerges, "there are no merges, which this kind of model needs");
  const std::vector<std::string_view> merges = header.find_texts(kMerges);
  const auto fail = [&](std::size_t index, const std::string& problem) {
    header.malformed(fmt::format("{}[{}]", kMerges, index), problem);
  };
  spec.merges.reserve(merges.size());
  MergeReader reader(names, "tokenizer.ggml.tokens", spec, fail);
  for (std::size_t i = 0; i < merges.size(); ++i) {
    // The first character is a part's, even if it is a space.
    const std::size_t space = merges[i].find(' ', 1);
    if (space == std::string_view::npos)
      fail(i, fmt::format("{} is not two tokens with a space between them", json::excerpt(merges[i])));
    reader.add(i, merges[i].substr(0, space), merges[i].substr(space + 1));
  }
  reader.finish();
  drop_repeated(spec.merges);
}

}  // namespace

void read_gguf_gpt2(const GgufHeader& header, const GgufTokens& tokens, TokenizerSpec& spec) {
  constexpr std::string_view kSplitter = "tokenizer.ggml.pre";
  const GgufSplitter splitter = gguf_splitter(header.find_text(kSplitter).value_or("default"),
                                              fmt::format("{}: {}", header.file(), kSplitter));
  for (const std::string& pattern : splitter.patterns) {
    SplitStep step;
    step.pattern = pattern;
    spec.splits.push_back(std::move(step));
  }
  spec.model = ModelKind::bpe;
  spec.names_use_byte_alphabet = true;
  spec.ignore_merges = splitter.ignore_merges;
  DecodeStep bytes;
  bytes.kind = DecodeStep::Kind::byte_level;
  spec.decoders.push_back(bytes);
  const NameTable names = read_gguf_entries(tokens, spec);
  read_merges(header, names, spec);
  // The id that llama.cpp takes where the file names none.
  constexpr TokenId kDefault = 11;
  read_gguf_template(header, tokens, {splitter.add_bos, false, kDefault, kDefault}, spec);
}

void read_gguf_llama(const GgufHeader& header, const GgufTokens& tokens, TokenizerSpec& spec) {
  using Kind = unicode::NormalStep::Kind;
  if (header.find_boolean("tokenizer.ggml.add_space_prefix").value_or(true)) {
    unicode::NormalStep prefix;
    prefix.kind = Kind::prepend;
    prefix.text = kSpace;
    spec.normalizers.push_back(std::move(prefix));
  }
  unicode::NormalStep spaces;
  spaces.kind = Kind::replace_text;
  spaces.pattern = " ";
  spaces.text = kSpace;
  spec.normalizers.push_back(std::move(spaces));

  spec.model = ModelKind::bpe;
  spec.characters = true;
  spec.merges_by_rank = true;
  const NameTable names = read_gguf_entries(tokens, spec);
  read_gguf_scores(header, tokens, spec);
  for (int byte = 0; byte < 256; ++byte)
    spec.byte_tokens.push_back(names.find(fmt::format("<0x{:02X}>", byte)));
  constexpr TokenId kUnknown = 0, kBos = 1, kEos = 2;  // where the file names none
  spec.unknown = gguf_role(header, tokens, "tokenizer.ggml.unknown_token_id");
  if (spec.unknown == kNoToken) spec.unknown = kUnknown;
  read_gguf_template(header, tokens, {true, false, kBos, kEos}, spec);

  DecodeStep unescape, bytes, fuse, strip;
  unescape.kind = DecodeStep::Kind::replace_text;
  unescape.pattern = kSpace;
  unescape.text = " ";
  bytes.kind = DecodeStep::Kind::byte_fallback;
  fuse.kind = DecodeStep::Kind::fuse;
  spec.decoders = {unescape, bytes, fuse};
  if (spec.normalizers.size() < 2) return;
  strip.kind = DecodeStep::Kind::strip;
  strip.pattern = " ";
  strip.start = 1;
  spec.decoders.push_back(strip);
}

}  // namespace polyglyph::vocab
