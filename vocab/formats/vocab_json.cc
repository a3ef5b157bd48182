// GPT-2's pair of files: vocab.json, an object from token to id, and merges.txt, a merge a line, both spelled
// in the byte alphabet. How text is split is not in them: tokenizer_config.json beside them names the class
// of the tokenizer, and the classes are those of Hugging Face's transformers; without one it is GPT-2's
// pattern, as in Hugging Face's ByteLevelBPETokenizer, or the caller's.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <iterator>

#include "json/json.h"
#include "polyglyph/error.h"
#include "vocab/formats/bpe_model.h"
#include "vocab/formats/formats.h"
#include "vocab/formats/merges.h"
#include "vocab/formats/model_config.h"

namespace polyglyph::vocab {
namespace {

using json::excerpt;

struct Splitter {
  std::string_view name;  // in LoadOptions::pattern
  std::string_view pattern;
};
constexpr Splitter kSplitters[] = {
    {"gpt2", R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"},
    {"qwen",
     R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    {"llama3",
     R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
};

// What the classes of transformers do that are read from such a pair of files.
struct Class {
  std::string_view name;
  std::string_view splitter;
  bool nfc = false;
  bool roberta = false;  // <s> text </s>
};
constexpr Class kClasses[] = {
    {"", "gpt2"},
    {"GPT2Tokenizer", "gpt2"},
    {"GPT2TokenizerFast", "gpt2"},
    {"Qwen2Tokenizer", "qwen", true},
    {"Qwen2TokenizerFast", "qwen", true},
    {"RobertaTokenizer", "gpt2", false, true},
    {"RobertaTokenizerFast", "gpt2", false, true},
    {"BartTokenizer", "gpt2", false, true},
    {"BartTokenizerFast", "gpt2", false, true},
};

std::string pattern_of(const std::string& file, std::string_view name) {
  const auto known = std::ranges::find(kSplitters, name, &Splitter::name);
  if (known != std::end(kSplitters)) return std::string(known->pattern);
  const auto is_word = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; };
  if (!std::ranges::all_of(name, is_word)) return std::string(name);
  throw Error(ErrorCode::invalid_argument,
              fmt::format("no pattern is called {}; give one of gpt2, qwen, llama3, or a regular expression",
                          excerpt(name)),
              file);
}

const Class& class_of(const ModelConfig& config) {
  const auto known = std::ranges::find(kClasses, config.tokenizer_class, &Class::name);
  if (known != std::end(kClasses)) return *known;
  throw Error(ErrorCode::unsupported,
              fmt::format("how the class {} splits text is not known here; load the model's tokenizer.json",
                          excerpt(config.tokenizer_class)),
              config.file + ": tokenizer_class");
}

void add_steps(const Class& known, const ModelConfig& config, std::string pattern, TokenizerSpec& spec) {
  if (known.nfc) spec.normalizers.emplace_back().kind = unicode::NormalStep::Kind::nfc;
  if (config.add_prefix_space.value_or(false)) {
    SplitStep space;
    space.kind = SplitStep::Kind::byte_level_prefix;
    spec.splits.push_back(std::move(space));
  }
  SplitStep split;
  split.pattern = std::move(pattern);
  spec.splits.push_back(std::move(split));
  DecodeStep decode;
  decode.kind = DecodeStep::Kind::byte_level;
  spec.decoders.push_back(std::move(decode));
}

void read_merges_txt(const std::string& file, std::string_view content, const NameTable& names,
                     TokenizerSpec& spec) {
  const auto fail = [&](std::size_t line, const std::string& problem) {
    throw Error(ErrorCode::malformed, problem + "; correct the line, or get both files again",
                fmt::format("{}: line {}", file, line));
  };
  MergeReader reader(names, "vocab.json", spec, fail);
  std::size_t line = 0;
  for (std::size_t begin = 0; begin < content.size();) {
    ++line;
    const std::size_t end = std::min(content.find('\n', begin), content.size());
    std::string_view merge = content.substr(begin, end - begin);
    if (merge.ends_with('\r')) merge.remove_suffix(1);
    begin = end + 1;
    if (merge.starts_with("#version")) continue;
    std::string_view left, right;
    if (!split_pair(merge, left, right))
      fail(line, fmt::format("{} is not two tokens with one space between them", excerpt(merge)));
    reader.add(line, left, right);
  }
  reader.finish();
}

// <s> A </s>, and <s> A </s></s> B </s>, all of type 0.
void add_roberta_template(const std::string& file, const ModelConfig& config, const NameTable& names,
                          TokenizerSpec& spec) {
  using Kind = TemplatePart::Kind;
  const auto find = [&](std::string_view role, const char* usual) {
    const std::string name = config.role(role).value_or(usual);
    const TokenId id = names.find(name);
    if (id != kNoToken) return TemplatePart{Kind::token, id};
    throw Error(ErrorCode::malformed,
                fmt::format("has no entry {}, the {}; get the file again, or correct tokenizer_config.json",
                            excerpt(name), role),
                file);
  };
  const TemplatePart begin = find("cls_token", "<s>"), end = find("sep_token", "</s>");
  spec.single = {begin, {Kind::first}, end};
  spec.pair = {begin, {Kind::first}, end, end, {Kind::second}, end};
  spec.trim_offsets = true;
  spec.trim_keeps_prefix_space = config.add_prefix_space.value_or(false);
}

}  // namespace

TokenizerSpec read_vocab_json(const std::string& file, std::string_view vocab, const std::string& merges_file,
                              std::string_view merges, const ModelConfig& config,
                              const LoadOptions& options) {
  const json::Document document = json::Document::parse(vocab, file);
  const Class& known = class_of(config);
  TokenizerSpec spec;
  spec.name = std::filesystem::path(file).filename().string();
  spec.format = "vocab.json";
  spec.reference = Reference::hugging_face;
  spec.names_use_byte_alphabet = true;
  add_steps(known, config, pattern_of(file, options.pattern.empty() ? known.splitter : options.pattern),
            spec);
  const NameTable names = read_entries(document.root(), vocab.size(), spec);
  read_merges_txt(merges_file, merges, names, spec);
  if (known.roberta) add_roberta_template(file, config, names, spec);
  return spec;
}

}  // namespace polyglyph::vocab
