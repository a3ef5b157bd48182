// The sections "truncation" and "padding" of a tokenizer.json: how whoever saved the file used it. They are
// kept as they are; tokenizer/settings.cc applies them where that is asked for.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include "vocab/formats/tokenizer_json.h"

namespace polyglyph::vocab {
namespace {

template <class T, std::size_t N>
T read_choice(const Field& field, const std::pair<std::string_view, T> (&names)[N]) {
  std::string known;
  for (const auto& [name, value] : names) {
    if (field.string() == name) return value;
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  field.malformed(fmt::format("{} is none of {}", excerpt(field.string()), known));
}

Side read_direction(const Field& section) {
  constexpr std::pair<std::string_view, Side> names[] = {{"Left", Side::left}, {"Right", Side::right}};
  const auto direction = section.find("direction");
  return direction ? read_choice(*direction, names) : Side::right;
}

std::uint32_t read_word(const Field& field) {
  if (field.unsigned_integer() > std::numeric_limits<std::uint32_t>::max())
    field.malformed("is above 2^32 - 1");
  return static_cast<std::uint32_t>(field.unsigned_integer());
}

Truncation read_truncation(const Field& section) {
  using Strategy = Truncation::Strategy;
  constexpr std::pair<std::string_view, Strategy> strategies[] = {{"LongestFirst", Strategy::longest_first},
                                                                  {"OnlyFirst", Strategy::only_first},
                                                                  {"OnlySecond", Strategy::only_second}};
  section.expect_members({"direction", "max_length", "strategy", "stride"});
  Truncation truncation;
  truncation.max_length = section.at("max_length").unsigned_integer();
  truncation.stride = section.at("stride").unsigned_integer();
  truncation.strategy = read_choice(section.at("strategy"), strategies);
  truncation.side = read_direction(section);
  return truncation;
}

// "BatchLongest", or {"Fixed": 128}.
std::optional<std::uint64_t> read_length(const Field& strategy) {
  if (strategy.value().type() == json::Type::object) {
    strategy.expect_members({"Fixed"});
    return strategy.at("Fixed").unsigned_integer();
  }
  constexpr std::pair<std::string_view, bool> names[] = {{"BatchLongest", true}};
  read_choice(strategy, names);
  return std::nullopt;
}

Padding read_padding(const Field& section) {
  section.expect_members(
      {"strategy", "direction", "pad_to_multiple_of", "pad_id", "pad_type_id", "pad_token"});
  Padding padding;
  padding.length = read_length(section.at("strategy"));
  if (const auto multiple = section.find("pad_to_multiple_of"))
    padding.multiple_of = multiple->unsigned_integer();
  padding.id = read_word(section.at("pad_id"));
  padding.type = read_word(section.at("pad_type_id"));
  padding.token = section.at("pad_token").string();
  padding.side = read_direction(section);
  return padding;
}

}  // namespace

void read_settings(const Field& root, TokenizerSpec& spec) {
  if (const auto truncation = root.find("truncation")) spec.truncation = read_truncation(*truncation);
  if (const auto padding = root.find("padding")) spec.padding = read_padding(*padding);
}

}  // namespace polyglyph::vocab
