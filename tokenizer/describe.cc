// Engine::description: the pipeline in words.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "tokenizer/engine.h"
#include "unicode/byte_alphabet.h"

namespace polyglyph::tokenizer {
namespace {

using vocab::SplitStep;

const char* name_of(unicode::NormalStep::Kind kind) {
  constexpr const char* names[] = {"NFC",       "NFD",           "NFKC",          "NFKD",
                                   "lowercase", "strip accents", "strip",         "NMT",
                                   "replace",   "replace",       "prepend",       "precompiled map",
                                   "BERT",      "byte alphabet", "SentencePiece", "llama.cpp"};
  return names[static_cast<std::size_t>(kind)];
}

const char* name_of(vocab::Reference reference) {
  constexpr const char* names[] = {"Hugging Face tokenizers 0.23.3", "tiktoken 0.14.0", "sentencepiece 0.2.3",
                                   "llama.cpp"};
  return names[static_cast<std::size_t>(reference)];
}

// The parts that are chosen, one behind the other; "nothing" where none is.
using Choice = std::pair<unicode::NormalStep::Option, const char*>;
std::string chosen(const unicode::NormalStep& step, std::initializer_list<Choice> choices) {
  std::vector<const char*> words;
  for (const auto& [option, name] : choices) {
    if (step.has(option)) words.push_back(name);
  }
  return words.empty() ? "nothing" : fmt::format("{}", fmt::join(words, ", "));
}

// The Unicode versions are those of the tables in normalizers/character_table.h.
std::string in_words(const unicode::NormalStep& step) {
  using Step = unicode::NormalStep;
  using Kind = Step::Kind;
  switch (step.kind) {
    case Kind::replace_text:
    case Kind::replace_regex:
      return fmt::format("replace {}\"{}\" by \"{}\"", step.kind == Kind::replace_regex ? "pattern " : "",
                         step.pattern, step.text);
    case Kind::prepend:
      return fmt::format("prepend \"{}\"", step.text);
    case Kind::strip:
      return "strip " + chosen(step, {{Step::strip_left, "left"}, {Step::strip_right, "right"}});
    case Kind::bert:
      return fmt::format("BERT ({}; Unicode 8.0)",
                         chosen(step, {{Step::bert_clean_text, "clean text"},
                                       {Step::bert_split_chinese, "Chinese characters apart"},
                                       {Step::bert_strip_accents, "strip accents"},
                                       {Step::bert_lowercase, "lowercase"}}));
    case Kind::lowercase:
    case Kind::strip_accents:
      return fmt::format("{} (Unicode {})", name_of(step.kind),
                         step.kind == Kind::lowercase ? "17.0" : "9.0");
    default:
      return name_of(step.kind);
  }
}

bool uses_form(const unicode::NormalStep& step) {
  return step.kind <= unicode::NormalStep::Kind::nfkd || step.has(unicode::NormalStep::bert_strip_accents);
}

const char* name_of(vocab::SplitBehavior behavior) {
  constexpr const char* names[] = {"removed", "isolated", "merged with previous", "merged with next",
                                   "contiguous"};
  return names[static_cast<std::size_t>(behavior)];
}

std::string in_words(const SplitStep& step) {
  switch (step.kind) {
    case SplitStep::Kind::regex:
    case SplitStep::Kind::literal:
      return fmt::format("{} {} ({}{})", step.kind == SplitStep::Kind::regex ? "pattern" : "text",
                         step.pattern, name_of(step.behavior), step.invert ? ", inverted" : "");
    case SplitStep::Kind::digits:
      return step.individual ? "digits one by one" : "runs of digits";
    case SplitStep::Kind::byte_level_prefix:
      return "a space in front";
    case SplitStep::Kind::byte_alphabet:
      return "the byte alphabet";
    case SplitStep::Kind::bert:
      return "BERT (white space and punctuation)";
    case SplitStep::Kind::metaspace:
      return fmt::format("spaces as {}{}", step.pattern, step.split ? ", split before each" : "");
    case SplitStep::Kind::whitespace:
      return "words and signs";
    case SplitStep::Kind::whitespace_split:
      return "white space";
    case SplitStep::Kind::punctuation:
      return fmt::format("punctuation ({})", name_of(step.behavior));
    case SplitStep::Kind::char_delimiter:
      return fmt::format("character {}", step.pattern);
    case SplitStep::Kind::unicode_scripts:
      return "scripts";
    case SplitStep::Kind::fixed_length:
      return fmt::format("every {} characters", step.length);
    case SplitStep::Kind::prefix:
      return fmt::format("{} in front of each", step.pattern);
  }
  return {};
}

std::string model_in_words(const vocab::ImagePipeline& p) {
  switch (p.model) {
    case vocab::ModelKind::bpe:
      if (p.names_use_byte_alphabet) return "BPE (byte-level)";
      if (!p.characters) return "BPE (bytes by rank)";
      return p.byte_tokens.empty() ? "BPE (characters)" : "BPE (characters, byte fallback)";
    case vocab::ModelKind::unigram:
      return p.byte_tokens.empty() ? "Unigram" : "Unigram (byte fallback)";
    case vocab::ModelKind::wordpiece:
      return "WordPiece";
    case vocab::ModelKind::wordlevel:
      return "WordLevel";
  }
  return {};
}

const char* name_of(Side side) {
  return side == Side::left ? "left" : "right";
}

std::string in_words(const Truncation& t) {
  constexpr const char* strategies[] = {"the longest text first", "the first text alone",
                                        "the second text alone"};
  return fmt::format("to {} tokens, {}, at the {} end", t.max_length,
                     strategies[static_cast<std::size_t>(t.strategy)], name_of(t.side));
}

std::string in_words(const Padding& p) {
  const std::string length = p.length ? fmt::format("to {} tokens", *p.length) : "to the longest of a batch";
  const std::string multiple = p.multiple_of > 1 ? fmt::format(", to multiples of {}", p.multiple_of) : "";
  return fmt::format("{}{}, with {} ({}), at the {} end", length, multiple, p.token, p.id, name_of(p.side));
}

std::string encoder_in_words(const vocab::ImagePipeline& p) {
  switch (p.model) {
    case vocab::ModelKind::bpe:
      if (!p.longest_match) return "merge heap: " + p.longest_match_reason;
      return p.knots.empty()
                 ? "longest match"
                 : fmt::format("longest match; merge heap for pieces with {}", fmt::join(p.knots, " or "));
    case vocab::ModelKind::unigram:
      return p.reference == vocab::Reference::sentencepiece ? "Viterbi, sums in single precision"
                                                            : "Viterbi, sums in double precision";
    case vocab::ModelKind::wordpiece:
      return "longest entry first";
    case vocab::ModelKind::wordlevel:
      return "lookup";
  }
  return {};
}

}  // namespace

Description Engine::description() const {
  const vocab::ImagePipeline& p = image_->pipeline();
  const auto spell = [&](const std::vector<TokenId>& ids) {
    std::string out;
    for (const TokenId id : ids) out += vocab_.token_name(id);
    return out;
  };
  Description d;
  d.name = image_->name();
  d.format = p.format;
  d.model = model_in_words(p);
  d.reference = name_of(p.reference);
  std::vector<std::string> words;
  for (const auto& step : p.normalizers) words.push_back(in_words(step));
  d.normalizer = words.empty() ? "none" : fmt::format("{}", fmt::join(words, ", then "));
  words.clear();
  for (const auto& step : p.splits) words.push_back(in_words(step));
  d.splitter = words.empty() ? "none" : fmt::format("{}", fmt::join(words, ", then "));
  d.scanner = pretokenizer_.scanner() ? to_string(*pretokenizer_.scanner()) : "step by step";
  d.encoder = encoder_in_words(p);
  d.class_unicode_version = p.reference == vocab::Reference::llama_cpp ? "15.1" : unicode::kClassVersion;
  if (std::ranges::any_of(p.normalizers, uses_form)) d.normal_unicode_version = normalizers::kNormalVersion;
  d.prefix = spell(p.prefix);
  d.suffix = spell(p.suffix);
  const char* const applied = apply_settings_ ? "" : " (not applied)";
  if (p.truncation) d.truncation = in_words(*p.truncation) + applied;
  if (p.padding) d.padding = in_words(*p.padding) + applied;
  d.vocab_size = image_->size();
  d.model_entries = p.model_entries;
  d.merges = p.merges;
  d.added_tokens = p.added_tokens.size();
  d.control_tokens = static_cast<std::size_t>(std::ranges::count(p.added_tokens, true, &AddedToken::control));
  d.unreachable = p.unreachable;
  d.image_bytes = image_->bytes().size();
  d.fingerprint = image_->fingerprint();
  return d;
}

}  // namespace polyglyph::tokenizer
