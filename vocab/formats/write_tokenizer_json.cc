// The reverse of tokenizer_json*.cc, section by section, in the spelling of Hugging Face tokenizers 0.23.3.
// The spec is the meaning of a file rather than its text: what several spellings mean is written in one of
// them. BertProcessing comes out as the TemplateProcessing that does the same, GPT-2's pattern before the
// byte alphabet as a ByteLevel that splits.
#include "vocab/formats/write_tokenizer_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

#include "json/decimal.h"
#include "json/json.h"
#include "json/writer.h"
#include "polyglyph/error.h"
#include "unicode/byte_alphabet.h"
#include "unicode/utf8.h"
#include "vocab/control_tokens.h"
#include "vocab/formats/base64.h"
#include "vocab/formats/tokenizer_json.h"

namespace polyglyph::vocab {
namespace {

using json::Writer;
using unicode::NormalStep;

[[noreturn]] void lost(const TokenizerSpec& spec, const std::string& what) {
  throw Error(ErrorCode::unsupported,
              fmt::format("cannot be written as a tokenizer.json: {}; save an image (.pgv) instead", what),
              spec.name);
}

void write_pattern(Writer& json, const char* kind, std::string_view pattern) {
  json.key("pattern").begin_object();
  json.key(kind).string(pattern);
  json.end_object();
}

// null, the one component, or a Sequence of them under the name `list`.
template <class Steps, class Write>
void write_steps(Writer& json, const Steps& steps, const char* list, const Write& write) {
  if (steps.size() == 1) return write(steps.front());
  json.begin_object();
  json.key("type").string("Sequence");
  json.key(list).begin_array();
  for (const auto& step : steps) write(step);
  json.end_array();
  json.end_object();
}

// An object with a type; `fields` writes the rest.
template <class Fields>
void component(Writer& json, const char* type, const Fields& fields) {
  json.begin_object();
  json.key("type").string(type);
  fields();
  json.end_object();
}
void component(Writer& json, const char* type) {
  component(json, type, [] {});
}

void write_byte_level(Writer& json, bool add_prefix_space, bool trim_offsets, bool use_regex) {
  component(json, "ByteLevel", [&] {
    json.key("add_prefix_space").boolean(add_prefix_space);
    json.key("trim_offsets").boolean(trim_offsets);
    json.key("use_regex").boolean(use_regex);
  });
}

// ---------------------------------------------------------------- normalizer

void write_normal_step(Writer& json, const NormalStep& step, const TokenizerSpec& spec) {
  using Kind = NormalStep::Kind;
  switch (step.kind) {
    case Kind::nfc:
      return component(json, "NFC");
    case Kind::nfd:
      return component(json, "NFD");
    case Kind::nfkc:
      return component(json, "NFKC");
    case Kind::nfkd:
      return component(json, "NFKD");
    case Kind::lowercase:
      return component(json, "Lowercase");
    case Kind::strip_accents:
      return component(json, "StripAccents");
    case Kind::nmt:
      return component(json, "Nmt");
    case Kind::byte_alphabet:
      return component(json, "ByteLevel");
    case Kind::strip:
      return component(json, "Strip", [&] {
        json.key("strip_left").boolean(step.has(NormalStep::strip_left));
        json.key("strip_right").boolean(step.has(NormalStep::strip_right));
      });
    case Kind::replace_text:
    case Kind::replace_regex:
      return component(json, "Replace", [&] {
        write_pattern(json, step.kind == Kind::replace_text ? "String" : "Regex", step.pattern);
        json.key("content").string(step.text);
      });
    case Kind::prepend:
      return component(json, "Prepend", [&] { json.key("prepend").string(step.text); });
    case Kind::precompiled:
      return component(json, "Precompiled",
                       [&] { json.key("precompiled_charsmap").string(to_base64(step.charsmap)); });
    case Kind::bert:
      return component(json, "BertNormalizer", [&] {
        json.key("clean_text").boolean(step.has(NormalStep::bert_clean_text));
        json.key("handle_chinese_chars").boolean(step.has(NormalStep::bert_split_chinese));
        json.key("strip_accents").boolean(step.has(NormalStep::bert_strip_accents));
        json.key("lowercase").boolean(step.has(NormalStep::bert_lowercase));
      });
    case Kind::sentencepiece:
    case Kind::llama_cpp:
      break;
  }
  lost(spec, "its normalizer is another library's own");
}

void write_normalizer(Writer& json, const TokenizerSpec& spec) {
  json.key("normalizer");
  if (spec.normalizers.empty()) return json.null();
  write_steps(json, spec.normalizers, "normalizers",
              [&](const NormalStep& step) { write_normal_step(json, step, spec); });
}

// ---------------------------------------------------------------- pre_tokenizer

const char* name_of(SplitBehavior behavior) {
  constexpr const char* names[] = {"Removed", "Isolated", "MergedWithPrevious", "MergedWithNext",
                                   "Contiguous"};
  return names[static_cast<std::size_t>(behavior)];
}

const char* name_of(PrependScheme scheme) {
  constexpr const char* names[] = {"always", "never", "first"};
  return names[static_cast<std::size_t>(scheme)];
}

void write_split_step(Writer& json, const SplitStep& step) {
  using Kind = SplitStep::Kind;
  switch (step.kind) {
    case Kind::regex:
    case Kind::literal:
      return component(json, "Split", [&] {
        write_pattern(json, step.kind == Kind::regex ? "Regex" : "String", step.pattern);
        json.key("behavior").string(name_of(step.behavior));
        json.key("invert").boolean(step.invert);
      });
    case Kind::digits:
      return component(json, "Digits", [&] { json.key("individual_digits").boolean(step.individual); });
    case Kind::byte_level_prefix:  // `split` where GPT-2's pattern comes after it
      return write_byte_level(json, true, true, step.split);
    case Kind::byte_alphabet:
      return write_byte_level(json, false, true, step.split);
    case Kind::bert:
      return component(json, "BertPreTokenizer");
    case Kind::metaspace:
      return component(json, "Metaspace", [&] {
        json.key("replacement").string(step.pattern);
        json.key("prepend_scheme").string(name_of(step.prepend));
        json.key("split").boolean(step.split);
      });
    case Kind::whitespace:
      return component(json, "Whitespace");
    case Kind::whitespace_split:
      return component(json, "WhitespaceSplit");
    case Kind::punctuation:
      return component(json, "Punctuation", [&] { json.key("behavior").string(name_of(step.behavior)); });
    case Kind::char_delimiter:
      return component(json, "CharDelimiterSplit", [&] { json.key("delimiter").string(step.pattern); });
    case Kind::unicode_scripts:
      return component(json, "UnicodeScripts");
    case Kind::fixed_length:
      return component(json, "FixedLength", [&] { json.key("length").number(step.length); });
    case Kind::prefix:  // only behind a normalizer of llama.cpp's own, which cannot be written either
      break;
  }
}

// The steps that a ByteLevel was read as are one again.
std::vector<SplitStep> joined_byte_levels(std::vector<SplitStep> steps) {
  using Kind = SplitStep::Kind;
  std::vector<SplitStep> joined;
  const auto is_gpt2 = [](const SplitStep& step) {
    return step.kind == Kind::regex && step.pattern == kGpt2Pattern &&
           step.behavior == SplitBehavior::isolated && !step.invert;
  };
  for (SplitStep& step : steps) {
    if (step.kind == Kind::byte_alphabet && !joined.empty()) {
      step.split = is_gpt2(joined.back());
      if (step.split) joined.pop_back();
      if (!joined.empty() && joined.back().kind == Kind::byte_level_prefix) {
        joined.back().split = step.split;
        continue;
      }
    }
    joined.push_back(std::move(step));
  }
  return joined;
}

void write_pre_tokenizer(Writer& json, const TokenizerSpec& spec) {
  std::vector<SplitStep> steps = spec.splits;
  if (spec.names_use_byte_alphabet) steps.push_back({.kind = SplitStep::Kind::byte_alphabet, .pattern = {}});
  steps = joined_byte_levels(std::move(steps));
  json.key("pre_tokenizer");
  if (steps.empty()) return json.null();
  write_steps(json, steps, "pretokenizers", [&](const SplitStep& step) { write_split_step(json, step); });
}

// ---------------------------------------------------------------- decoder

void write_decode_step(Writer& json, const DecodeStep& step, const TokenizerSpec& spec) {
  using Kind = DecodeStep::Kind;
  switch (step.kind) {
    case Kind::byte_level:
      return write_byte_level(json, true, true, true);
    case Kind::byte_fallback:
      return component(json, "ByteFallback");
    case Kind::fuse:
      return component(json, "Fuse");
    case Kind::strip:
      return component(json, "Strip", [&] {
        json.key("content").string(step.pattern);
        json.key("start").number(step.start);
        json.key("stop").number(step.stop);
      });
    case Kind::replace_text:
    case Kind::replace_regex:
      return component(json, "Replace", [&] {
        write_pattern(json, step.kind == Kind::replace_text ? "String" : "Regex", step.pattern);
        json.key("content").string(step.text);
      });
    case Kind::metaspace:
      return component(json, "Metaspace", [&] {
        json.key("replacement").string(step.pattern);
        json.key("prepend_scheme").string(name_of(step.prepend));
        json.key("split").boolean(true);
      });
    case Kind::wordpiece:
      return component(json, "WordPiece", [&] {
        json.key("prefix").string(step.pattern);
        json.key("cleanup").boolean(step.cleanup);
      });
    case Kind::bpe:
      return component(json, "BPEDecoder", [&] { json.key("suffix").string(step.pattern); });
    case Kind::ctc:
      return component(json, "CTC", [&] {
        json.key("pad_token").string(step.pattern);
        json.key("word_delimiter_token").string(step.text);
        json.key("cleanup").boolean(step.cleanup);
      });
    case Kind::sentencepiece:
    case Kind::join_spaces:
      break;
  }
  lost(spec, "its decoder is another library's own");
}

void write_decoder(Writer& json, const TokenizerSpec& spec) {
  json.key("decoder");
  if (spec.decoders.size() == 1 && spec.decoders[0].kind == DecodeStep::Kind::join_spaces) return json.null();
  write_steps(json, spec.decoders, "decoders",
              [&](const DecodeStep& step) { write_decode_step(json, step, spec); });
}

// ---------------------------------------------------------------- names, model and added tokens

// The tokens' names as a file spells them.
class Names {
 public:
  explicit Names(const TokenizerSpec& spec) : spec_(spec) {}

