// The steps of a normalizer other than the normal forms: tables of what each makes of a text, with the spans
// it is said to be made from, and streams cut at every byte. Parity over every character is for the Python
// suites.
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "normalizers/normalizer.h"
#include "tests/texts.h"

namespace polyglyph::normalizers {
namespace {

using unicode::NormalStep;
using unicode::OffsetMap;
using Kind = NormalStep::Kind;

NormalStep step(Kind kind, std::uint32_t options = 0) {
  NormalStep made;
  made.kind = kind;
  made.options = options;
  return made;
}
NormalStep prepend(std::string text) {
  NormalStep made = step(Kind::prepend);
  made.text = std::move(text);
  return made;
}
NormalStep replace(std::string pattern, std::string text) {
  NormalStep made = step(Kind::replace_text);
  made.pattern = std::move(pattern);
  made.text = std::move(text);
  return made;
}
NormalStep replace_regex(std::string pattern, std::string text) {
  NormalStep made = replace(std::move(pattern), std::move(text));
  made.kind = Kind::replace_regex;
  return made;
}

// Stand for regular expressions: [aeiou]+ ...
class Vowels final : public Matcher {
 public:
  bool find(std::string_view text, std::size_t from, Span& match) const override {
    match.begin = text.find_first_of("aeiou", from);
    if (match.begin == text.npos) return false;
    match.end = std::min(text.find_first_not_of("aeiou", match.begin), text.size());
    return true;
  }
  std::size_t undecided(std::string_view text, std::size_t from) const override {
    const std::size_t last = text.find_last_not_of("aeiou");
    return last == text.npos ? from : std::max(from, last + 1);
  }
};

// ... and ^a|b\z, which looks back and ahead.
class Edges final : public Matcher {
 public:
  bool find(std::string_view text, std::size_t from, Span& match) const override {
    for (; from < text.size(); ++from) {
      match = {from, from + 1};
      if (text[from] == 'a' && (from == 0 || text[from - 1] == '\n')) return true;
      if (text[from] == 'b' && from + 1 == text.size()) return true;
    }
    return false;
  }
  std::size_t undecided(std::string_view text, std::size_t from) const override {
    return text.size() - (text.size() > from && text.back() == 'b' ? 1 : 0);
  }
};

std::unique_ptr<Normalizer> made(const std::vector<NormalStep>& steps) {
  return make_normalizer(steps, [](const std::string& pattern) -> std::unique_ptr<Matcher> {
    if (pattern == "[aeiou]+") return std::make_unique<Vowels>();
    return std::make_unique<Edges>();
  });
}

const std::vector<std::vector<NormalStep>>& pipelines() {
  static const std::vector<std::vector<NormalStep>> all = {
      {step(Kind::lowercase)},
      {step(Kind::strip_accents)},
      {step(Kind::nmt)},
      {step(Kind::byte_alphabet)},
      {step(Kind::bert, NormalStep::bert_clean_text | NormalStep::bert_split_chinese |
                            NormalStep::bert_strip_accents | NormalStep::bert_lowercase)},
      {step(Kind::strip, NormalStep::strip_left | NormalStep::strip_right)},
      {step(Kind::strip, NormalStep::strip_right)},
      {prepend("\u2581"), replace(" ", "\u2581")},
      {replace("aba", "x"), replace("xx", "")},
      {replace("aab", "xyz"), replace(" ", "123456789")},
      {replace_regex("[aeiou]+", "")},
      {replace_regex("^a|b\\z", "_")},
      {replace("a", ""), prepend("b"), replace_regex("^a|b\\z", "")},
      {step(Kind::nfd), step(Kind::strip_accents), step(Kind::strip, NormalStep::strip_left), prepend("> ")},
  };
  return all;
}

}  // namespace

TEST_CASE("what the steps make of a text, and of what") {
  using Spans = std::vector<std::pair<Span, Span>>;  // of the new text, of the old one
  const struct {
    std::vector<NormalStep> steps;
    std::string text, expected;
    Spans spans;
  } cases[] = {
      {{step(Kind::lowercase)},
       "A\u0130Z",
       "ai\u0307z",
       {{{0, 1}, {0, 1}}, {{1, 2}, {1, 3}}, {{2, 4}, {1, 3}}, {{4, 5}, {3, 4}}}},
      {{step(Kind::lowercase)}, "\u03A3\u03A3", "\u03C3\u03C3", {{{2, 4}, {2, 4}}}},
      {{step(Kind::strip_accents)}, "e\u0301\u0903x", "ex", {{{0, 1}, {0, 1}}, {{1, 2}, {6, 7}}}},
      {{step(Kind::nmt)}, "\x01\u200B\tx", "  x", {{{0, 1}, {1, 4}}, {{2, 3}, {5, 6}}}},
      {{step(Kind::byte_alphabet)},
       "a \u00E9",
       "a\u0120\u00C3\u00A9",
       {{{1, 3}, {1, 2}}, {{3, 5}, {2, 4}}, {{5, 7}, {2, 4}}}},
      {{step(Kind::bert, NormalStep::bert_clean_text)}, "\x01\t\u00ADx\uFFFD", " x", {{{1, 2}, {4, 5}}}},
      {{step(Kind::bert, NormalStep::bert_split_chinese)},
       "a\u4E2D",
       "a \u4E2D ",
       {{{1, 6}, {1, 4}}, {{2, 5}, {1, 4}}}},
      {{step(Kind::bert, NormalStep::bert_strip_accents)}, "\u00C9\u0903", "E\u0903", {{{0, 1}, {0, 2}}}},
      {{step(Kind::strip, NormalStep::strip_left)}, " \u3000a ", "a ", {{{0, 1}, {4, 5}}}},
      {{step(Kind::strip, NormalStep::strip_right)}, " a\u00A0\n", " a", {{{1, 2}, {1, 2}}}},
      {{step(Kind::strip, NormalStep::strip_left | NormalStep::strip_right)}, "\n \u2003", "", {}},
      {{prepend("\u2581")},
       "\u4E2Db",
       "\u2581\u4E2Db",
       {{{0, 3}, {0, 3}}, {{3, 6}, {0, 3}}, {{6, 7}, {3, 4}}}},
      {{prepend("\u2581")}, "", "", {}},
      {{replace(" ", "\u2581")},
       " a ",
       "\u2581a\u2581",
       {{{0, 3}, {0, 1}}, {{3, 4}, {1, 2}}, {{4, 7}, {2, 3}}}},
      {{replace("ab", "xyz")}, "abab", "xyzxyz", {{{0, 3}, {1, 2}}, {{3, 6}, {3, 4}}}},
      {{replace("aba", "x")}, "ababa", "xba", {{{0, 1}, {2, 3}}, {{1, 2}, {3, 4}}}},
      {{replace("a\u4E2D", "")}, "xa\u4E2Dy", "xy", {{{0, 1}, {0, 1}}, {{1, 2}, {5, 6}}}},
      {{replace("aab", "x")}, "aaab", "ax", {{{1, 2}, {3, 4}}}},
      {{replace_regex("^a|b\\z", "_")}, "aa\nabb", "_a\n_b_", {{{3, 4}, {3, 4}}, {{5, 6}, {5, 6}}}},
      {{replace_regex("[aeiou]+", "_")}, "ouija\xFF", "_j_\uFFFD", {{{0, 1}, {2, 3}}, {{3, 6}, {5, 6}}}},
      {{prepend("_"), replace("_a", "b")}, "ac", "bc", {{{0, 1}, {0, 1}}, {{1, 2}, {1, 2}}}},
      {{step(Kind::nfd), step(Kind::strip_accents), step(Kind::nfc)},
       "\u00E9e\u0301",
       "ee",
       {{{0, 1}, {0, 2}}}},
  };
  for (const auto& c : cases) {
    INFO(test::escaped(c.text));
    std::string out;
    OffsetMap map;
    made(c.steps)->normalize(c.text, out, &map);
    CHECK(test::escaped(out) == test::escaped(c.expected));
    for (const auto& [now, old] : c.spans) CHECK(map.to_input(now) == old);
  }
}

TEST_CASE("a text is replaced wherever a naive search finds it") {
  const std::vector<std::string> letters = {"a", "b", " "};
  std::vector<std::string> patterns;
  test::for_each_string(letters, 4, [&](const std::string& s) {
    if (!s.empty()) patterns.push_back(s);
  });
  for (const std::string& pattern : patterns) {
    for (const char* by : {"", "c", "cccccccc", "ccccccccc"}) {
      const auto normalizer = made({replace(pattern, by)});
      test::for_each_string(letters, 6, [&](const std::string& text) {
        std::string expected = text, out;
        for (std::size_t at = 0; (at = expected.find(pattern, at)) != expected.npos;) {
          expected.replace(at, pattern.size(), by);
          at += std::string_view(by).size();
        }
        normalizer->normalize(text, out, nullptr);
        if (out != expected) FAIL_CHECK(pattern << " by " << by << " in " << text);
      });
    }
  }
}

TEST_CASE("spaces are replaced in long texts too") {
  std::string text, expected;
  for (int i = 0; i < 20'000; ++i) {
    const bool space = i % 7 == 0 || i / 5'000 == 2;
    text += space ? ' ' : 'x';
    expected += space ? "\u2581" : "x";
  }
  std::string out;
  made({replace(" ", "\u2581")})->normalize(text, out, nullptr);
  CHECK(out == expected);
}

TEST_CASE("an unchanged prefix is unchanged, and the rest is normalized by itself") {
  for (const auto& steps : pipelines()) {
    const auto normalizer = made(steps);
    for (const std::string& text : test::hostile_texts()) {
      std::string whole;
      normalizer->normalize(text, whole, nullptr);
      const std::size_t same = normalizer->unchanged_prefix(text);
      std::string parts = text.substr(0, same);
      if (same < text.size()) normalizer->normalize_rest(text, same, parts);
      INFO(test::escaped(text));
      CHECK(parts == whole);
    }
  }
}

TEST_CASE("a stream of parts gives what the whole gives") {
  const auto alphabet = std::vector<std::string>{"a", "b", " ", "\u3000", "\u0301", "\xE4\xB8", "aba", "\n"};
  for (const auto& steps : pipelines()) {
    const auto normalizer = made(steps);
    Normalizer::Stream stream(*normalizer);
    test::for_each_string(alphabet, 4, [&](const std::string& text) {
      std::string whole, streamed;
      normalizer->normalize(text, whole, nullptr);
      for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        streamed.clear();
        stream.feed(text.substr(0, cut), false, streamed);
        stream.feed(text.substr(cut), true, streamed);
        if (streamed != whole) FAIL_CHECK(test::escaped(text) << " cut at " << cut);
      }
      streamed.clear();
      for (const char byte : text) stream.feed(std::string(1, byte), false, streamed);
      stream.feed("", true, streamed);
      if (streamed != whole) FAIL_CHECK(test::escaped(text) << " byte by byte");
    });
  }
}

TEST_CASE("a stream holds back no more than what is undecided") {
  const auto pending = [](const std::vector<NormalStep>& steps, const std::string& text) {
    const auto normalizer = made(steps);
    Normalizer::Stream stream(*normalizer);
    std::string out;
    stream.feed(text, false, out);
    return stream.pending();
  };
  const std::string spaces(1000, ' ');
  CHECK(pending({step(Kind::strip, NormalStep::strip_left | NormalStep::strip_right)}, spaces) == 0);
  CHECK(pending({step(Kind::strip, NormalStep::strip_right)}, "a" + spaces) == spaces.size());
  CHECK(pending({replace("aba", "x")}, "bbbab") == 2);
  CHECK(pending({step(Kind::lowercase)}, "ABC\xE4") == 1);
  CHECK(pending({prepend("_"), replace("ba", "")}, "abab") == 1);
  CHECK(pending({replace("aaab", "x")}, "aaaaa") == 3);
  CHECK(pending({replace_regex("^a|b\\z", "")}, "abab") == 1);
}

}  // namespace polyglyph::normalizers
