// Pretokenizers: what each component of tokenizer.json makes of six texts. The pieces are those of Hugging
// Face tokenizers 0.23.3.
#include <catch2/catch.hpp>

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "tests/loading.h"
#include "tokenizer/pretokenizer.h"
#include "vocab/build.h"
#include "vocab/formats/formats.h"
#include "vocab/image.h"

namespace polyglyph::test {
namespace {

using tokenizer::Pretokenizer;

constexpr std::size_t kCount = 6;
constexpr std::array<std::string_view, kCount> kTexts = {"",
                                                         " a  b",
                                                         "it's --1\u00E9, 23--",
                                                         "\u65E5\u672C\u3072\u3001\u30AB\u30CAx1 \u00E9",
                                                         "\u2581a b\u2581",
                                                         "\u0663\u096A x\u3000y\n"};

// The pieces with bars between them.
std::string pieces(const Pretokenizer& pretokenizer, std::string_view text) {
  Pretokenizer::Scratch scratch;
  std::string found;
  pretokenizer.split(text, true, scratch, [&](const Pretokenizer::Piece& piece) {
    found += found.empty() ? "" : "|";
    found += piece.bytes;
    return true;
  });
  return found;
}

TEST_CASE("each pretokenizer, and some in a row") {
  struct Case {
    const char* component;
    std::array<const char*, kCount> pieces;
  };
  const Case cases[] = {
      {R"({"type": "BertPreTokenizer"})",
       {"", "a|b", "it|'|s|-|-|1\u00E9|,|23|-|-", "\u65E5\u672C\u3072|\u3001|\u30AB\u30CAx1|\u00E9",
        "\u2581a|b\u2581", "\u0663\u096A|x|y"}},
      {R"({"type": "Whitespace"})",
       {"", "a|b", "it|'|s|--|1\u00E9|,|23|--", "\u65E5\u672C\u3072|\u3001|\u30AB\u30CAx1|\u00E9",
        "\u2581|a|b|\u2581", "\u0663\u096A|x|y"}},
      {R"({"type": "WhitespaceSplit"})",
       {"", "a|b", "it's|--1\u00E9,|23--", "\u65E5\u672C\u3072\u3001\u30AB\u30CAx1|\u00E9", "\u2581a|b\u2581",
        "\u0663\u096A|x|y"}},
      {R"({"type": "Punctuation", "behavior": "Isolated"})",
       {"", " a  b", "it|'|s |-|-|1\u00E9|,| 23|-|-", "\u65E5\u672C\u3072|\u3001|\u30AB\u30CAx1 \u00E9",
        "\u2581a b\u2581", "\u0663\u096A x\u3000y\n"}},
      {R"({"type": "Punctuation", "behavior": "Removed"})",
       {"", " a  b", "it|s |1\u00E9| 23", "\u65E5\u672C\u3072|\u30AB\u30CAx1 \u00E9", "\u2581a b\u2581",
        "\u0663\u096A x\u3000y\n"}},
      {R"({"type": "Punctuation", "behavior": "MergedWithPrevious"})",
       {"", " a  b", "it'|s -|-|1\u00E9,| 23-|-", "\u65E5\u672C\u3072\u3001|\u30AB\u30CAx1 \u00E9",
        "\u2581a b\u2581", "\u0663\u096A x\u3000y\n"}},
      {R"({"type": "Punctuation", "behavior": "MergedWithNext"})",
       {"", " a  b", "it|'s |-|-1\u00E9|, 23|-|-", "\u65E5\u672C\u3072|\u3001\u30AB\u30CAx1 \u00E9",
        "\u2581a b\u2581", "\u0663\u096A x\u3000y\n"}},
      {R"({"type": "Punctuation", "behavior": "Contiguous"})",
       {"", " a  b", "it|'|s |--|1\u00E9|,| 23|--", "\u65E5\u672C\u3072|\u3001|\u30AB\u30CAx1 \u00E9",
        "\u2581a b\u2581", "\u0663\u096A x\u3000y\n"}},
      {R"({"type": "CharDelimiterSplit", "delimiter": "é"})",
       {"", " a  b", "it's --1|, 23--", "\u65E5\u672C\u3072\u3001\u30AB\u30CAx1 ", "\u2581a b\u2581",
        "\u0663\u096A x\u3000y\n"}},
      {R"({"type": "UnicodeScripts"})",
       {"", "a  b", "it|'|s |--1|\u00E9|, 23--", "\u65E5\u672C\u3072|\u3001|\u30AB\u30CA|x|1 |\u00E9",
        "\u2581|a b|\u2581", "\u0663|\u096A |x|\u3000|y|\n"}},
      {R"({"type": "Digits", "individual_digits": true})",
       {"", " a  b", "it's --|1|\u00E9, |2|3|--", "\u65E5\u672C\u3072\u3001\u30AB\u30CAx|1| \u00E9",
        "\u2581a b\u2581", "\u0663|\u096A| x\u3000y\n"}},
      {R"({"type": "Digits", "individual_digits": false})",
       {"", " a  b", "it's --|1|\u00E9, |23|--", "\u65E5\u672C\u3072\u3001\u30AB\u30CAx|1| \u00E9",
        "\u2581a b\u2581", "\u0663\u096A| x\u3000y\n"}},
      {R"({"type": "FixedLength", "length": 3})",
       {"", " a | b", "it'|s -|-1\u00E9|, 2|3--", "\u65E5\u672C\u3072|\u3001\u30AB\u30CA|x1 |\u00E9",
        "\u2581a |b\u2581", "\u0663\u096A |x\u3000y|\n"}},
      {R"({"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true})",
       {"", "\u2581a|\u2581|\u2581b", "\u2581it's|\u2581--1\u00E9,|\u258123--",
        "\u2581\u65E5\u672C\u3072\u3001\u30AB\u30CAx1|\u2581\u00E9", "\u2581a|\u2581b|\u2581",
        "\u2581\u0663\u096A|\u2581x\u3000y\n"}},
      {R"({"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never", "split": true})",
       {"", "\u2581a|\u2581|\u2581b", "it's|\u2581--1\u00E9,|\u258123--",
        "\u65E5\u672C\u3072\u3001\u30AB\u30CAx1|\u2581\u00E9", "\u2581a|\u2581b|\u2581",
        "\u0663\u096A|\u2581x\u3000y\n"}},
      {R"({"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": true})",
       {"", "\u2581a|\u2581|\u2581b", "\u2581it's|\u2581--1\u00E9,|\u258123--",
        "\u2581\u65E5\u672C\u3072\u3001\u30AB\u30CAx1|\u2581\u00E9", "\u2581a|\u2581b|\u2581",
        "\u2581\u0663\u096A|\u2581x\u3000y\n"}},
      {R"({"type": "Metaspace", "replacement": "_", "prepend_scheme": "always", "split": false})",
       {"", "_a__b", "_it's_--1\u00E9,_23--", "_\u65E5\u672C\u3072\u3001\u30AB\u30CAx1_\u00E9",
        "_\u2581a_b\u2581", "_\u0663\u096A_x\u3000y\n"}},
      {R"({"type": "Split", "pattern": {"String": "--"}, "behavior": "Isolated", "invert": false})",
       {"", " a  b", "it's |--|1\u00E9, 23|--", "\u65E5\u672C\u3072\u3001\u30AB\u30CAx1 \u00E9",
        "\u2581a b\u2581", "\u0663\u096A x\u3000y\n"}},
      {R"({"type": "Split", "pattern": {"String": "--"}, "behavior": "Removed", "invert": true})",
       {"", "", "--|--", "", "", ""}},
      {R"({"type": "Split", "pattern": {"Regex": "[a-z]+"}, "behavior": "MergedWithNext", "invert": false})",
       {"", " |a  |b", "it'|s --1\u00E9, 23--", "\u65E5\u672C\u3072\u3001\u30AB\u30CA|x1 \u00E9",
        "\u2581|a |b\u2581", "\u0663\u096A |x\u3000|y\n"}},
      {R"({"type": "Split", "pattern": {"Regex": "[a-z]+"}, "behavior": "MergedWithPrevious", "invert": true})",
       {"", " |a  |b", "it'|s --1\u00E9, 23--", "\u65E5\u672C\u3072\u3001\u30AB\u30CA|x1 \u00E9",
        "\u2581|a |b\u2581", "\u0663\u096A |x\u3000|y\n"}},
      {R"({"type": "Split", "pattern": {"Regex": "\\d"}, "behavior": "Contiguous", "invert": false})",
       {"", " a  b", "it's --|1|\u00E9, |23|--", "\u65E5\u672C\u3072\u3001\u30AB\u30CAx|1| \u00E9",
        "\u2581a b\u2581", "\u0663\u096A| x\u3000y\n"}},
      {R"({"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": true}]})",
       {"", "a|b", "\u2581it's|--1\u00E9,|23--", "\u2581\u65E5\u672C\u3072\u3001\u30AB\u30CAx1|\u00E9",
        "\u2581a|b|\u2581", "\u2581\u0663\u096A|x|y"}},
      {R"({"type": "Sequence", "pretokenizers": [{"type": "Punctuation", "behavior": "Isolated"}, {"type": "Digits", "individual_digits": true}, {"type": "FixedLength", "length": 2}]})",
       {"", " a|  |b", "it|'|s |-|-|1|\u00E9|,| |2|3|-|-",
        "\u65E5\u672C|\u3072|\u3001|\u30AB\u30CA|x|1| \u00E9", "\u2581a| b|\u2581",
        "\u0663|\u096A| x|\u3000y|\n"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.component);
    const auto spec = vocab::read_tokenizer_json("small.json", small_words("pre_tokenizer", c.component));
    const auto image = vocab::Image::adopt(vocab::build_image(spec), "small");
    const Pretokenizer pretokenizer(*image);
    for (std::size_t i = 0; i < kCount; ++i) CHECK(pieces(pretokenizer, kTexts[i]) == c.pieces[i]);
  }
}

}  // namespace
}  // namespace polyglyph::test