  std::string of(TokenId id) const {
    const auto added = std::ranges::lower_bound(spec_.added_tokens, id, {}, &AddedToken::id);
    if (added != spec_.added_tokens.end() && added->id == id) return added->content;
    if (id >= spec_.entries.size()) lost(spec_, fmt::format("it names the id {}, which no token has", id));
    const Entry& entry = spec_.entries[id];
    if (spec_.names_use_byte_alphabet && entry.kind != Entry::Kind::literal)
      return unicode::name_from_bytes(entry.bytes);
    if (!unicode::is_valid(entry.bytes)) lost(spec_, fmt::format("entry {} is not UTF-8", id));
    return std::string(entry.bytes);
  }

 private:
  const TokenizerSpec& spec_;
};

// A decimal that is read as this very number: the shortest one, or with more digits than a double has, one
// near it. The reader takes the digits for an integer, rounds that to a double, and scales and rounds again,
// so integers are tried a rounding apart.
std::string decimal_of(double score, const TokenizerSpec& spec) {
  const std::string shortest = fmt::format("{}", score);
  if (json::read_decimal(shortest) == score)
    return shortest.find_first_of(".e") == shortest.npos ? shortest + ".0" : shortest;
  for (int digits = 17; digits <= 19; ++digits) {
    std::string text = fmt::format("{:.{}e}", std::abs(score), digits - 1);
    const std::size_t exponent = text.find('e');
    text.erase(1, 1);  // the point
    const std::uint64_t nearest = std::stoull(text.substr(0, exponent - 1));
    const int unused = std::max(0, static_cast<int>(std::bit_width(nearest)) - 53);
    for (int away = -8; away <= 8; ++away) {
      const std::uint64_t step = std::uint64_t{1} << unused;
      const std::string number = std::to_string(nearest + step * static_cast<std::uint64_t>(away));
      const std::string near = fmt::format("{}{}.{}{}", score < 0 ? "-" : "", number[0], number.substr(1),
                                           text.substr(exponent - 1));
      if (json::read_decimal(near) == score) return near;
    }
  }
  lost(spec, fmt::format("the score {} has no decimal that Hugging Face tokenizers reads as it", score));
}

void write_vocab(Writer& json, const TokenizerSpec& spec, const Names& names) {
  json.key("vocab").begin_object();
  for (TokenId id = 0; id < spec.entries.size(); ++id) {
    if (spec.entries[id].kind == Entry::Kind::absent) continue;
    json.key(names.of(id)).number(id);
  }
  json.end_object();
}

void write_unknown(Writer& json, const TokenizerSpec& spec, const Names& names) {
  json.key("unk_token");
  spec.unknown == kNoToken ? json.null() : json.string(names.of(spec.unknown));
}

void write_bpe(Writer& json, const TokenizerSpec& spec, const Names& names) {
  if (spec.merges_by_rank) lost(spec, "whatever joins to an entry merges, and not listed pairs alone");
  const auto affix = [&](const char* key, const std::string& text) {
    json.key(key);
    text.empty() ? json.null() : json.string(text);
  };
  json.key("dropout").null();
  write_unknown(json, spec, names);
  affix("continuing_subword_prefix", spec.subword_prefix);
  affix("end_of_word_suffix", spec.word_suffix);
  json.key("fuse_unk").boolean(spec.fuse_unknown);
  json.key("byte_fallback").boolean(!spec.byte_tokens.empty());
  json.key("ignore_merges").boolean(spec.ignore_merges);
  write_vocab(json, spec, names);
  json.key("merges").begin_array();
  for (const Merge& merge : spec.merges) {
    json.begin_array(true);
    json.string(names.of(merge.left));
    json.string(names.of(merge.right));
    json.end_array();
  }
  json.end_array();
}

void write_unigram(Writer& json, const TokenizerSpec& spec, const Names& names) {
  json.key("unk_id");
  spec.unknown == kNoToken ? json.null() : json.number(spec.unknown);
  json.key("vocab").begin_array();
  for (TokenId id = 0; id < spec.entries.size(); ++id) {
    if (spec.entries[id].kind == Entry::Kind::absent)
      lost(spec, fmt::format("nothing has the id {}, and a Unigram's ids are places in a list", id));
    json.begin_array(true);
    json.string(names.of(id));
    json.literal(decimal_of(spec.scores[id], spec));
    json.end_array();
  }
  json.end_array();
  json.key("byte_fallback").boolean(!spec.byte_tokens.empty());
}

void write_model(Writer& json, const TokenizerSpec& spec, const Names& names) {
  constexpr const char* types[] = {"BPE", "Unigram", "WordPiece", "WordLevel"};
  const bool odd = std::ranges::any_of(spec.entries, [](const Entry& entry) {
    return entry.kind == Entry::Kind::user_defined || entry.kind == Entry::Kind::unused;
  });
  if (odd) lost(spec, "it has user-defined or unused pieces of SentencePiece");
  json.key("model");
  component(json, types[static_cast<std::size_t>(spec.model)], [&] {
    if (spec.model == ModelKind::bpe) return write_bpe(json, spec, names);
    if (spec.model == ModelKind::unigram) return write_unigram(json, spec, names);
    write_unknown(json, spec, names);
    if (spec.model == ModelKind::wordpiece) {
      json.key("continuing_subword_prefix").string(spec.subword_prefix);
      json.key("max_input_chars_per_word").number(spec.max_word_characters);
    }
    write_vocab(json, spec, names);
  });
}

// A special token that normalizing spells differently is never skipped in decoding, and so is not special in
// a spec that comes from an image: that it was shows in its being a control token.
bool skipping_was_lost(const AddedToken& token) {
  return token.control && token.normalized && !is_control_token(token);
}

void write_added_tokens(Writer& json, const TokenizerSpec& spec) {
  json.key("added_tokens").begin_array();
  for (const AddedToken& token : spec.added_tokens) {
    json.begin_object();
    json.key("id").number(token.id);
    json.key("content").string(token.content);
    json.key("single_word").boolean(token.single_word);
    json.key("lstrip").boolean(token.lstrip);
    json.key("rstrip").boolean(token.rstrip);
    json.key("normalized").boolean(token.normalized);
    json.key("special").boolean(token.special || skipping_was_lost(token));
    json.end_object();
  }
  json.end_array();
}

// ---------------------------------------------------------------- post_processor and settings

class TemplateWriter {
 public:
  TemplateWriter(Writer& json, const TokenizerSpec& spec, const Names& names)
      : json_(json), spec_(spec), names_(names) {}

