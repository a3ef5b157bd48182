// Budgets: that what is left fits, cuts through nothing, and is as much as a slow search finds; that no more
// is read than that takes; what is refused.
#include "polyglyph/budget.h"

#include <catch2/catch.hpp>

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "polyglyph/error.h"
#include "tests/loading.h"
#include "tests/temporary_folder.h"
#include "tests/texts.h"
#include "text/segmenter.h"
#include "unicode/utf8.h"

namespace polyglyph::test {
namespace {

std::string_view part(std::string_view text, Span span) {
  return text.substr(span.begin, span.end - span.begin);
}

bool is_boundary(std::string_view text, Whole whole, std::size_t place) {
  if (whole == Whole::byte || place == text.size()) return true;
  if (whole == Whole::grapheme) return text::Segmenter(text::Segment::grapheme).floor(text, place) == place;
  std::size_t at = 0;
  while (at < place) at += unicode::decode(text.data() + at, text.data() + text.size()).size;
  return at == place;
}

// The first of the places where the text's first tokens end, from the budget's down, that may be cut at and
// leaves no more tokens than that; and how many tokens that is below the budget.
std::pair<std::size_t, std::size_t> slow_end(const Tokenizer& tok, std::string_view text, std::size_t limit,
                                             Whole whole) {
  const Encoding encoding = tok.encode_with_offsets(text);
  for (std::size_t tokens = limit; tokens > 0; --tokens) {
    std::size_t place = encoding.offsets[tokens - 1].end;
    while (!is_boundary(text, whole, place)) --place;
    if (tok.count(text.substr(0, place)) <= limit) return {place, limit - tokens};
  }
  return {0, limit};
}

std::vector<std::string> some_texts() {
  std::vector<std::string> texts = hostile_texts();
  for (const std::string& text : ill_formed_texts()) texts.push_back(text);
  for (const char* language : {"en", "th", "hi", "ko", "zh", "ar", "ta"})
    texts.push_back(
        read_file(std::string(POLYGLYPH_TESTS_DIR) + "/../samples/" + language + ".txt").substr(0, 1501));
  for (Named& named : long_texts(700)) texts.push_back(std::move(named.text));
  return texts;
}

TEST_CASE("a text is cut to a budget") {
  struct Case {
    const char* text;
    std::size_t limit;
    Side side;
    Whole whole;
    const char* left;
  };
  using enum Side;
  using enum Whole;
  const Case cases[] = {
      {"", 1, right, grapheme, ""},
      {"Hello, world", 3, right, grapheme, "Hello, world"},
      {"Hello, world", 2, right, grapheme, "Hello,"},
      {"Hello, world", 2, left, grapheme, ", world"},
      {"Hello, world", 1, left, grapheme, " world"},
      {"👩‍👩‍👧", 3, right, grapheme, ""},
      {"👩‍👩‍👧", 3, right, character, "👩‍"},
      {"a👩‍👩‍👧b", 3, left, grapheme, "b"},
      {"𒀀𒀀", 1, right, character, ""},
      {"𒀀𒀀", 1, right, byte, "\xF0\x92\x80"},
      {"𒀀𒀀", 1, left, byte, "\x80"},
      {"one  two", 2, right, grapheme, "one "},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text, c.limit);
    const BudgetOptions options{c.side, c.whole, {}};
    CHECK(escaped(part(c.text, truncate(builtin("qwen3"), c.text, c.limit, options))) == escaped(c.left));
  }
}

TEST_CASE("a grapheme without end is cut between its characters") {
  const auto marked = [](std::size_t marks) {
    std::string text = "e";
    for (std::size_t i = 0; i < marks; ++i) text += "\u0301";
    return text;
  };
  const Tokenizer& tok = builtin("qwen3");
  CHECK(truncate(tok, marked(500), 100) == Span{0, 0});
  const Span left = truncate(tok, marked(20000), 1000);
  CHECK(left.end > 900);
  CHECK(left.end % 2 == 1);
  CHECK(tok.fits(marked(20000).substr(0, left.end), 1000));
}

TEST_CASE("what is left fits, and more would not") {
  for (const char* name : {"qwen3", "o200k"}) {
    const Tokenizer& tok = builtin(name);
    for (const std::string& text : some_texts()) {
      const std::size_t all = tok.count(text);
      for (const std::size_t limit : {1, 2, 5, 17, 64, 200}) {
        for (const Whole whole : {Whole::grapheme, Whole::character, Whole::byte}) {
          CAPTURE(name, escaped(text), limit, int(whole));
          const Span begin = truncate(tok, text, limit, {Side::right, whole, {}});
          const Span end = truncate(tok, text, limit, {Side::left, whole, {}});
          REQUIRE(begin.begin == 0);
          REQUIRE(end.end == text.size());
          REQUIRE(tok.count(part(text, begin)) <= limit);
          REQUIRE(tok.count(part(text, end)) <= limit);
          REQUIRE(is_boundary(text, whole, begin.end));
          REQUIRE(is_boundary(text, whole, end.begin));
          if (all <= limit) {
            REQUIRE(begin == Span{0, text.size()});
            REQUIRE(end == begin);
          } else {
            const auto [place, fewer] = slow_end(tok, text, limit, whole);
            if (fewer < 2) REQUIRE(begin.end == place);
          }
        }
      }
    }
  }
}

TEST_CASE("the middle is left out") {
  const Tokenizer& tok = builtin("qwen3");
  const std::string text = "one two three four five six seven eight nine ten";
  const auto joined = [&](std::size_t limit, HeadTailOptions options) {
    const HeadTail kept = head_tail(tok, text, limit, options);
    if (kept.head_end == text.size()) return text;
    return text.substr(0, kept.head_end) + std::string(options.marker) + text.substr(kept.tail_begin);
  };
  CHECK(joined(10, {}) == text);
  CHECK(joined(5, {.marker = "…"}) == "one two… nine ten");
  CHECK(joined(5, {.head = 1, .marker = "…"}) == "one two three four…");
  CHECK(joined(5, {.head = 0, .marker = "…"}) == "… seven eight nine ten");
  CHECK(joined(4, {.marker = ""}) == "one two nine ten");
  CHECK(joined(1, {.marker = "…"}) == "…");
}

TEST_CASE("head and tail fit, together with what stands between them") {
  for (const std::string& text : some_texts()) {
    for (const std::size_t limit : {3, 8, 50, 150}) {
      for (const double head : {0.0, 0.3, 1.0}) {
        const Tokenizer& tok = builtin("qwen3");
        CAPTURE(escaped(text), limit, head);
        HeadTailOptions options;
        options.head = head;
        const HeadTail kept = head_tail(tok, text, limit, options);
        if (tok.count(text) <= limit) {
          REQUIRE(kept == HeadTail{text.size(), text.size()});
          continue;
        }
        REQUIRE(kept.head_end <= kept.tail_begin);
        REQUIRE(is_boundary(text, Whole::grapheme, kept.head_end));
        REQUIRE(is_boundary(text, Whole::grapheme, kept.tail_begin));
        REQUIRE(tok.count(text.substr(0, kept.head_end) + std::string(options.marker) +
                          text.substr(kept.tail_begin)) <= limit);
      }
    }
  }
}

// A gigabyte of which only both ends may be read: reading anything else ends the program.
// Every character but "a" is unknown, and unknown ones in a row are one token.
const char* const kFusing = R"({"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
  "normalizer": {"type": "Replace", "pattern": {"String": "f"}, "content": "aa"}, "pre_tokenizer": null,
  "post_processor": null, "decoder": null,
  "model": {"type": "BPE", "dropout": null, "unk_token": "u", "continuing_subword_prefix": null,
    "end_of_word_suffix": null, "fuse_unk": true, "byte_fallback": false, "ignore_merges": false,
    "vocab": {"u": 0, "a": 1}, "merges": []}})";

