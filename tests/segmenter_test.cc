// Where texts may be cut: Unicode's own vectors, whole; what locales change; texts of any bytes.
#include "text/segmenter.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <string>
#include <vector>

#include "tests/loading.h"
#include "tests/texts.h"
#include "unicode/utf8.h"

namespace polyglyph::test {
namespace {

using text::Segment;
using text::Segmenter;

std::vector<std::size_t> boundaries(Segmenter& segmenter, const std::string& text) {
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i < text.size(); i = ends.back()) ends.push_back(segmenter.ceil(text, i + 1));
  return ends;
}

std::string shown(Segmenter& segmenter, const std::string& text) {
  std::string shown;
  std::size_t begin = 0;
  for (const std::size_t end : boundaries(segmenter, text)) {
    shown += (begin > 0 ? "|" : "") + text.substr(begin, end - begin);
    begin = end;
  }
  return shown;
}

// A row: "÷ 0020 × 0308 ÷", with what it is about behind a "#".
void run_vectors(Segment kind, const char* name, int expected_rows) {
  std::ifstream file(std::string(POLYGLYPH_BREAK_TESTS) + "/" + name);
  REQUIRE(file);
  Segmenter segmenter(kind);
  int rows = 0;
  for (std::string line; std::getline(file, line);) {
    const std::string row = line.substr(0, line.find('#'));
    if (row.empty()) continue;
    ++rows;
    std::string text;
    std::vector<std::size_t> expected;
    for (std::size_t i = row.find(' '); i < row.size();) {
      char* after;
      unicode::append(text, static_cast<char32_t>(std::strtoul(row.c_str() + i, &after, 16)));
      i = static_cast<std::size_t>(after - row.c_str()) + 1;
      if (row.compare(i, 2, "÷") == 0) expected.push_back(text.size());
      i = row.find_first_of("0123456789ABCDEF", i);
    }
    CAPTURE(line);
    REQUIRE(boundaries(segmenter, text) == expected);
    // Both directions agree at every byte.
    std::size_t before = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
      const std::size_t next = segmenter.ceil(text, i);
      if (next == i) before = i;
      REQUIRE(segmenter.floor(text, i) == before);
    }
  }
  REQUIRE(rows == expected_rows);
}

TEST_CASE("Unicode's vectors for graphemes") {
  run_vectors(Segment::grapheme, "GraphemeBreakTest.txt", 602);
}
TEST_CASE("Unicode's vectors for sentences") {
  run_vectors(Segment::sentence, "SentenceBreakTest.txt", 502);
}

TEST_CASE("sentences and lines") {
  struct Case {
    Segment kind;
    const char* locale;
    const char* text;
    const char* expected;
  };
  const Case cases[] = {
      {Segment::sentence, "", "One. Two? Three", "One. |Two? |Three"},
      {Segment::sentence, "", "Mr. Smith came. He sat.", "Mr. |Smith came. |He sat."},
      {Segment::sentence, "en", "Mr. Smith came. He sat.", "Mr. Smith came. |He sat."},
      {Segment::sentence, "en-GB", "Mr. Smith came. He sat.", "Mr. Smith came. |He sat."},
      {Segment::sentence, "", "3.5 is e.g. more than 3.", "3.5 is e.g. more than 3."},
      {Segment::sentence, "", "Τι; Ναι.", "Τι; Ναι."},
      {Segment::sentence, "el", "Τι; Ναι.", "Τι; |Ναι."},
      {Segment::sentence, "", "今日は。明日は！", "今日は。|明日は！"},
      {Segment::sentence, "", "यह है। वह है।", "यह है। |वह है।"},
      {Segment::sentence, "", "one line\nanother", "one line\n|another"},
      {Segment::line, "", "to be, or not", "to |be, |or |not"},
      {Segment::line, "", "ภาษาไทยง่าย", "ภาษา|ไทย|ง่าย"},
      {Segment::line, "", "「漢字」です", "「漢|字」|で|す"},
      {Segment::grapheme, "", "e\u0301👩‍👩‍👧각\r\n", "e\u0301|👩‍👩‍👧|각|\r\n"},
  };
  for (const Case& c : cases) {
    Segmenter segmenter(c.kind, c.locale);
    CHECK(shown(segmenter, c.text) == c.expected);
  }
}

TEST_CASE("any bytes can be segmented") {
  for (const Segment kind : {Segment::grapheme, Segment::line, Segment::sentence}) {
    Segmenter segmenter(kind);
    CHECK(segmenter.floor("", 0) == 0);
    CHECK(segmenter.ceil("", 0) == 0);
    for (const std::string& text : ill_formed_texts()) {
      CAPTURE(escaped(text));
      for (std::size_t i = 0; i <= text.size(); ++i) {
        REQUIRE(segmenter.floor(text, i) <= i);
        REQUIRE(segmenter.ceil(text, i) >= i);
        REQUIRE(segmenter.ceil(text, i) <= text.size());
      }
    }
  }
}

TEST_CASE("a language that there is not") {
  for (const char* locale : {"english", "xx", "e", "12"}) {
    CAPTURE(locale);
    check_error(error_of([&] { Segmenter(Segment::sentence, locale); }), ErrorCode::invalid_argument,
                {"locale: ", locale});
  }
}

}  // namespace
}  // namespace polyglyph::test
