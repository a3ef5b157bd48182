// BERT's vocab.txt: a token a line, its id being the line's place. What is done to text before is not in the
// file. It is what Hugging Face's BertWordPieceTokenizer does: text is cleaned, Chinese characters are cut
// out, and unless tokenizer_config.json says otherwise, text becomes lower case without accents.
//
// White space at the end of a line is no part of the token, and of a token that is there twice the last place
// counts, as in the reference.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "json/json.h"
#include "polyglyph/error.h"
#include "unicode/char_class.h"
#include "unicode/utf8.h"
#include "vocab/formats/formats.h"
#include "vocab/formats/id_limits.h"
#include "vocab/formats/model_config.h"
#include "vocab/formats/name_table.h"
#include "vocab/formats/word_entries.h"

namespace polyglyph::vocab {
namespace {

std::string_view without_space_behind(std::string_view line) {
  std::size_t end = 0;
  for (std::size_t at = 0; at < line.size();) {
    const unicode::Decoded c = unicode::decode(line.data() + at, line.data() + line.size());
    at += c.size;
    if (!(unicode::class_mask(c.code_point) & unicode::kSpaceMask)) end = at;
  }
  return line.substr(0, end);
}

std::vector<std::string_view> read_lines(const std::string& file, std::string_view content) {
  std::vector<std::string_view> tokens;
  for (std::size_t begin = 0; begin < content.size();) {
    const std::size_t end = std::min(content.find('\n', begin), content.size());
    if (tokens.size() == max_entries_for(content.size()))
      throw Error(
          ErrorCode::limit,
          fmt::format("more than {} lines, too many for its size; is it a vocabulary?", tokens.size()), file);
    tokens.push_back(without_space_behind(content.substr(begin, end - begin)));
    begin = end + 1;
  }
  if (!unicode::is_valid(content))
    throw Error(ErrorCode::malformed, "is not UTF-8; get the file again, or save it as UTF-8", file);
  return tokens;
}

void add_steps(const ModelConfig& config, TokenizerSpec& spec) {
  using unicode::NormalStep;
  NormalStep normalizer;
  normalizer.kind = NormalStep::Kind::bert;
  const bool lowercase = config.lowercase.value_or(true);
  normalizer.options = NormalStep::bert_clean_text;
  if (lowercase) normalizer.options |= NormalStep::bert_lowercase;
  if (config.strip_accents.value_or(lowercase)) normalizer.options |= NormalStep::bert_strip_accents;
  if (config.split_chinese.value_or(true)) normalizer.options |= NormalStep::bert_split_chinese;
  spec.normalizers.push_back(std::move(normalizer));
  SplitStep split;
  split.kind = SplitStep::Kind::bert;
  spec.splits.push_back(std::move(split));
  DecodeStep decode;
  decode.kind = DecodeStep::Kind::wordpiece;
  decode.pattern = "##";
  decode.cleanup = true;
  spec.decoders.push_back(std::move(decode));
}

// [CLS] A [SEP], and [CLS] A [SEP] B [SEP] where the second text has the type 1.
void add_template(TokenId cls, TokenId sep, TokenizerSpec& spec) {
  using Kind = TemplatePart::Kind;
  spec.single = {{Kind::token, cls, 0}, {Kind::first, kNoToken, 0}, {Kind::token, sep, 0}};
  spec.pair = spec.single;
  spec.pair.push_back({Kind::second, kNoToken, 1});
  spec.pair.push_back({Kind::token, sep, 1});
}

}  // namespace

TokenizerSpec read_vocab_txt(const std::string& file, std::string_view content, const ModelConfig& config) {
  const std::vector<std::string_view> tokens = read_lines(file, content);
  TokenizerSpec spec;
  spec.name = std::filesystem::path(file).filename().string();
  spec.format = "vocab.txt";
  spec.reference = Reference::hugging_face;
  spec.model = ModelKind::wordpiece;
  spec.characters = true;
  spec.subword_prefix = "##";
  config.expect_class({"", "BertTokenizer", "BertTokenizerFast", "DistilBertTokenizer",
                       "DistilBertTokenizerFast", "ElectraTokenizer", "ElectraTokenizerFast"});
  add_steps(config, spec);
  const NameTable names = add_word_entries(tokens, spec);
  const auto role = [&](std::string_view name, std::string_view usual) {
    const std::string content = config.role(name).value_or(std::string(usual));
    const TokenId id = names.find(content);
    if (id == kNoToken) return id;
    spec.added_tokens.push_back({.id = id, .content = content, .special = true, .control = true});
    spec.roles.emplace_back(name, id);
    return id;
  };
  spec.unknown = role("unk_token", "[UNK]");
  if (spec.unknown == kNoToken) {
    throw Error(
        ErrorCode::malformed,
        "has no line [UNK], the token of words that are not in it; is this the vocab.txt of a BERT model?",
        file);
  }
  const TokenId sep = role("sep_token", "[SEP]"), cls = role("cls_token", "[CLS]");
  role("pad_token", "[PAD]");
  role("mask_token", "[MASK]");
  if (sep != kNoToken && cls != kNoToken) add_template(cls, sep, spec);
  std::ranges::sort(spec.added_tokens, {}, &AddedToken::id);
  return spec;
}

}  // namespace polyglyph::vocab
