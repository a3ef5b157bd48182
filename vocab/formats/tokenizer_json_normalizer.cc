// The section "normalizer" of a tokenizer.json: its steps in order, nested sequences flattened.
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "vocab/formats/base64.h"
#include "vocab/formats/tokenizer_json.h"

namespace polyglyph::vocab {
namespace {

using unicode::NormalStep;
using Kind = NormalStep::Kind;

constexpr std::string_view kSupported =
    "NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip, Nmt, Replace, Prepend, BertNormalizer, ByteLevel, "
    "Precompiled, Sequence";

void set(NormalStep& step, NormalStep::Option option, bool value) {
  if (value) step.options |= option;
}

NormalStep read_replace(const Field& component) {
  component.expect_members({"type", "pattern", "content"});
  NormalStep step;
  const Field pattern = component.at("pattern");
  if (const auto text = pattern.find("String")) {
    step.kind = Kind::replace_text;
    step.pattern = text->string();
    if (step.pattern.empty())
      text->unsupported("an empty pattern, which would match between any two characters");
  } else {
    step.kind = Kind::replace_regex;
    step.pattern = pattern.at("Regex").string();
  }
  step.text = component.at("content").string();
  return step;
}

NormalStep read_bert(const Field& component) {
  component.expect_members({"type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase"});
  NormalStep step;
  step.kind = Kind::bert;
  const bool lowercase = component.at("lowercase").boolean();
  const auto strip_accents = component.find("strip_accents");
  set(step, NormalStep::bert_clean_text, component.at("clean_text").boolean());
  set(step, NormalStep::bert_split_chinese, component.at("handle_chinese_chars").boolean());
  set(step, NormalStep::bert_strip_accents, strip_accents ? strip_accents->boolean() : lowercase);
  set(step, NormalStep::bert_lowercase, lowercase);
  return step;
}

NormalStep read_strip(const Field& component) {
  component.expect_members({"type", "strip_left", "strip_right"});
  NormalStep step;
  step.kind = Kind::strip;
  set(step, NormalStep::strip_left, component.at("strip_left").boolean());
  set(step, NormalStep::strip_right, component.at("strip_right").boolean());
  return step;
}

NormalStep read_prepend(const Field& component) {
  component.expect_members({"type", "prepend"});
  NormalStep step;
  step.kind = Kind::prepend;
  step.text = component.at("prepend").string();
  return step;
}

NormalStep read_precompiled(const Field& component) {
  component.expect_members({"type", "precompiled_charsmap"});
  NormalStep step;
  step.kind = Kind::precompiled;
  const Field charsmap = component.at("precompiled_charsmap");
  if (!append_base64(charsmap.string(), step.charsmap) || step.charsmap.empty())
    charsmap.malformed("must be a charsmap in base64");
  return step;
}

// Steps that have nothing but their name.
NormalStep read_plain(const Field& component) {
  constexpr std::pair<std::string_view, Kind> kinds[] = {{"NFC", Kind::nfc},
                                                         {"NFD", Kind::nfd},
                                                         {"NFKC", Kind::nfkc},
                                                         {"NFKD", Kind::nfkd},
                                                         {"Nmt", Kind::nmt},
                                                         {"Lowercase", Kind::lowercase},
                                                         {"StripAccents", Kind::strip_accents},
                                                         {"ByteLevel", Kind::byte_alphabet}};
  const std::string_view type = component.at("type").string();
  for (const auto& [name, kind] : kinds) {
    if (type != name) continue;
    component.expect_members({"type"});
    NormalStep step;
    step.kind = kind;
    return step;
  }
  unsupported_type(component, kSupported);
}

}  // namespace

void read_normalizer(const Field& root, TokenizerSpec& spec) {
  const auto normalizer = root.find("normalizer");
  if (!normalizer) return;
  constexpr std::pair<std::string_view, NormalStep (*)(const Field&)> readers[] = {
      {"Replace", read_replace},
      {"BertNormalizer", read_bert},
      {"Strip", read_strip},
      {"Prepend", read_prepend},
      {"Precompiled", read_precompiled}};
  for_each_leaf(*normalizer, "normalizers", [&](const Field& component) {
    const std::string_view type = component.at("type").string();
    for (const auto& [name, read] : readers) {
      if (type == name) return spec.normalizers.push_back(read(component));
    }
    spec.normalizers.push_back(read_plain(component));
  });
}

}  // namespace polyglyph::vocab
