// The section "pre_tokenizer" of a tokenizer.json: its steps in order, nested sequences flattened.
//
// ByteLevel spells text in the byte alphabet, so that steps after it see other characters than those before;
// it is three steps here, the last of which does the spelling. Where that comes last of all and the model is
// a BPE, tokenizer_json_bpe.cc takes it away again: names then become bytes while they are read.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unicode/utf8.h"
#include "vocab/formats/tokenizer_json.h"

namespace polyglyph::vocab {
namespace {

SplitBehavior read_behavior(const Field& behavior) {
  constexpr std::pair<std::string_view, SplitBehavior> names[] = {
      {"Removed", SplitBehavior::removed},
      {"Isolated", SplitBehavior::isolated},
      {"MergedWithPrevious", SplitBehavior::merged_with_previous},
      {"MergedWithNext", SplitBehavior::merged_with_next},
      {"Contiguous", SplitBehavior::contiguous},
  };
  for (const auto& [name, value] : names) {
    if (behavior.string() == name) return value;
  }
  behavior.malformed(
      fmt::format("{} is none of Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous",
                  excerpt(behavior.string())));
}

SplitStep read_split(const Field& component) {
  component.expect_members({"type", "pattern", "behavior", "invert"});
  const Field pattern = component.at("pattern");
  pattern.expect_members({"Regex", "String"});
  if (pattern.value().size() != 1) pattern.malformed(R"(must be {"Regex": ...} or {"String": ...})");
  const bool is_regex = pattern.find("Regex").has_value();
  const Field text = pattern.at(is_regex ? "Regex" : "String");

  SplitStep step;
  step.kind = is_regex ? SplitStep::Kind::regex : SplitStep::Kind::literal;
  step.pattern = text.string();
  step.behavior = read_behavior(component.at("behavior"));
  step.invert = component.at("invert").boolean();
  return step;
}

// A field that must be a single character.
std::string read_character(const Field& field) {
  const std::string_view text = field.string();
  if (unicode::count_characters(text) != 1) {
    field.malformed(fmt::format("must be a single character, but is {}", excerpt(text)));
  }
  return std::string(text);
}

// Older files say add_prefix_space in place of prepend_scheme, and str_rep, which means nothing any more.
SplitStep read_metaspace(const Field& component) {
  component.expect_members({"type", "replacement", "add_prefix_space", "prepend_scheme", "split", "str_rep"});
  SplitStep step;
  step.kind = SplitStep::Kind::metaspace;
  step.pattern = read_character(component.at("replacement"));
  const auto split = component.find("split");
  step.split = !split || split->boolean();
  step.prepend = PrependScheme::always;
  if (const auto scheme = component.find("prepend_scheme")) {
    constexpr std::pair<std::string_view, PrependScheme> names[] = {
        {"always", PrependScheme::always}, {"never", PrependScheme::never}, {"first", PrependScheme::first}};
    const auto known =
        std::ranges::find(names, scheme->string(), &std::pair<std::string_view, PrependScheme>::first);
    if (known == std::end(names)) {
      scheme->malformed(fmt::format("{} is none of always, never, first", excerpt(scheme->string())));
    }
    step.prepend = known->second;
  }
  const auto legacy = component.find("add_prefix_space");
  if (legacy && !legacy->boolean() && step.prepend != PrependScheme::never) {
    legacy->malformed(R"(false needs "prepend_scheme": "never" beside it)");
  }
  return step;
}

SplitStep read_digits(const Field& component) {
  component.expect_members({"type", "individual_digits"});
  SplitStep step;
  step.kind = SplitStep::Kind::digits;
  step.individual = component.at("individual_digits").boolean();
  return step;
}

SplitStep read_punctuation(const Field& component) {
  component.expect_members({"type", "behavior"});
  SplitStep step;
  step.kind = SplitStep::Kind::punctuation;
  if (const auto behavior = component.find("behavior")) step.behavior = read_behavior(*behavior);
  return step;
}

SplitStep read_char_delimiter(const Field& component) {
  component.expect_members({"type", "delimiter"});
  SplitStep step;
  step.kind = SplitStep::Kind::char_delimiter;
  step.pattern = read_character(component.at("delimiter"));
  return step;
}

SplitStep read_fixed_length(const Field& component) {
  component.expect_members({"type", "length"});
  SplitStep step;
  step.kind = SplitStep::Kind::fixed_length;
  step.length = 5;
  if (const auto length = component.find("length")) {
    // No piece has more characters than fit.
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    step.length = static_cast<std::uint32_t>(std::min(length->unsigned_integer(), kMost));
    if (step.length == 0) length->malformed("must be at least 1");
  }
  return step;
}

void add_byte_level(const Field& component, std::vector<SplitStep>& steps) {
  const ByteLevel byte_level = read_byte_level(component);
  if (byte_level.add_prefix_space)
    steps.push_back({.kind = SplitStep::Kind::byte_level_prefix, .pattern = {}});
  if (byte_level.use_regex)
    steps.push_back({.kind = SplitStep::Kind::regex, .pattern = std::string(kGpt2Pattern)});
  steps.push_back({.kind = SplitStep::Kind::byte_alphabet, .pattern = {}});
}

SplitStep read_plain(const Field& component, SplitStep::Kind kind) {
  component.expect_members({"type"});
  return {.kind = kind, .pattern = {}};
}

void read_leaf(const Field& component, std::vector<SplitStep>& steps) {
  const std::string_view type = component.at("type").string();
  if (type == "ByteLevel") return add_byte_level(component, steps);
  constexpr std::pair<std::string_view, SplitStep (*)(const Field&)> readers[] = {
      {"Split", read_split},
      {"Digits", read_digits},
      {"Metaspace", read_metaspace},
      {"Punctuation", read_punctuation},
      {"CharDelimiterSplit", read_char_delimiter},
      {"FixedLength", read_fixed_length},
  };
  for (const auto& [name, read] : readers) {
    if (type == name) return steps.push_back(read(component));
  }
  constexpr std::pair<std::string_view, SplitStep::Kind> plain[] = {
      {"BertPreTokenizer", SplitStep::Kind::bert},
      {"Whitespace", SplitStep::Kind::whitespace},
      {"WhitespaceSplit", SplitStep::Kind::whitespace_split},
      {"UnicodeScripts", SplitStep::Kind::unicode_scripts},
  };
  for (const auto& [name, kind] : plain) {
    if (type == name) return steps.push_back(read_plain(component, kind));
  }
  unsupported_type(
      component,
      "BertPreTokenizer, ByteLevel, CharDelimiterSplit, Digits, FixedLength, Metaspace, Punctuation, "
      "Sequence, Split, UnicodeScripts, Whitespace, WhitespaceSplit");
}

}  // namespace

void read_pre_tokenizer(const Field& root, TokenizerSpec& spec) {
  const auto pre_tokenizer = root.find("pre_tokenizer");
  if (!pre_tokenizer) return;  // a section is one piece
  for_each_leaf(*pre_tokenizer, "pretokenizers",
                [&](const Field& component) { read_leaf(component, spec.splits); });
}

}  // namespace polyglyph::vocab