TEST_CASE("what does not fit is never all that is left") {
  const TemporaryFolder folder;
  const Tokenizer tok = Tokenizer::from_file(folder.write("tokenizer.json", kFusing));
  HeadTailOptions options;
  options.marker = "-";
  for (const char* text : {"af", "aaf", "faf", "affa", "xaf"}) {
    for (std::size_t limit = 1; limit < 6; ++limit) {
      CAPTURE(text, limit);
      const HeadTail cut = head_tail(tok, text, limit, options);
      const std::string_view all = text;
      std::string joined(all.substr(0, cut.head_end));
      if (cut.head_end < cut.tail_begin) joined += options.marker;
      joined += all.substr(cut.tail_begin);
      CHECK(tok.fits(joined, limit));
    }
  }
}

TEST_CASE("no more of a text is read than a budget asks for") {
  constexpr std::size_t kSize = std::size_t{1} << 30, kEnd = std::size_t{1} << 17;
  void* memory = ::mmap(nullptr, kSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  char* text = static_cast<char*>(memory);
  const std::string sample = read_file(POLYGLYPH_TESTS_DIR "/../samples/en.txt");
  for (char* end : {text, text + kSize - kEnd}) {
    REQUIRE(::mprotect(end, kEnd, PROT_READ | PROT_WRITE) == 0);
    for (std::size_t i = 0; i < kEnd; ++i) end[i] = sample[i % sample.size()];
  }
  const std::string_view view(text, kSize);
  const Tokenizer& tok = builtin("qwen3");
  const Span begin = truncate(tok, view, 5000);
  CHECK(begin.end < kEnd);
  CHECK(tok.count(part(view, begin)) == 5000);
  const Span end = truncate(tok, view, 5000, {Side::left, Whole::grapheme, {}});
  CHECK(end.begin > kSize - kEnd);
  CHECK(tok.count(part(view, end)) == 5000);
  const HeadTail kept = head_tail(tok, view, 5000);
  CHECK(kept.head_end < kEnd);
  CHECK(kept.tail_begin > kSize - kEnd);
  ::munmap(memory, kSize);
}

TEST_CASE("control tokens and budgets") {
  const Tokenizer& tok = builtin("qwen3");
  BudgetOptions options;
  options.encode.special_tokens = SpecialTokens::parse;
  CHECK(truncate(tok, "<|im_end|><|im_end|> x", 2, options) == Span{0, 20});
  options.encode.special_tokens = SpecialTokens::reject;
  CHECK(truncate(tok, "Hello there <|im_end|>", 2, options) == Span{0, 11});
  check_error(error_of([&] { truncate(tok, "Hello <|im_end|> there", 6, options); }),
              ErrorCode::control_token, {"<|im_end|>", "byte 6"});
  HeadTailOptions both;
  both.encode = options.encode;
  both.head = 0;
  CHECK(head_tail(tok, "One <|im_end|> two three four five six", 6, both).head_end == 0);
  check_error(error_of([&] { head_tail(tok, "One <|im_end|>", 100, both); }), ErrorCode::control_token,
              {"<|im_end|>", "byte 4"});
  check_error(error_of([&] { truncate(tok, "Hello <|im_end|>", 100, options); }), ErrorCode::control_token,
              {"<|im_end|>", "byte 6"});
}

TEST_CASE("budgets without meaning") {
  const Tokenizer& tok = builtin("qwen3");
  const auto fails = [](const auto& call, const std::vector<std::string>& parts) {
    check_error(error_of(call), ErrorCode::invalid_argument, parts);
  };
  fails([&] { truncate(tok, "a", 0); }, {"limit: it is 0"});
  fails([&] { head_tail(tok, "a", 0); }, {"limit: it is 0"});
  fails([&] { head_tail(tok, "a b c d", 3, {.marker = "x y z q"}); }, {"marker: it takes 4 tokens"});
  fails([&] { head_tail(tok, "a b", 1, {.head = 1.5}); }, {"head: it is no share"});
  fails([&] { head_tail(tok, "a b", 1, {.head = std::numeric_limits<double>::quiet_NaN()}); },
        {"head: it is no share"});
}

}  // namespace
}  // namespace polyglyph::test