  void write() {
    component(json_, "TemplateProcessing", [&] {
      write_parts("single", spec_.single);
      write_parts("pair", spec_.pair);
      json_.key("special_tokens").begin_object();
      for (const auto& [name, id] : tokens_) {
        json_.key(name).begin_object();
        json_.key("id").string(name);
        json_.key("ids").begin_array(true);
        json_.number(id);
        json_.end_array();
        json_.key("tokens").begin_array(true);
        json_.string(name);
        json_.end_array();
        json_.end_object();
      }
      json_.end_object();
    });
  }

 private:
  // Two tokens can have one name; the key must be of one.
  std::string key_of(TokenId id) {
    std::string name = names_.of(id);
    while (!tokens_.try_emplace(name, id).second && tokens_.at(name) != id) name += fmt::format(" {}", id);
    return name;
  }

  void write_parts(const char* key, const std::vector<TemplatePart>& parts) {
    json_.key(key).begin_array();
    for (const TemplatePart& part : parts) {
      const bool token = part.kind == TemplatePart::Kind::token;
      json_.begin_object();
      json_.key(token ? "SpecialToken" : "Sequence").begin_object();
      json_.key("id").string(token ? key_of(part.id) : part.kind == TemplatePart::Kind::first ? "A" : "B");
      json_.key("type_id").number(part.type);
      json_.end_object();
      json_.end_object();
    }
    json_.end_array();
  }

