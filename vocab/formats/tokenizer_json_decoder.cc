// The section "decoder" of a tokenizer.json: its steps in order, nested sequences flattened. Without one, the
// reference joins the tokens' names by spaces.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "unicode/utf8.h"
#include "vocab/formats/tokenizer_json.h"

namespace polyglyph::vocab {
namespace {

std::string read_character(const Field& field) {
  const std::string_view text = field.string();
  if (unicode::count_characters(text) != 1)
    field.malformed(fmt::format("must be one character, but is {}", excerpt(text)));
  return std::string(text);
}

std::uint32_t read_count(const Field& field) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(field.unsigned_integer(), std::numeric_limits<std::uint32_t>::max()));
}

DecodeStep read_replace(const Field& component) {
  component.expect_members({"type", "pattern", "content"});
  const Field pattern = component.at("pattern");
  pattern.expect_members({"Regex", "String"});
  if (pattern.value().size() != 1) pattern.malformed(R"(must be {"Regex": ...} or {"String": ...})");
  const bool is_regex = pattern.find("Regex").has_value();
  DecodeStep step;
  step.kind = is_regex ? DecodeStep::Kind::replace_regex : DecodeStep::Kind::replace_text;
  const Field text = pattern.at(is_regex ? "Regex" : "String");
  step.pattern = text.string();
  if (is_regex && step.pattern.empty()) text.unsupported("an empty pattern, which matches everywhere");
  step.text = component.at("content").string();
  return step;
}

DecodeStep read_metaspace(const Field& component) {
  component.expect_members({"type", "replacement", "add_prefix_space", "prepend_scheme", "split", "str_rep"});
  DecodeStep step;
  step.kind = DecodeStep::Kind::metaspace;
  step.pattern = read_character(component.at("replacement"));
  if (const auto scheme = component.find("prepend_scheme")) {
    if (scheme->string() == "never") {
      step.prepend = PrependScheme::never;
    } else if (scheme->string() == "first") {
      step.prepend = PrependScheme::first;
    } else if (scheme->string() != "always") {
      scheme->malformed(fmt::format("{} is none of always, first, never", excerpt(scheme->string())));
    }
  }
  const auto prefix = component.find("add_prefix_space");
  if (prefix && !prefix->boolean() && step.prepend != PrependScheme::never)
    prefix->malformed(R"(false contradicts prepend_scheme, which must then be "never")");
  if (const auto split = component.find("split")) split->boolean();  // does not matter for decoding
  return step;
}

DecodeStep read_step(const Field& component) {
  using Kind = DecodeStep::Kind;
  const std::string_view type = component.at("type").string();
  DecodeStep step;
  if (type == "ByteLevel") {
    read_byte_level(component);  // its options do not matter for decoding
    step.kind = Kind::byte_level;
  } else if (type == "ByteFallback" || type == "Fuse") {
    component.expect_members({"type"});
    step.kind = type == "Fuse" ? Kind::fuse : Kind::byte_fallback;
  } else if (type == "Strip") {
    component.expect_members({"type", "content", "start", "stop"});
    step.kind = Kind::strip;
    step.pattern = read_character(component.at("content"));
    step.start = read_count(component.at("start"));
    step.stop = read_count(component.at("stop"));
  } else if (type == "Replace") {
    return read_replace(component);
  } else if (type == "Metaspace") {
    return read_metaspace(component);
  } else if (type == "WordPiece") {
    component.expect_members({"type", "prefix", "cleanup"});
    step.kind = Kind::wordpiece;
    step.pattern = component.at("prefix").string();
    step.cleanup = component.at("cleanup").boolean();
  } else if (type == "BPEDecoder") {
    component.expect_members({"type", "suffix"});
    step.kind = Kind::bpe;
    step.pattern = component.at("suffix").string();
  } else if (type == "CTC") {
    component.expect_members({"type", "pad_token", "word_delimiter_token", "cleanup"});
    step.kind = Kind::ctc;
    step.pattern = component.at("pad_token").string();
    step.text = component.at("word_delimiter_token").string();
    step.cleanup = component.at("cleanup").boolean();
  } else {
    unsupported_type(component,
                     "ByteLevel, WordPiece, Metaspace, BPEDecoder, CTC, ByteFallback, Fuse, Strip, Replace, "
                     "Sequence");
  }
  return step;
}

// Each step goes over what the steps before it made, so many of them would take long on any text.
constexpr std::size_t kMaxSteps = 64;

}  // namespace

void read_decoder(const Field& root, TokenizerSpec& spec) {
  const auto decoder = root.find("decoder");
  if (!decoder) {
    spec.decoders.push_back({.kind = DecodeStep::Kind::join_spaces});
    return;
  }
  for_each_leaf(*decoder, "decoders", [&](const Field& component) {
    if (spec.decoders.size() == kMaxSteps)
      component.fail(
          ErrorCode::limit,
          fmt::format("a decoder of more than {} steps; leave out those that do nothing", kMaxSteps));
    spec.decoders.push_back(read_step(component));
  });
}

}  // namespace polyglyph::vocab
