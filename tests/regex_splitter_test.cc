// RegexSplitter against the naive oracle on every short string of small alphabets, against what the
// references themselves answered (tokenizers 0.23.3, tiktoken 0.14.0) where their dialects differ, and every
// construct that is refused.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "polyglyph/error.h"
#include "tests/reference/regex.h"
#include "tests/texts.h"
#include "tokenizer/regex_check.h"
#include "tokenizer/regex_splitter.h"
#include "tokenizer/regex_syntax.h"
#include "unicode/char_class.h"
#include "unicode/property.h"
#include "unicode/utf8.h"

namespace polyglyph {
namespace {

using tokenizer::RegexSplitter;
using vocab::Reference;

constexpr Reference kHuggingFace = Reference::hugging_face;
constexpr Reference kTiktoken = Reference::tiktoken;

std::unique_ptr<RegexSplitter> compile(std::string_view pattern, Reference dialect) {
  return RegexSplitter::compile(pattern, dialect, "test.json");
}

std::vector<Span> find_all(const RegexSplitter& splitter, std::string_view text) {
  std::vector<Span> found;
  std::size_t at = 0;
  for (Span match; splitter.find(text, at, match); at = match.end) found.push_back(match);
  return found;
}

struct Pattern {
  std::string name;
  Reference dialect;
  std::string pattern;
};

const std::string kTail = R"(\s*[\r\n]+|\s+(?!\S)|\s+)";
const std::string kContractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const std::string kUpper = R"([\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}])";
const std::string kLower = R"([\p{Ll}\p{Lm}\p{Lo}\p{M}])";

// Public patterns, as their owners spell them, and odd ones; all in the syntax of the oracle.
const std::vector<Pattern>& patterns() {
  static const std::vector<Pattern> all = {
      {"gpt2", kHuggingFace, R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"},
      {"r50k", kTiktoken,
       R"('(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s)"},
      {"cl100k", kTiktoken,
       R"((?i:'s|'d|'m|'t|'ll|'ve|'re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+)"
       R"(|\s++$|\s*[\r\n]|\s+(?!\S)|\s)"},
      {"llama3", kHuggingFace,
       kContractions + R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|)" + kTail},
      {"qwen", kHuggingFace,
       kContractions + R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|)" + kTail},
      {"o200k", kHuggingFace,
       R"([^\r\n\p{L}\p{N}]?)" + kUpper + "*" + kLower + "+" + kContractions + R"(?|[^\r\n\p{L}\p{N}]?)" +
           kUpper + "+" + kLower + "*" + kContractions + R"(?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|)" +
           kTail},
      {"deepseek digits", kHuggingFace, R"(\p{N}{1,3})"},
      {"deepseek cjk", kHuggingFace, "[一-龥\u3040-ゟ゠-ヿ]+"},
      {"deepseek rest", kHuggingFace,
       R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|)" +
           kTail},
      {"starcoder", kHuggingFace, R"(\p{N})"},
      {"rival before the run", kHuggingFace, R"(\s\s\n|a|\s+(?!\S)|\s)"},
      {"run alone", kTiktoken, R"(a|\s+(?!\S))"},
      {"run of two", kHuggingFace, R"(\s{2,3}a|'s|\s\s+|1)"},
      {"backing off", kHuggingFace, R"((?:a|as|a's)+1|(?:s|ss)?'|\s{0,2}1)"},
      {"possessive", kTiktoken, R"(a*+s|'?+s{1,2}+|\s++1)"},
  };
  return all;
}

TEST_CASE("matches of every short string are those of the oracle") {
  const bool long_tests = std::getenv("POLYGLYPH_LONG_TESTS") != nullptr;
  const std::vector<std::string> alphabet = {"a", "A", "1", " ", "\n", "'", "s", "é", "中", "\u0301"};
  for (const Pattern& pattern : patterns()) {
    const auto splitter = compile(pattern.pattern, pattern.dialect);
    const reference::Regex oracle(pattern.pattern);
    std::size_t wrong = 0;
    test::for_each_string(alphabet, long_tests ? 6 : 5, [&](const std::string& text) {
      if (find_all(*splitter, text) == oracle.find_all(text)) return;
      if (++wrong <= 3) UNSCOPED_INFO(pattern.name << ": " << test::escaped(text));
    });
    CHECK(wrong == 0);
  }
}

// No later text may change what begins before undecided(), nor that nothing does.
TEST_CASE("what begins before undecided() is final") {
  const std::vector<std::string> alphabet = {"a", "1", " ", "\n", "'", "s"};
  const auto begun_before = [](std::vector<Span> found, std::size_t limit) {
    std::erase_if(found, [&](const Span& match) { return match.begin >= limit; });
    return found;
  };
  for (const Pattern& pattern : patterns()) {
    const auto splitter = compile(pattern.pattern, pattern.dialect);
    std::size_t wrong = 0;
    test::for_each_string(alphabet, 4, [&](const std::string& text) {
      const std::size_t limit = splitter->undecided(text, 0);
      const auto now = begun_before(find_all(*splitter, text), limit);
      test::for_each_string(alphabet, 2, [&](const std::string& more) {
        if (begun_before(find_all(*splitter, text + more), limit) == now) return;
        if (++wrong <= 3)
          UNSCOPED_INFO(pattern.name << ": " << test::escaped(text) << " + " << test::escaped(more));
      });
    });
    CHECK(wrong == 0);
  }
}

TEST_CASE("undecided() is no earlier than it has to be") {
  struct Row {
    std::string pattern, text;
    std::size_t from, expected;
  };
  const Row rows[] = {
      {"ab", "", 0, 0},
      {"ab", "xxab", 0, 4},
      {"ab", "xxa", 0, 2},
      {"ab", "ababx", 0, 5},
      {"a+", "xaa", 0, 1},
      {"a+", "xaa", 2, 2},
      {"a{2}", "xaa", 0, 2},
      {"a{2}", "xa", 0, 1},
      {"a{2,3}", "xaaaa", 0, 3},
      {"a|bc|bd", "bca", 0, 3},
      {"a|bc|bd", "ab", 0, 1},
      {R"(\s+(?!\S)|\s)", "a  ", 0, 1},
      {R"(\s+(?!\S)|\s)", "  a", 0, 3},
      {"[^a]+a", "abc", 0, 1},
      {"a*b", "xaac", 0, 4},
      {"a*b", "xcaa", 0, 2},
      {"aa$|b", "caa", 0, 1},
      {R"(a\z)", "aa", 0, 1},
      {"(?:ab|cd)+e", "abcdxabc", 0, 5},
      {"^a+|b", "aab", 0, 3},
      {"^a+|b", "aa", 0, 0},
      {"^a+|b", "baa", 0, 3},
      {"a??b", "a", 0, 0},
      {"中国", "x中", 0, 1},
  };
  for (const Row& row : rows) {
    INFO(row.pattern << " on " << test::escaped(row.text) << " from " << row.from);
    CHECK(compile(row.pattern, kHuggingFace)->undecided(row.text, row.from) == row.expected);
  }
}

// The matches, one after the other; what lies between them is left out.
std::vector<std::string> matches(std::string_view pattern, Reference dialect, std::string_view text) {
  std::vector<std::string> found;
  const auto splitter = compile(pattern, dialect);
  for (const Span match : find_all(*splitter, text)) {
    found.emplace_back(text.substr(match.begin, match.end - match.begin));
  }
  return found;
}

using Strings = std::vector<std::string>;

TEST_CASE("what the references answered") {
  struct Row {
    std::string pattern, text;
    Strings hugging_face, tiktoken;
  };
  const Row rows[] = {
      {"^a", "a\na\ra", {"a", "a"}, {"a"}},
      {"a$", "a\na\n", {"a", "a"}, {}},
      {R"(\n$)", "a\n\nb\n", {"\n", "\n"}, {"\n"}},
      {R"(\Aa)", "aa\na", {"a"}, {"a"}},
      {R"(a\z)", "a\na", {"a"}, {"a"}},
      {".+", "ab\ncd\r\u2028\u0085e", {"ab", "cd\r\u2028\u0085e"}, {"ab", "cd\r\u2028\u0085e"}},
      {"a{2,3}+", "aaaaaaa", {"aaaaaa"}, {"aaa", "aaa"}},
      {"a(?i)s|c", "asaSAScC", {"as", "aS"}, {"as", "aS", "c", "C"}},
      {"(?i)a(?-i)s", "AsasaS", {"As", "as"}, {"As", "as"}},
      {"(?i:'s)", "x'\u017F'S's'k", {"'\u017F", "'S", "'s"}, {"'\u017F", "'S", "'s"}},
      {"(?i:k)", "kK\u212Ax", {"k", "K", "\u212A"}, {"k", "K", "\u212A"}},
      {"(?i:a(?-i:s))", "ASAs", {"As"}, {"As"}},
      {R"(\w)", "a²\u200Dé_", {"a", "²", "é", "_"}, {"a", "\u200D", "é", "_"}},
      {R"([\w])", "a²\u200Dé_", {"a", "é", "_"}, {"a", "\u200D", "é", "_"}},
      {R"(\W)", "a-²\u200D", {"-", "\u200D"}, {"-", "²"}},
      {R"(\d)", "1²٣", {"1", "٣"}, {"1", "٣"}},
      {R"(\p{^L})", "a1", {"1"}, {"1"}},
      {R"(\P{^L})", "a1", {"a"}, {"a"}},
      {R"(\p{Han}+)", "中a国", {"中", "国"}, {"中", "国"}},
      {R"([^(\s|[.,])]+)", "(|)x .,", {"x"}, {"x"}},
      {R"([\w&&[^\d_]])", "a1_é", {"a", "é"}, {"a", "é"}},
      {R"([^a-c&&b-d])", "abcd", {"a", "d"}, {"a", "d"}},
      {R"([a-c&&[^b]&&[bc]])", "abcd", {"c"}, {"c"}},
      {"[a-]+|[-1]", "a-b-1", {"a-", "-", "1"}, {"a-", "-", "1"}},
      {"a{x|}|]|1{", "a{x}]1{", {"a{x", "}", "]", "1{"}, {"a{x", "}", "]", "1{"}},
      {R"(\x{e9}|\u4e2d|\x41|\v|\')",
       "é中A\x0B'",
       {"é", "中", "A", "\x0B", "'"},
       {"é", "中", "A", "\x0B", "'"}},
      {R"(\s{2,}(?!\S)|\s)", "a   b  c  ", {"  ", " ", " ", " ", "  "}, {"  ", " ", " ", " ", "  "}},
      {R"((?:a|\s+(?![^\s])))", "a  a ", {"a", " ", "a", " "}, {"a", " ", "a", " "}},
      {"a+?s|b{1,2}?", "aasbb", {"aas", "b", "b"}, {"aas", "b", "b"}},
      {"a{0}s|s{2}", "sss", {"s", "s", "s"}, {"s", "s", "s"}},
  };
  for (const Row& row : rows) {
    INFO(row.pattern << " on " << test::escaped(row.text));
    CHECK(matches(row.pattern, kHuggingFace, row.text) == row.hugging_face);
    CHECK(matches(row.pattern, kTiktoken, row.text) == row.tiktoken);
  }
}

// How far a class reaches in a pattern: the same for every scalar value as the tables say.
TEST_CASE("classes are those of the tables") {
  std::string text;
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c < 0xD800 || c >= 0xE000) unicode::append(text, c);
  }
  const auto matched = [&](const std::string& pattern, Reference dialect) {
    std::vector<bool> members(0x110000);
    const auto splitter = compile(pattern, dialect);
    for (const Span match : find_all(*splitter, text)) {
      for (std::size_t at = match.begin; at < match.end;) {
        const unicode::Decoded c = unicode::decode(text.data() + at, text.data() + match.end);
        members[c.code_point] = true;
        at += c.size;
      }
    }
    return members;
  };
  const auto expected = [&](const std::function<bool(char32_t)>& holds) {
    std::vector<bool> members(0x110000);
    for (char32_t c = 0; c < 0x110000; ++c) members[c] = (c < 0xD800 || c >= 0xE000) && holds(c);
    return members;
  };
  const std::pair<std::string, unicode::ClassMask> classes[] = {
      {"L", unicode::kLetterMask}, {"M", unicode::kMarkMask},   {"N", unicode::kNumberMask},
      {"P", unicode::kPunctMask},  {"S", unicode::kSymbolMask}, {"Lu", mask_of(unicode::CharClass::lu)},
  };
  for (const auto& [name, mask] : classes) {
    INFO(name);
    const auto holds = [mask](char32_t c) { return (unicode::class_mask(c) & mask) != 0; };
    CHECK((matched("\\p{" + name + "}+", kHuggingFace) == expected(holds)));
    CHECK((matched("[^\\P{" + name + "}]+", kTiktoken) == expected(holds)));
  }
  CHECK((matched("\\s+", kHuggingFace) ==
         expected([](char32_t c) { return (unicode::class_mask(c) & unicode::kSpaceMask) != 0; })));
  CHECK((matched("\\w+", kTiktoken) == expected(unicode::is_word)));
}