  Writer& json_;
  const TokenizerSpec& spec_;
  const Names& names_;
  std::map<std::string, TokenId> tokens_;
};

void write_post_processor(Writer& json, const TokenizerSpec& spec, const Names& names) {
  const auto trim = [&] { write_byte_level(json, spec.trim_keeps_prefix_space, true, true); };
  json.key("post_processor");
  if (!spec.trim_offsets && spec.single.empty()) return json.null();
  if (spec.single.empty()) return trim();
  if (!spec.trim_offsets) return TemplateWriter(json, spec, names).write();
  component(json, "Sequence", [&] {
    json.key("processors").begin_array();
    trim();
    TemplateWriter(json, spec, names).write();
    json.end_array();
  });
}

void write_settings(Writer& json, const TokenizerSpec& spec) {
  const auto direction = [&](Side side) {
    json.key("direction").string(side == Side::left ? "Left" : "Right");
  };
  json.key("truncation");
  if (const auto& truncation = spec.truncation) {
    constexpr const char* strategies[] = {"LongestFirst", "OnlyFirst", "OnlySecond"};
    json.begin_object();
    direction(truncation->side);
    json.key("max_length").number(truncation->max_length);
    json.key("strategy").string(strategies[static_cast<std::size_t>(truncation->strategy)]);
    json.key("stride").number(truncation->stride);
    json.end_object();
  } else {
    json.null();
  }
  json.key("padding");
  if (const auto& padding = spec.padding) {
    json.begin_object();
    json.key("strategy");
    if (padding->length) {
      json.begin_object();
      json.key("Fixed").number(*padding->length);
      json.end_object();
    } else {
      json.string("BatchLongest");
    }
    direction(padding->side);
    json.key("pad_to_multiple_of");
    padding->multiple_of == 0 ? json.null() : json.number(padding->multiple_of);
    json.key("pad_id").number(padding->id);
    json.key("pad_type_id").number(padding->type);
    json.key("pad_token").string(padding->token);
    json.end_object();
  } else {
    json.null();
  }
}

}  // namespace

std::string write_tokenizer_json(const TokenizerSpec& spec) {
  if (spec.reference != Reference::hugging_face)
    lost(spec, "its ids are those of another library, which breaks ties or splits text in its own way");
  const Names names(spec);
  Writer json;
  json.begin_object();
  json.key("version").string("1.0");
  write_settings(json, spec);
  write_added_tokens(json, spec);
  write_normalizer(json, spec);
  write_pre_tokenizer(json, spec);
  write_post_processor(json, spec, names);
  write_decoder(json, spec);
  write_model(json, spec, names);
  json.end_object();
  return json.take();
}

}  // namespace polyglyph::vocab
