// The tokenizer in a GGUF file, with the meaning that llama.cpp gives it.
//
// Tokens have types. Control tokens and the unknown token are found in text only where the caller asks for
// control tokens; those that the converter calls user-defined always are, before anything else is done to the
// text, unless they are control tokens by the rule of control_tokens.h. llama.cpp makes control tokens of
// some names whatever their type says, since converters got it wrong, and so does this.
//
// Where names occur twice, as in some converted files, llama.cpp refuses the file; here the first one is what
// text becomes, and the others can still be decoded.
#include "vocab/formats/gguf_vocab.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <utility>

#include "json/json.h"
#include "polyglyph/error.h"
#include "unicode/byte_alphabet.h"
#include "vocab/control_tokens.h"
#include "vocab/formats/formats.h"
#include "vocab/formats/id_limits.h"

namespace polyglyph::vocab {
namespace {

using json::excerpt;

constexpr std::string_view kModel = "tokenizer.ggml.model";
constexpr std::string_view kTokens = "tokenizer.ggml.tokens";
constexpr std::string_view kTypes = "tokenizer.ggml.token_type";
constexpr std::string_view kScores = "tokenizer.ggml.scores";

constexpr GgufRole kRoles[] = {
    {"bos_token", "tokenizer.ggml.bos_token_id"},
    {"eos_token", "tokenizer.ggml.eos_token_id"},
    {"unk_token", "tokenizer.ggml.unknown_token_id"},
    {"sep_token", "tokenizer.ggml.seperator_token_id"},  // as the format spells it
    {"pad_token", "tokenizer.ggml.padding_token_id"},
    {"cls_token", "tokenizer.ggml.cls_token_id"},
    {"mask_token", "tokenizer.ggml.mask_token_id"},
    {"eot_token", "tokenizer.ggml.eot_token_id"},
    {"eom_token", "tokenizer.ggml.eom_token_id"},
};

// Ends of turns and of texts, and the parts of fill-in-the-middle prompts. Sorted.
constexpr std::string_view kControlNames[] = {
    "</s>",
    "<EOT>",
    "<MID>",
    "<PAD>",
    "<PRE>",
    "<REP>",
    "<REPO>",
    "<SUF>",
    "<end_of_turn>",
    "<end_of_utterance>",
    "<eos>",
    "<fim-middle>",
    "<fim-pad>",
    "<fim-prefix>",
    "<fim-repo>",
    "<fim-suffix>",
    "<fim_middle>",
    "<fim_pad>",
    "<fim_prefix>",
    "<fim_suffix>",
    "<reponame>",
    "<turn|>",
    "<|calls|>",
    "<|call|>",
    "<|code_middle|>",
    "<|code_prefix|>",
    "<|code_suffix|>",
    "<|end_of_text|>",
    "<|endoftext|>",
    "<|end|>",
    "<|eom_id|>",
    "<|eot_id|>",
    "<|file_sep|>",
    "<|fim_middle|>",
    "<|fim_pad|>",
    "<|fim_prefix|>",
    "<|fim_repo|>",
    "<|fim_suffix|>",
    "<|flush|>",
    "<|im_end|>",
    "<|middle|>",
    "<|prefix|>",
    "<|repo_name|>",
    "<|return|>",
    "<|suffix|>",
    "<|tool_response>",
    "<｜end▁of▁sentence｜>",
    "<｜fim▁begin｜>",
    "<｜fim▁end｜>",
    "<｜fim▁hole｜>",
    "[EOS]",
    "[EOT]",
    "[PAD]",
    "[e~[",
    "_<EOT>",
    "▁<MID>",
    "▁<PRE>",
    "▁<SUF>",
};
static_assert(std::is_sorted(std::begin(kControlNames), std::end(kControlNames)));

GgufTokens read_tokens(const GgufHeader& header) {
  GgufTokens tokens;
  tokens.names = header.find_texts(kTokens);
  const std::size_t count = tokens.names.size();
  if (count == 0) {
    header.malformed(kTokens, "there are no tokens; a model in several files has them in the first one");
  }
  if (count > max_entries_for(header.size()) || count > kMaxTokenId) {
    throw Error(ErrorCode::limit,
                fmt::format("has {} tokens, more than a header of {} bytes may have; is the file damaged?",
                            count, header.size()),
                fmt::format("{}: {}", header.file(), kTokens));
  }
  tokens.types.assign(count, GgufTokenType::normal);
  const std::vector<std::int32_t> types = header.find_integers(kTypes);
  if (header.has(kTypes) && types.size() < count)
    header.malformed(kTypes, fmt::format("has {} types for {} tokens", types.size(), count));
  for (std::size_t i = 0; i < count; ++i) {
    if (!types.empty()) {
      const bool known = types[i] >= 0 && types[i] <= static_cast<std::int32_t>(GgufTokenType::byte);
      tokens.types[i] = known ? static_cast<GgufTokenType>(types[i]) : GgufTokenType::undefined;
    }
    if (std::ranges::binary_search(kControlNames, tokens.names[i])) tokens.types[i] = GgufTokenType::control;
  }
  return tokens;
}

void read_roles(const GgufHeader& header, const GgufTokens& tokens, TokenizerSpec& spec) {
  for (const GgufRole& role : kRoles) {
    const TokenId id = gguf_role(header, tokens, role.key);
    if (id != kNoToken) spec.roles.emplace_back(role.name, id);
  }
}

void read_chat_templates(const GgufHeader& header, TokenizerSpec& spec) {
  constexpr std::string_view kTemplate = "tokenizer.chat_template";
  if (const auto text = header.find_text(kTemplate)) spec.chat_templates.emplace_back("default", *text);
  for (const std::string_view name : header.find_texts("tokenizer.chat_templates")) {
    const auto text = header.find_text(fmt::format("{}.{}", kTemplate, name));
    if (text && name != "default") spec.chat_templates.emplace_back(name, *text);
  }
}

// Where the rule of control_tokens.h makes a control token of a user-defined one, its type follows.
void read_added_tokens(GgufTokens& tokens, TokenizerSpec& spec) {
  ControlHints hints;
  for (const auto& [name, id] : spec.roles) hints.add_name(tokens.names[id]);
  for (const auto& [name, text] : spec.chat_templates) hints.add_template(text);
  for (TokenId id = 0; id < tokens.names.size(); ++id) {
    const bool special = tokens.is_control(id);
    if ((!special && tokens.types[id] != GgufTokenType::user_defined) || tokens.names[id].empty()) continue;
    AddedToken token;
    token.id = id;
    token.content = tokens.names[id];
    token.special = special;
    token.control = is_control_token(token, hints);
    if (token.control) tokens.types[id] = GgufTokenType::control;
    spec.added_tokens.push_back(std::move(token));
  }
}

}  // namespace

TokenId gguf_role(const GgufHeader& header, const GgufTokens& tokens, std::string_view key) {
  const auto id = header.find_unsigned(key);
  if (!id) return kNoToken;
  if (*id >= tokens.names.size())
    header.malformed(key, fmt::format("is {}, but there are {} tokens", *id, tokens.names.size()));
  return static_cast<TokenId>(*id);
}

void read_gguf_template(const GgufHeader& header, const GgufTokens& tokens, GgufEnds ends,
                        TokenizerSpec& spec) {
  using Kind = TemplatePart::Kind;
  constexpr std::string_view kBegin = "tokenizer.ggml.add_bos_token", kEnd = "tokenizer.ggml.add_eos_token";
  const auto add = [&](TokenId id, std::string_view flag, std::string_view key) {
    if (const TokenId named = gguf_role(header, tokens, key); named != kNoToken) id = named;
    if (id >= tokens.names.size())
      header.malformed(flag, fmt::format("asks for a token that {} does not name", key));
    spec.single.push_back({Kind::token, id});
  };
  if (ends.always_bos || header.find_boolean(kBegin).value_or(ends.add_bos))
    add(ends.bos, kBegin, "tokenizer.ggml.bos_token_id");
  spec.single.push_back({Kind::first});
  if (header.find_boolean(kEnd).value_or(ends.add_eos)) add(ends.eos, kEnd, "tokenizer.ggml.eos_token_id");
  if (spec.single.size() == 1) spec.single.clear();
}

void read_gguf_unknown(const GgufHeader& header, const GgufTokens& tokens, TokenId id, TokenizerSpec& spec) {
  constexpr std::string_view kUnknown = "tokenizer.ggml.unknown_token_id";
  if (const TokenId named = gguf_role(header, tokens, kUnknown); named != kNoToken) id = named;
  if (id >= tokens.names.size()) {
    header.malformed(kUnknown,
                     fmt::format("is missing, and there is no token {}, which is the usual one", id));
  }
  spec.unknown = id;
}

DecodeStep gguf_unescape() {
  DecodeStep step;
  step.kind = DecodeStep::Kind::replace_text;
  step.pattern = "\u2581";
  step.text = " ";
  return step;
}

NameTable read_gguf_entries(const GgufTokens& tokens, TokenizerSpec& spec) {
  NameTable names(tokens.names.size(), static_cast<TokenId>(tokens.names.size() - 1));
  std::size_t bytes = 0;
  for (const std::string_view name : tokens.names) bytes += name.size();
  std::string& pool = spec.pools.emplace_back();
  pool.reserve(bytes);  // views into it stay
  spec.entries.reserve(tokens.names.size());
  for (TokenId id = 0; id < tokens.names.size(); ++id) {
    const std::string_view name = tokens.names[id];
    const std::size_t begin = pool.size();
    bool reached = names.add(names.key(name), id) == kNoToken && !name.empty() && !tokens.is_control(id);
    if (reached && spec.names_use_byte_alphabet) reached = unicode::bytes_from_name(name, pool);
    if (!reached || !spec.names_use_byte_alphabet) pool += name;
    spec.entries.push_back(
        {reached ? Entry::Kind::bytes : Entry::Kind::literal, std::string_view(pool).substr(begin)});
  }
  return names;
}

void read_gguf_scores(const GgufHeader& header, const GgufTokens& tokens, TokenizerSpec& spec) {
  const std::vector<float> scores = header.find_floats(kScores);
  if (scores.size() < tokens.names.size()) {
    header.malformed(kScores, fmt::format("has {} scores for {} tokens", scores.size(), tokens.names.size()));
  }
  spec.scores.assign(scores.begin(), scores.begin() + static_cast<std::ptrdiff_t>(tokens.names.size()));
  const auto odd = std::ranges::find_if_not(spec.scores, [](double score) { return std::isfinite(score); });
  if (odd != spec.scores.end())
    header.malformed(kScores, fmt::format("the score of token {} is no number", odd - spec.scores.begin()));
}

std::optional<TokenizerSpec> read_gguf(const std::string& file, std::string_view data,
                                       std::uint64_t file_size) {
  const auto header = GgufHeader::parse(file, data, file_size);
  if (!header) return std::nullopt;
  const auto kind = header->find_text(kModel);
  if (!kind) {
    header->malformed(kModel,
                      "the file holds no tokenizer; a model in several files has it in the first one");
  }
  TokenizerSpec spec;
  spec.name = std::filesystem::path(file).filename().string();
  spec.format = "gguf";
  spec.reference = Reference::llama_cpp;
  GgufTokens tokens = read_tokens(*header);
  read_roles(*header, tokens, spec);
  read_chat_templates(*header, spec);
  read_added_tokens(tokens, spec);
  constexpr std::pair<std::string_view, decltype(&read_gguf_gpt2)> kKinds[] = {
      {"gpt2", read_gguf_gpt2}, {"gemma4", read_gguf_gemma4}, {"llama", read_gguf_llama},
      {"bert", read_gguf_bert}, {"t5", read_gguf_t5},
  };
  const auto known = std::ranges::find(kKinds, *kind, [](const auto& k) { return k.first; });
  if (known == std::end(kKinds)) {
    throw Error(
        ErrorCode::unsupported,
        fmt::format("a tokenizer of kind {} is not supported; supported: gpt2, gemma4, llama, bert, t5; "
                    "the model's own tokenizer.json may be",
                    excerpt(*kind)),
        fmt::format("{}: {}", file, kModel));
  }
  known->second(*header, tokens, spec);
  return spec;
}

}  // namespace polyglyph::vocab