TEST_CASE("what is refused, and what is said") {
  struct Row {
    std::string pattern;
    ErrorCode code;
    std::string says;
    bool hugging_face = true, tiktoken = true;  // the dialects that refuse it
  };
  const auto unsupported = ErrorCode::unsupported, malformed = ErrorCode::malformed, limit = ErrorCode::limit;
  std::string deep = "a", many;
  for (std::size_t i = 0; i < tokenizer::kMaxPatternDepth; ++i) deep = "(?:" + deep + ")";
  for (int i = 0; i < 200; ++i) many += R"(\p{L})";
  const Row rows[] = {
      // lookaround and what remembers
      {"(?=a)a", unsupported, "lookaround"},
      {"a(?!b)", unsupported, "lookaround"},
      {R"(a(?!\s))", unsupported, "lookaround"},
      {"(?<=a)b", unsupported, "lookaround"},
      {"(?<!a)b", unsupported, "lookaround"},
      {R"((a)\1)", unsupported, "\\1"},
      {"(?<n>a)", unsupported, "(?<"},
      {"(?P<n>a)", unsupported, "(?P"},
      {"(?>a+)b", unsupported, "atomic"},
      {R"(\ba)", unsupported, "\\b"},
      {R"(a\Z)", unsupported, "\\Z"},
      {R"(\Ga)", unsupported, "\\G"},
      {R"(a\Kb)", unsupported, "\\K"},
      {R"(\R)", unsupported, "\\R"},
      {R"(\X)", unsupported, "\\X"},
      {R"(\h)", unsupported, "\\h"},
      {R"(\<a)", unsupported, "\\<", false, true},
      {R"(\é)", unsupported, "\\é"},
      {"(?m)a", unsupported, "(?m"},
      {"(?s:.)", unsupported, "(?s"},
      {"(?x) a", unsupported, "(?x"},
      {"(?#c)a", unsupported, "(?#"},
      // (?!\S) where it is not an alternative's \s+(?!\S)
      {R"(a(?!\S))", unsupported, "(?!\\S)"},
      {R"(\s*(?!\S))", unsupported, "(?!\\S)"},
      {R"(\s+?(?!\S)|a)", unsupported, "(?!\\S)"},
      {R"(\s++(?!\S)|a)", unsupported, "(?!\\S)"},
      {R"(\s{1,9}(?!\S)|a)", unsupported, "(?!\\S)"},
      {R"( +(?!\S)|a)", unsupported, "(?!\\S)"},
      {R"(a(?:\s+(?!\S)|b))", unsupported, "(?!\\S)"},
      {R"(\s+(?!\S)|a|\s{2,}(?!\S))", unsupported, "more than one"},
      {R"((?!\S)+a)", unsupported, "repeated anchor"},
      // anchors
      {"a^b", unsupported, "^"},
      {"(?:^a)+", unsupported, "^"},
      {"^*a", unsupported, "repeated anchor"},
      {"a$+", unsupported, "repeated anchor"},
      // empty matches
      {"", unsupported, "empty string"},
      {"a*", unsupported, "empty string"},
      {"a|", unsupported, "empty string"},
      {"a|b?", unsupported, "empty string"},
      {"$", unsupported, "empty string"},
      {"a{0}", unsupported, "empty string"},
      {"(?:a*)+b", unsupported, "repeated"},
      {"(?:a?b?)*c", unsupported, "repeated"},
      // possessive quantifiers that matter, and quantifiers on quantifiers
      {"a++a", unsupported, "possessive"},
      {R"(\w++é)", unsupported, "possessive"},
      {"(?:a?+b)?+a", unsupported, "possessive"},
      {"(?:a++|b)+c", unsupported, "possessive"},
      {R"(\s++$|a)", unsupported, "possessive", true, false},
      {"a**", unsupported, "in a row"},
      {"a{2}{3}", unsupported, "in a row"},
      {"a+??", unsupported, "in a row"},
      {"ba{2}?", unsupported, "{n}?", true, false},
      {"a{,2}b", unsupported, "{,n}"},
      // case
      {"(?i:é)", unsupported, "(?i)"},
      {R"((?i)\p{L}+)", unsupported, "(?i)"},
      {R"((?i:\p{Lu}))", unsupported, "(?i)"},
      {"(?i:[^s])", unsupported, "case-insensitive class"},
      {"(?i:[a-z&&[^s]])", unsupported, "case-insensitive class"},
      {"(?i:[kſ])", unsupported, "(?i)"},
      {"(?i:ss)", unsupported, "together", true, false},
      {"(?i:'st)", unsupported, "together", true, false},
      {"(?i:f+)", unsupported, "together", true, false},
      {"(?i:s)x?(?i:[rt])", unsupported, "together", true, false},
      // classes
      {"[[:alpha:]]", unsupported, "POSIX"},
      {"[a-z--b]", unsupported, "set operation"},
      {"[a-z~~b]", unsupported, "set operation"},
      {"[&&a]", unsupported, "&&"},
      {"[a&&]", unsupported, "&&"},
      {"[]a]", unsupported, "unescaped ]"},
      {"[^]a]", unsupported, "unescaped ]"},
      {"[a-c-e]", unsupported, "unescaped -"},
      {R"([\w-x])", unsupported, "unescaped -"},
      {"[a-[bc]]", unsupported, "unescaped -"},
      {R"([a-\d])", malformed, "range"},
      {"[z-a]", malformed, "wrong order"},
      {"[a", malformed, "not closed"},
      {"[a-", malformed, "not closed"},
      {"[", malformed, "not closed"},
      {R"([a\)", malformed, "backslash"},
      {R"(\p{Klingon})", unsupported, "Klingon"},
      {R"(\p{word})", unsupported, "word"},
      {R"(\p{Letter})", unsupported, "short name"},
      {R"(\pL)", malformed, "braces", true, false},
      {R"(\p{L)", malformed, "not closed"},
      {R"(\p)", malformed, "braces"},
      // broken ones
      {"(a", malformed, "not closed"},
      {"a)", malformed, "closes no group"},
      {R"(\s+(?!\S)", malformed, "not closed"},
      {"*a", malformed, "nothing to repeat"},
      {"a|+", malformed, "nothing to repeat"},
      {"{2}", malformed, "nothing to repeat"},
      {"a{3,2}", malformed, "wrong order"},
      {"a\\", malformed, "backslash"},
      {R"(\x{110000})", malformed, "scalar value"},
      {R"(\ud800)", malformed, "scalar value"},
      {R"(\u12)", malformed, "digits"},
      {R"(\x{})", malformed, "digits"},
      {R"(\xe9)", unsupported, "byte", true, false},
      {"a\xFF", malformed, "UTF-8"},
      // size
      {std::string(tokenizer::kMaxPatternSize + 1, 'a'), limit, "bytes"},
      {"(?:" + deep + ")", limit, "deeper"},
      {std::string(1000, '['), limit, "deeper"},
      {"a{1001}", limit, "1000"},
      {"a{99999999999999999999}", limit, "1000"},
      {"(?:a{1000}){1000}", limit, "too large"},
      {"(?:" + many + ")", limit, "too large"},
      {R"(\p{L}{500})", limit, "too large"},
      {R"(\s{1000,}(?!\S))", limit, "too large"},
  };
  for (const Row& row : rows) {
    for (const Reference dialect : {kHuggingFace, kTiktoken}) {
      INFO(row.pattern.substr(0, 60) << (dialect == kHuggingFace ? " (Hugging Face)" : " (tiktoken)"));
      if (!(dialect == kHuggingFace ? row.hugging_face : row.tiktoken)) {
        CHECK_NOTHROW(compile(row.pattern, dialect));
        continue;
      }
      try {
        compile(row.pattern, dialect);
        FAIL_CHECK("was accepted");
      } catch (const Error& error) {
        CHECK(error.code() == row.code);
        CHECK(error.where() == "test.json");
        CHECK_THAT(error.what(), Catch::Contains(row.says));
      }
    }
  }
}

// The time a piece takes must not depend on what lies around it.
TEST_CASE("long texts of one character") {
  for (const Pattern& pattern : patterns()) {
    const auto splitter = compile(pattern.pattern, pattern.dialect);
    for (const std::string unit : {"a", " ", "\n", "1", "'", "中", " a", "  1"}) {
      std::string text;
      while (text.size() < 100'000) text += unit;
      INFO(pattern.name << ": " << test::escaped(unit));
      std::size_t covered = 0;
      for (const Span match : find_all(*splitter, text)) covered += match.end - match.begin;
      CHECK(covered <= text.size());
      CHECK(splitter->undecided(text, 0) <= text.size());
    }
  }
}

}  // namespace
}  // namespace polyglyph
