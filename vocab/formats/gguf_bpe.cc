// The kinds of BPE in GGUF files. gpt2 merges bytes, by a list of merges, in pieces that a splitter cuts;
// gemma4 does the same with characters, in lines. llama merges characters by the scores of what comes of
// them, as SentencePiece does, in the whole text.
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
constexpr std::string_view kSpace = "▁";   // U+2581
constexpr std::size_t kMostNewlines = 64;  // in one token

// Of a pair that is listed twice the first one counts; elsewhere it is the last. Both make the same token,
// and few tokens, if any, are made twice.
void drop_repeated(std::vector<Merge>& merges, std::size_t tokens) {
  std::vector<std::uint8_t> made(tokens, 0);
  bool twice = false;
  for (const Merge& merge : merges) {
    twice |= made[merge.result] != 0;
    made[merge.result] += made[merge.result] < 2;
  }
  if (!twice) return;
  std::unordered_set<std::uint64_t> seen;
  std::erase_if(merges, [&](const Merge& merge) {
    return made[merge.result] == 2 && !seen.insert(std::uint64_t{merge.left} << 32 | merge.right).second;
  });
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
  drop_repeated(spec.merges, spec.entries.size());
}

unicode::NormalStep escape_spaces() {
  unicode::NormalStep step;
  step.kind = unicode::NormalStep::Kind::replace_text;
  step.pattern = " ";
  step.text = kSpace;
  return step;
}

void read_byte_tokens(const NameTable& names, TokenizerSpec& spec) {
  for (int byte = 0; byte < 256; ++byte)
    spec.byte_tokens.push_back(names.find(fmt::format("<0x{:02X}>", byte)));
}

// Whether merging makes `whole` of so many times `part`: the earliest merge first, the leftmost of equals.
bool merges_to(const TokenizerSpec& spec, TokenId part, std::size_t count, TokenId whole) {
  std::vector<TokenId> run(count, part);
  for (bool merged = true; merged && run.size() > 1;) {
    merged = false;
    for (const Merge& merge : spec.merges) {
      const auto is_pair = [&](TokenId left, TokenId right) {
        return left == merge.left && right == merge.right;
      };
      const auto at = std::ranges::adjacent_find(run, is_pair);
      if (at == run.end()) continue;
      *at = merge.result;
      run.erase(at + 1);
      merged = true;
      break;
    }
  }
  return run.size() == 1 && run[0] == whole;
}

// Throws Error(malformed) where merging does not make the tokens of nothing but newlines.
void expect_merged_newlines(const GgufHeader& header, const GgufTokens& tokens, const NameTable& names,
                            const TokenizerSpec& spec) {
  for (std::size_t size = 2; size <= kMostNewlines; ++size) {
    const TokenId id = names.find(std::string(size, '\n'));
    if (id == kNoToken || tokens.is_control(id) || tokens.types[id] == GgufTokenType::user_defined) continue;
    if (merges_to(spec, names.find("\n"), size, id)) continue;
    header.malformed(kMerges, fmt::format("the merges do not make token {}, which is {} newlines; llama.cpp "
                                          "makes it without them, which is not supported; load the model's "
                                          "tokenizer.json instead",
                                          id, size));
  }
}

// Merges characters by a list of merges, in lines, with ▁ for spaces.
void read_lines(const GgufHeader& header, const GgufTokens& tokens, GgufEnds ends, bool whole_newlines,
                TokenizerSpec& spec) {
  spec.normalizers.push_back(escape_spaces());
  SplitStep lines;
  lines.pattern = R"([^\n]+|\n+)";
  spec.splits.push_back(std::move(lines));
  spec.model = ModelKind::bpe;
  spec.characters = true;
  const NameTable names = read_gguf_entries(tokens, spec);
  read_merges(header, names, spec);
  read_byte_tokens(names, spec);
  if (whole_newlines) expect_merged_newlines(header, tokens, names, spec);
  read_gguf_template(header, tokens, ends, spec);
  DecodeStep bytes, fuse;
  bytes.kind = DecodeStep::Kind::byte_fallback;
  fuse.kind = DecodeStep::Kind::fuse;
  spec.decoders = {gguf_unescape(), bytes, fuse};
}

}  // namespace

// llama.cpp takes a piece of nothing but newlines for the token of that name, merges or not; as long as
// merging makes the same of it, there is no difference. It puts BOS in front whatever the file says.
void read_gguf_gemma4(const GgufHeader& header, const GgufTokens& tokens, TokenizerSpec& spec) {
  read_lines(header, tokens, {.always_bos = true}, true, spec);
}

void read_gguf_gpt2(const GgufHeader& header, const GgufTokens& tokens, TokenizerSpec& spec) {
  constexpr std::string_view kSplitter = "tokenizer.ggml.pre";
  constexpr TokenId kDefault = 11;  // the id that llama.cpp takes where the file names none
  const std::string_view name = header.find_text(kSplitter).value_or("default");
  if (name == "gemma4" || name == "granite-embed-multi-311m")
    return read_lines(header, tokens, {.bos = kDefault, .eos = kDefault, .always_bos = true}, true, spec);
  if (name == "sarvam-moe")
    return read_lines(header, tokens, {.bos = kDefault, .eos = kDefault}, false, spec);
  const GgufSplitter splitter = gguf_splitter(name, fmt::format("{}: {}", header.file(), kSplitter));
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
  spec.normalizers.push_back(escape_spaces());

  spec.model = ModelKind::bpe;
  spec.characters = true;
  spec.merges_by_rank = true;
  const NameTable names = read_gguf_entries(tokens, spec);
  read_gguf_scores(header, tokens, spec);
  read_byte_tokens(names, spec);
  constexpr TokenId kUnknown = 0, kBos = 1, kEos = 2;  // where the file names none
  read_gguf_unknown(header, tokens, kUnknown, spec);
  read_gguf_template(header, tokens, {true, false, kBos, kEos}, spec);

  DecodeStep bytes, fuse, strip;
  bytes.kind = DecodeStep::Kind::byte_fallback;
  fuse.kind = DecodeStep::Kind::fuse;
  spec.decoders = {gguf_unescape(), bytes, fuse};
  if (spec.normalizers.size() < 2) return;
  strip.kind = DecodeStep::Kind::strip;
  strip.pattern = " ";
  strip.start = 1;
  spec.decoders.push_back(strip);
}

}  // namespace polyglyph::vocab
