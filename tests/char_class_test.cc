// The generated tables: that they hold Unicode 16.0, that the two of them agree, and where the references
// leave it.
#include <catch2/catch.hpp>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "unicode/char_class.h"
#include "unicode/property.h"

namespace polyglyph {
namespace {

using unicode::CharClass;

constexpr char32_t kCodePoints = 0x110000;

std::size_t size_of(std::string_view name) {
  std::size_t size = 0;
  for (const unicode::CodeRange& range : unicode::property(name)) size += range.last - range.first + 1;
  return size;
}

// The class that a character of this general category has unless it is whitespace.
CharClass class_of_category(std::string_view name) {
  switch (name[0]) {
    case 'L':
      return name == "Lu"   ? CharClass::lu
             : name == "Ll" ? CharClass::ll
             : name == "Lt" ? CharClass::lt
             : name == "Lm" ? CharClass::lm
                            : CharClass::lo;
    case 'M':
      return CharClass::mark;
    case 'N':
      return CharClass::number;
    case 'P':
      return CharClass::punct;
    case 'S':
      return CharClass::symbol;
    default:
      return CharClass::other;
  }
}

const std::vector<std::string> kCategories = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl",
                                              "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc",
                                              "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn"};

TEST_CASE("classes have as many members as Unicode 16.0 gives them") {
  std::vector<std::size_t> sizes(12);
  for (char32_t c = 0; c < kCodePoints; ++c) ++sizes[static_cast<std::size_t>(unicode::class_of(c))];
  CHECK(sizes == std::vector<std::size_t>{1858, 2258, 31, 404, 136477, 2501, 1911, 855, 8514, 2, 23, 959278});
}

TEST_CASE("classes of single characters") {
  struct Row {
    char32_t c;
    CharClass expected;
  };
  const Row rows[] = {
      {U'A', CharClass::lu},        {U'a', CharClass::ll},       {0x01C5, CharClass::lt},
      {0x02B0, CharClass::lm},      {U'中', CharClass::lo},      {0x0301, CharClass::mark},
      {U'1', CharClass::number},    {0x00B2, CharClass::number}, {0x2160, CharClass::number},
      {U'_', CharClass::punct},     {U'+', CharClass::symbol},   {U'\n', CharClass::newline},
      {U'\r', CharClass::newline},  {U' ', CharClass::space},    {U'\t', CharClass::space},
      {0x0B, CharClass::space},     {0x1C, CharClass::other},    {0x85, CharClass::space},
      {0xA0, CharClass::space},     {0x180E, CharClass::other},  {0x200B, CharClass::other},
      {0x2028, CharClass::space},   {0x3000, CharClass::space},  {0xFEFF, CharClass::other},
      {0xD800, CharClass::other},   {0xE000, CharClass::other},  {0xFFFD, CharClass::symbol},
      {0x10FFFF, CharClass::other}, {0x10D4A, CharClass::lo},  // Garay, of 16.0
      {0x16EA0, CharClass::other},                             // Beria Erfe, of 17.0
      {0x11DE0, CharClass::other},                             // a digit of 17.0
  };
  for (const Row& row : rows) {
    INFO("U+" << std::hex << static_cast<std::uint32_t>(row.c));
    CHECK(unicode::class_of(row.c) == row.expected);
    CHECK(unicode::class_mask(row.c) == unicode::mask_of(row.expected));
  }
}

TEST_CASE("each code point has one category, and its class is that of the category") {
  std::vector<int> categories(kCodePoints);
  std::size_t wrong = 0;
  for (const std::string& name : kCategories) {
    for (const auto& [first, last] : unicode::property(name)) {
      for (char32_t c = first; c <= last; ++c) {
        ++categories[c];
        const bool space = unicode::class_mask(c) & unicode::kSpaceMask;
        wrong += !space && unicode::class_of(c) != class_of_category(name);
      }
    }
  }
  CHECK(wrong == 0);
  CHECK(categories == std::vector<int>(kCodePoints, 1));
}

TEST_CASE("properties") {
  CHECK(unicode::property("Klingon").empty());
  CHECK(unicode::property("").empty());
  CHECK(unicode::property("zzz").empty());
  const std::pair<std::string, std::size_t> rows[] = {
      {"Nd", 760},       {"Nl", 236},       {"No", 915},    {"Mn", 2020},    {"Pc", 10},
      {"Cn", 819533},    {"Cs", 2048},      {"Co", 137468}, {"Han", 99030},  {"Hiragana", 381},
      {"Katakana", 321}, {"Hangul", 11739}, {"Thai", 86},   {"Latin", 1487}, {"Cyrillic", 508},
      {"Arabic", 1373},  {"folding", 2991}};
  for (const auto& [name, size] : rows) {
    INFO(name);
    CHECK(size_of(name) == size);
  }
  CHECK(unicode::contains(unicode::property("Han"), U'中'));
  CHECK_FALSE(unicode::contains(unicode::property("Han"), U'か'));
}

TEST_CASE("every property is found by its name and its ranges are sorted and apart") {
  for (std::size_t i = 0; i < unicode::kPropertyCount; ++i) {
    const auto ranges = unicode::property(unicode::kProperties[i].name);
    INFO(unicode::kProperties[i].name);
    REQUIRE(ranges.size() == unicode::kProperties[i].size);
    REQUIRE_FALSE(ranges.empty());
    for (std::size_t k = 0; k < ranges.size(); ++k) {
      REQUIRE(ranges[k].first <= ranges[k].last);
      if (k > 0) REQUIRE(ranges[k - 1].last + 1 < ranges[k].first);
    }
  }
}

TEST_CASE(
    "word characters are letters, marks, decimal digits, connectors, joiners and what else is alphabetic") {
  for (const char32_t c : {U'a', U'中', U'_', U'1', char32_t(0x0301), char32_t(0x200C), char32_t(0x200D),
                           char32_t(0x24B6), char32_t(0x2160), char32_t(0x203F)}) {
    INFO("U+" << std::hex << static_cast<std::uint32_t>(c));
    CHECK(unicode::is_word(c));
  }
  for (const char32_t c : {U' ', U'-', U'+', char32_t(0x00B2), char32_t(0x00BD), char32_t(0x200B),
                           char32_t(0x16EA0), char32_t(0x10FFFF)}) {
    INFO("U+" << std::hex << static_cast<std::uint32_t>(c));
    CHECK_FALSE(unicode::is_word(c));
  }
}

TEST_CASE("what counts as numeric is a version ahead of the classes") {
  std::set<char32_t> ahead;
  for (char32_t c = 0; c < kCodePoints; ++c) {
    const bool number = unicode::class_of(c) == CharClass::number;
    if (unicode::is_numeric(c) != number) ahead.insert(c);
  }
  std::set<char32_t> expected{0x16FF4, 0x16FF5, 0x16FF6};
  for (char32_t c = 0x11DE0; c <= 0x11DE9; ++c) expected.insert(c);
  CHECK(ahead == expected);
}

}  // namespace
}  // namespace polyglyph
