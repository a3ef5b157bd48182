// Charsmaps: the longest and the shortest rule at a place, whatever is damaged in them; and what they are
// applied to, symbols that pass and grapheme clusters.
#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "normalizers/charsmap.h"
#include "normalizers/grapheme.h"
#include "normalizers/prefix_matcher.h"
#include "polyglyph/error.h"
#include "tests/charsmap_writer.h"

namespace polyglyph::normalizers {
namespace {

const std::string kCompiled = test::CharsmapWriter::compile(
    {{"a", "1"}, {"ab", ""}, {"abcd", "four"}, {"\u00E9", "e"}, {"\u00E9\u0301", "\u4E2D"}, {"z", " "}});

TEST_CASE("the longest and the shortest rule") {
  const Charsmap map(kCompiled, "test");
  struct Case {
    std::string_view text;
    std::size_t longest;
    std::string_view by;
    std::size_t shortest;
    bool open;
  };
  const Case cases[] = {
      {"", 0, "", 0, true},
      {"x", 0, "", 0, false},
      {"a", 1, "1", 1, true},
      {"ax", 1, "1", 1, false},
      {"ab", 2, "", 1, true},
      {"abc", 2, "", 1, true},
      {"abcx", 2, "", 1, false},
      {"abcd", 4, "four", 1, true},
      {"abcdz", 4, "four", 1, false},
      {"\u00E9", 2, "e", 2, true},
      {"\u00E9\u0301", 4, "\u4E2D", 2, true},
      {"\xC3", 0, "", 0, true},
      {"\xC3x", 0, "", 0, false},
      {"zz", 1, " ", 1, false},
      {std::string_view("a\0b", 3), 1, "1", 1, false},
      {std::string_view("\0", 1), 0, "", 0, false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const Charsmap::Match longest = map.longest(c.text);
    CHECK(longest.size == c.longest);
    CHECK(longest.replacement == c.by);
    CHECK(longest.open == c.open);
    CHECK(map.shortest(c.text).size == c.shortest);
  }
  CHECK(map.may_begin('a'));
  CHECK(map.may_begin('\xC3'));
  CHECK_FALSE(map.may_begin('b'));
  CHECK(Charsmap("", "test").longest("a").size == 0);
}

// Looks up everything that could be reached, so that a sanitizer sees each place.
void use(const Charsmap& map) {
  for (int first = 0; first < 256; ++first) {
    for (const std::string_view rest : {"", "b", "bcd", "\xA9\u0301"}) {
      const std::string text = static_cast<char>(first) + std::string(rest);
      CHECK(map.longest(text).size <= text.size());
      CHECK(map.shortest(text).size <= text.size());
    }
  }
}

TEST_CASE("damaged charsmaps") {
  const auto refused = [](std::string_view compiled) {
    try {
      use(Charsmap(compiled, "the place"));
      return false;
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::malformed);
      CHECK(error.where() == "the place");
      return true;
    }
  };
  for (std::size_t size = 1; size < kCompiled.size(); ++size) {
    // Cut off behind a string, the last rules may be gone, but not before that.
    if (kCompiled[size - 1] != '\0' || size < 1024) CHECK(refused(kCompiled.substr(0, size)));
  }
  std::string damaged = kCompiled;
  for (std::size_t i = 0; i < damaged.size(); ++i) {
    for (const char bit : {'\x01', '\x10', '\x80'}) {
      damaged[i] ^= bit;
      refused(damaged);
      damaged[i] ^= bit;
    }
  }
}

TEST_CASE("the longest of several strings") {
  const PrefixMatcher matcher({"ab", "abcd", "b", "", "ab", "\u4E2D\u6587"});
  const auto longest = [&](std::string_view text) { return matcher.longest(text).size; };
  CHECK(longest("") == 0);
  CHECK(longest("a") == 0);
  CHECK(longest("abc") == 2);
  CHECK(longest("abcde") == 4);
  CHECK(longest("bab") == 1);
  CHECK(longest("\u4E2D") == 0);
  CHECK(longest("\u4E2D\u6587\u4E2D") == 6);
  CHECK(matcher.longest("a").open);
  CHECK(matcher.longest("abc").open);
  CHECK_FALSE(matcher.longest("abx").open);
  CHECK_FALSE(matcher.longest("b").open);
  CHECK_FALSE(matcher.may_begin('c'));
  CHECK(PrefixMatcher({}).longest("a").size == 0);
}

TEST_CASE("grapheme clusters") {
  // Each text is its clusters.
  const std::vector<std::string_view> cases[] = {
      {"a", "b"},
      {"\r\n", "\n", "\r", "a"},
      {"a\u0301\u0323", "b"},
      {"\u0301", "\n", "\u0301"},
      {"a\u200D", "b\u0903"},
      {"\u0600\u0661", "a"},
      {"\u0600", "\n"},
      {"\U0001F1E9\U0001F1EA", "\U0001F1EB\U0001F1F7", "\U0001F1E9"},
      {"a", "\U0001F1E9\U0001F1EA", "a"},
      {"\u1100\u1100\u1161\u11A8", "\u1100"},
      {"\uAC00\u11A8\u11A8", "\u1161"},
      {"\uAC01\u11A8", "\uAC00\u1161"},
      {"\U0001F468\u200D\U0001F469\u200D\U0001F466", "\U0001F468"},
      {"\u2764\uFE0F\u200D\U0001F525\u200D", "a"},
      {"a\u200D", "\U0001F525"},
      {"\u0915\u094D\u0937\u093F", "\u0915"},
      {"\u0915\u093C\u094D\u200D\u0937", "\u0937"},
      {"\u0915\u093C", "\u0937"},
      {"a\u094D", "\u0937"},
      {"a\u1AE0", "\u4E2D"},
      {"\xFF\u0301", "\xE4\xB8", "a"},
  };
  for (const auto& clusters : cases) {
    std::string text;
    for (const std::string_view cluster : clusters) text += cluster;
    CAPTURE(text);
    std::string_view rest = text;
    for (const std::string_view cluster : clusters) {
      REQUIRE(!rest.empty());
      const std::size_t size = first_cluster(rest);
      CHECK(rest.substr(0, size) == cluster);
      rest.remove_prefix(size);
    }
  }
}

}  // namespace
}  // namespace polyglyph::normalizers
