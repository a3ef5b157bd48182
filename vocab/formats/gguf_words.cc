// The kinds of GGUF files for encoders: bert, WordPiece, and t5, unigram. (The facts are those of llama.cpp's
// src/llama-vocab.cpp, build 0.3.36 of its Python package.)
//
// A word of bert is looked up with ▁ in front; what goes on inside a word has nothing in front. llama.cpp
// looks among all tokens, so text that normalizing leaves in the very shape of a control token's name would
// become that token; here it does not.
//
// t5 normalizes as SentencePiece does, but takes only spaces for spaces, and puts a ▁ in front of the first
// word wherever spaces in a row become one, whether the file asks for it or not.
#include <limits>

#include "polyglyph/error.h"
#include "vocab/formats/gguf_vocab.h"

namespace polyglyph::vocab {
namespace {

using unicode::NormalStep;

constexpr const char* kSpace = "\u2581";

void decode_words(TokenizerSpec& spec) {
  DecodeStep fuse;
  fuse.kind = DecodeStep::Kind::fuse;
  spec.decoders = {gguf_unescape(), fuse};
}

}  // namespace

void read_gguf_bert(const GgufHeader& header, const GgufTokens& tokens, TokenizerSpec& spec) {
  const bool lowercase = header.find_boolean("tokenizer.ggml.normalizer.lowercase").value_or(true);
  NormalStep normal;
  normal.kind = NormalStep::Kind::llama_cpp;
  if (lowercase) normal.options |= NormalStep::bert_lowercase;
  if (header.find_boolean("tokenizer.ggml.normalizer.strip_accents").value_or(lowercase))
    normal.options |= NormalStep::bert_strip_accents;
  spec.normalizers.push_back(std::move(normal));

  SplitStep words, prefix;
  words.kind = SplitStep::Kind::whitespace_split;
  prefix.kind = SplitStep::Kind::prefix;
  prefix.pattern = kSpace;
  spec.splits = {words, prefix};

  spec.model = ModelKind::wordpiece;
  spec.characters = true;
  spec.max_word_characters = std::numeric_limits<std::uint32_t>::max();
  read_gguf_entries(tokens, spec);
  constexpr TokenId kUnknown = 100, kBegin = 101, kEnd = 102;  // where the file names none
  read_gguf_unknown(header, tokens, kUnknown, spec);
  const auto end_of = [&](std::string_view key, TokenId id) {
    if (const TokenId named = gguf_role(header, tokens, key); named != kNoToken) id = named;
    if (id >= tokens.names.size()) header.malformed(key, "is missing, and the usual token is not there");
    return TemplatePart{TemplatePart::Kind::token, id};
  };
  spec.single = {end_of("tokenizer.ggml.bos_token_id", kBegin),
                 {TemplatePart::Kind::first},
                 end_of("tokenizer.ggml.seperator_token_id", kEnd)};
  decode_words(spec);
}

void read_gguf_t5(const GgufHeader& header, const GgufTokens& tokens, TokenizerSpec& spec) {
  constexpr std::string_view kPrefix = "tokenizer.ggml.add_space_prefix";
  const bool merges_spaces = header.find_boolean("tokenizer.ggml.remove_extra_whitespaces").value_or(false);
  const bool prefix = header.find_boolean(kPrefix).value_or(false);
  if (prefix && !merges_spaces) {
    header.fail(ErrorCode::unsupported, kPrefix,
                "a space in front of text whose spaces are all kept is not supported; load the model's "
                "tokenizer.json or SentencePiece model instead");
  }
  NormalStep normal;
  normal.kind = NormalStep::Kind::sentencepiece;
  normal.charsmap = header.find_bytes("tokenizer.ggml.precompiled_charsmap");
  normal.options = NormalStep::sp_escape_spaces | NormalStep::sp_mark_is_text;
  if (merges_spaces) normal.options |= NormalStep::sp_dummy_prefix | NormalStep::sp_remove_extra_spaces;
  for (std::size_t id = 0; id < tokens.names.size(); ++id) {
    const bool kept = tokens.types[id] == GgufTokenType::user_defined && !tokens.names[id].empty();
    if (kept) normal.kept.emplace_back(tokens.names[id]);
  }
  spec.normalizers.push_back(std::move(normal));

  spec.model = ModelKind::unigram;
  spec.characters = true;
  read_gguf_entries(tokens, spec);
  read_gguf_scores(header, tokens, spec);
  for (std::size_t id = 0; id < tokens.names.size(); ++id) {
    Entry& entry = spec.entries[id];
    if (entry.kind != Entry::Kind::bytes) continue;
    const GgufTokenType type = tokens.types[id];
    if (type == GgufTokenType::user_defined) entry.kind = Entry::Kind::user_defined;
    if (type == GgufTokenType::unused) entry.kind = Entry::Kind::unused;
    if (type == GgufTokenType::byte || type == GgufTokenType::undefined) entry.kind = Entry::Kind::literal;
  }
  constexpr TokenId kEnd = 1, kUnknown = 2;  // where the file names none
  read_gguf_unknown(header, tokens, kUnknown, spec);
  read_gguf_template(header, tokens, {false, true, kNoToken, kEnd}, spec);
  decode_words(spec);
  if (!prefix) return;
  DecodeStep strip;
  strip.kind = DecodeStep::Kind::strip;
  strip.pattern = " ";
  strip.start = 1;
  spec.decoders.push_back(strip);
}

}  // namespace polyglyph::vocab
