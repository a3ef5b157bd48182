// The section "pre_tokenizer" of a tokenizer.json: its steps in order, nested sequences flattened.
//
// ByteLevel turns text into the byte alphabet, so that steps after it would see other characters than those
// before. It must come last; the engine then never needs the alphabet, and names become bytes while they
// are read.
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "vocab/formats/tokenizer_json.h"

namespace polyglyph::vocab {
namespace {

// What ByteLevel splits by when use_regex is set: the pattern of GPT-2.
constexpr const char* kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

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
  if (step.pattern.empty()) text.unsupported("an empty pattern, which matches everywhere");
  step.behavior = read_behavior(component.at("behavior"));
  step.invert = component.at("invert").boolean();
  return step;
}

}  // namespace

void read_pre_tokenizer(const Field& root, TokenizerSpec& spec) {
  constexpr const char* need_byte_level =
      "without ByteLevel, the vocabulary is not byte-level, which is the only family that is supported yet";
  const auto pre_tokenizer = root.find("pre_tokenizer");
  if (!pre_tokenizer) absent_component(root, "pre_tokenizer", need_byte_level);

  bool byte_level_seen = false;
  for_each_leaf(*pre_tokenizer, "pretokenizers", [&](const Field& component) {
    if (byte_level_seen) component.unsupported("a step after ByteLevel; only steps before it are supported");
    const std::string_view type = component.at("type").string();
    if (type == "Split") {
      spec.splits.push_back(read_split(component));
    } else if (type == "Digits") {
      component.expect_members({"type", "individual_digits"});
      SplitStep step;
      step.kind = SplitStep::Kind::digits;
      step.individual = component.at("individual_digits").boolean();
      spec.splits.push_back(std::move(step));
    } else if (type == "ByteLevel") {
      byte_level_seen = true;
      const ByteLevel byte_level = read_byte_level(component);
      if (byte_level.add_prefix_space)
        spec.splits.push_back({.kind = SplitStep::Kind::byte_level_prefix, .pattern = {}});
      if (byte_level.use_regex)
        spec.splits.push_back({.kind = SplitStep::Kind::regex, .pattern = kGpt2Pattern});
    } else {
      unsupported_type(component, "Split, Digits, ByteLevel, Sequence");
    }
  });
  if (!byte_level_seen) pre_tokenizer->unsupported(need_byte_level);
}

}  // namespace polyglyph::vocab
