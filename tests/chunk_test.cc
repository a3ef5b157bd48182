// Chunks: where each kind of boundary cuts small texts; on many texts, that nothing is lost, everything fits,
// what fits is not cut, and overlaps are as asked; that a stream of parts cut anywhere gives the chunks of
// the whole.
#include "polyglyph/chunk.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "polyglyph/error.h"
#include "polyglyph/text.h"
#include "tests/loading.h"
#include "tests/temporary_folder.h"
#include "tests/texts.h"
#include "text/segmenter.h"

namespace polyglyph::test {
namespace {

using enum ChunkBoundary;

constexpr ChunkBoundary kBoundaries[] = {sentence, paragraph, markdown, code, token};

// Every byte is a token, so that a limit can be read off the text.
const Tokenizer& bytes() {
  static const Tokenizer tok = [] {
    std::string ranks;
    for (int byte = 0; byte < 256; ++byte)
      ranks += base64(std::string(1, static_cast<char>(byte))) + " " + std::to_string(byte) + "\n";
    const TemporaryFolder folder;
    return Tokenizer::from_file(folder.write("bytes.tiktoken", ranks), with_pattern("o200k"));
  }();
  return tok;
}

std::string_view part(std::string_view text, Span span) {
  return text.substr(span.begin, span.end - span.begin);
}

std::string shown(std::string_view text, const ChunkOptions& options) {
  std::string shown;
  for (const Chunk& c : chunk(bytes(), text, options)) {
    if (!shown.empty()) shown += '|';
    shown += part(text, c.span);
  }
  return shown;
}

TEST_CASE("where texts are cut") {
  struct Case {
    ChunkBoundary boundary;
    std::size_t max_tokens;
    std::size_t overlap;
    const char* expected;  // the text, with a bar where a chunk ends
  };
  const Case cases[] = {
      {token, 4, 0, "one |two "},
      {token, 3, 0, "one| tw|o"},
      {token, 4, 0, "aé|éb"},
      {token, 5, 0, "e\u0301a|e\u0301"},
      {sentence, 100, 0, "One. Two."},
      {sentence, 9, 0, "One. |Two two. |Three."},
      {sentence, 10, 0, "One. Two. |Three. |Four. |Five."},
      {sentence, 12, 0, "A sentence |that does |not fit. |Another."},
      {sentence, 6, 0, "Oh. |incred|ibly |long"},
      {sentence, 14, 0, "One line.\n\n|Another line."},
      {sentence, 6, 0, "One | \u0301two"},
      {sentence, 8, 0, "Header\n|Text."},
      {paragraph, 19, 0, "One. Two.\n\n|Three. Four. Five.\n|\nSix."},
      {paragraph, 22, 0, "One. Two.\n\n|Three. Four. Five.\n\n|Six."},
      {paragraph, 12, 0, "One. Two.\n\n|Three. |Four. Five."},
      {code, 16, 0, "int a;\nint b;\n\n|int c;\n"},
      {code, 30, 0, "void f() {\n  a;\n\n  b;\n}\n\n|void g() {\n}\n"},
      {code, 20, 0, "void f() {\n  a;\n\n|  b = 1;\n}\n\n|void g() {\n}\n"},
      {code, 8, 0, "x = 1\n|y = z + |1\n"},
      {markdown, 24, 0, "# A\n\nText text.\n\n|# B\n\nMore.\n"},
      {markdown, 24, 0, "# A\n\nText.\n\n|## B\n\nMore. More.\n"},
      {markdown, 21, 0, "Text text.\n\n|## B\n\nMore. More.\n"},
      {markdown, 24, 0, "Before.\n\n|```\na = 1\n\nb = 2\n```\n\n|After."},
      {markdown, 16, 0, "Text.\n\n|- one\n- two\n- 3\n"},
      {markdown, 12, 0, "- one\n- two\n|- three\n"},
      {markdown, 38, 0, "# A heading of words\n\n|```\na = 1\n\nb = 2\n\nc = 3\n```\n"},
      {markdown, 24, 0, "# A heading of words\n\n|```\na\n```\n"},
      {markdown, 13, 0, "Text here.\n\n|````\n\na\n````\n|\nEnd"},
      {markdown, 24, 0, "Intro.\n\n|# A heading\n\n## Sub\n\n|Text one. Text two.\n\n"},
      {paragraph, 10, 0, "One. Two.\n|\nThree."},
      {markdown, 19, 0, "Title\n=====\n\nTxt.\n|Title\n-----\n\nTxt."},
  };
  for (const Case& c : cases) {
    std::string text = c.expected;
    text.erase(std::remove(text.begin(), text.end(), '|'), text.end());
    ChunkOptions options;
    options.max_tokens = c.max_tokens;
    options.overlap = c.overlap;
    options.boundary = c.boundary;
    CAPTURE(int(c.boundary), c.max_tokens);
    CHECK(shown(text, options) == c.expected);
  }
}

TEST_CASE("overlaps") {
  const auto with_overlap = [](ChunkBoundary boundary, std::size_t max_tokens, std::size_t overlap,
                               const char* text) {
    ChunkOptions options;
    options.max_tokens = max_tokens;
    options.overlap = overlap;
    options.boundary = boundary;
    return shown(text, options);
  };
  CHECK(with_overlap(token, 4, 2, "abcdefgh") == "abcd|cdef|efgh");
  CHECK(with_overlap(sentence, 10, 5, "One. Two. Six. Ten.") == "One. Two. |Two. Six. |Six. Ten.");
  // No whole sentence fits into it, so words do; less than a word is not repeated.
  CHECK(with_overlap(sentence, 14, 5, "One two six. Four ten.") == "One two six. |six. Four ten.");
  CHECK(with_overlap(sentence, 13, 2, "One two six. Four ten.") == "One two six. |Four ten.");
  // The second sentence does not fit into what the overlap leaves.
  CHECK(with_overlap(sentence, 13, 5, "One two six. Four ten.") == "One two six. |six. Four |Four ten.");
  CHECK(with_overlap(code, 8, 4, "a\nb\ncc\ndd\nee\n") == "a\nb\ncc\n|cc\ndd\n|dd\nee\n");
  // No room for the overlap and the next character together.
  CHECK(with_overlap(token, 4, 3, "abc𒀀d") == "abc|𒀀|d");
}

std::vector<std::string> some_texts() {
  std::vector<std::string> texts = hostile_texts();
  for (const std::string& text : ill_formed_texts()) texts.push_back(text);
  for (const char* language : {"en", "th", "ko", "zh", "ar"})
    texts.push_back(
        read_file(std::string(POLYGLYPH_TESTS_DIR) + "/../samples/" + language + ".txt").substr(0, 3001));
  for (const char* name : {"README.md", "docs/formats.md", "packing/chunker.cc"})
    texts.push_back(read_file(std::string(POLYGLYPH_TESTS_DIR) + "/../" + name).substr(0, 5000));
  for (Named& named : long_texts(900)) texts.push_back(std::move(named.text));
  return texts;
}

void check_chunks(const Tokenizer& tok, std::string_view text, const ChunkOptions& options) {
  const std::vector<Chunk> chunks = chunk(tok, text, options);
  REQUIRE(chunks.empty() == text.empty());
  std::size_t begin = 0, end = 0;
  for (const Chunk& c : chunks) {
    CAPTURE(c.span.begin, c.span.end);
    const std::string_view own = part(text, c.span);
    REQUIRE(c.tokens == tok.count(own, options.encode));
    if (c.tokens > options.max_tokens) REQUIRE(count_characters(own) == 1);
    REQUIRE(c.span.begin >= begin);
    REQUIRE(c.span.begin <= end);
    REQUIRE(c.span.end > end);
    if (c.span.begin < end)
      REQUIRE(tok.count(text.substr(c.span.begin, end - c.span.begin)) <= options.overlap);
    begin = c.span.begin;
    end = c.span.end;
  }
  REQUIRE(end == text.size());
}

TEST_CASE("nothing is lost, and everything fits") {
  const Tokenizer& tok = builtin("qwen3");
  for (const std::string& text : some_texts()) {
    for (const ChunkBoundary boundary : kBoundaries) {
      for (const auto& [max_tokens, overlap] : std::vector<std::pair<std::size_t, std::size_t>>{
               {1, 0}, {2, 1}, {7, 0}, {20, 6}, {100, 0}, {300, 50}}) {
        CAPTURE(escaped(text), int(boundary), max_tokens, overlap);
        ChunkOptions options;
        options.max_tokens = max_tokens;
        options.overlap = overlap;
        options.boundary = boundary;
        check_chunks(tok, text, options);
      }
    }
  }
}

// Cuts the text at every boundary that `next` names and checks that a part that fits lies in one chunk.
template <class Next>
void check_whole(const Tokenizer& tok, const std::string& text, const ChunkOptions& options,
                 const Next& next) {
  const std::vector<Chunk> chunks = chunk(tok, text, options);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = next(begin);
    if (tok.count(text.substr(begin, end - begin)) <= options.max_tokens) {
      const bool whole = std::any_of(chunks.begin(), chunks.end(), [&](const Chunk& c) {
        return c.span.begin <= begin && end <= c.span.end;
      });
      CAPTURE(text.substr(begin, end - begin), begin, end);
      REQUIRE(whole);
    }
    begin = end;
  }
}

TEST_CASE("what fits is not cut") {
  ChunkOptions options;
  for (const char* language : {"en", "de", "hi", "ko", "zh", "ja", "ru", "fr"}) {
    std::string text =
        read_file(std::string(POLYGLYPH_TESTS_DIR) + "/../samples/" + language + ".txt").substr(0, 6000);
    while (!is_utf8(text)) text.pop_back();
    for (const std::size_t max_tokens : {15, 40, 120}) {
      CAPTURE(language, max_tokens);
      options.max_tokens = max_tokens;
      options.boundary = sentence;
      text::Segmenter segmenter(text::Segment::sentence);
      check_whole(builtin("qwen3"), text, options,
                  [&](std::size_t at) { return segmenter.ceil(text, at + 1); });
      options.boundary = paragraph;
      check_whole(builtin("qwen3"), text, options, [&](std::size_t at) {
        std::size_t end = text.find("\n\n", at);
        while (end < text.size() && text[end] == '\n') ++end;
        return std::min(end, text.size());
      });
      options.boundary = code;
      check_whole(builtin("qwen3"), text, options, [&](std::size_t at) {
        const std::size_t end = text.find('\n', at);
        return end == std::string::npos ? text.size() : end + 1;
      });
    }
  }
}

TEST_CASE("a stream cuts where the whole is cut") {
  std::mt19937 random(7);
  std::vector<std::string> texts = some_texts();
  for (Named& named : long_texts(3000)) texts.push_back(std::move(named.text));
  texts.push_back(read_file(POLYGLYPH_TESTS_DIR "/../docs/formats.md"));
  const Tokenizer& tok = builtin("qwen3");
  for (const std::string& text : texts) {
    for (const ChunkBoundary boundary : kBoundaries) {
      ChunkOptions options;
      options.max_tokens =
          std::uniform_int_distribution<std::size_t>(text.size() < 4000 ? 1 : 40, 200)(random);
      options.overlap = options.max_tokens / 5;
      options.boundary = boundary;
      options.unit = text.size() % 2 == 0 ? OffsetUnit::chars : OffsetUnit::utf16;
      CAPTURE(escaped(text.substr(0, 1000)), text.size(), int(boundary), options.max_tokens);
      const std::vector<Chunk> whole = chunk(tok, text, options);
      ChunkStream stream(tok, options);
      for (int round = 0; round < 2; ++round) {
        std::vector<Chunk> chunks;
        const auto take = [&](const Chunk& c, std::string_view own) {
          REQUIRE(tok.count(own) == c.tokens);
          chunks.push_back(c);
        };
        for (std::size_t at = 0; at < text.size();) {
          const std::size_t size = std::uniform_int_distribution<std::size_t>(1, 1 + text.size() / 7)(random);
          stream.feed(std::string_view(text).substr(at, size), take);
          at += size;
        }
        stream.finish(take);
        REQUIRE(chunks == whole);
      }
    }
  }
}

TEST_CASE("spans count what they are asked to") {
  const std::string text =
      "a𒀀é\xFF"
      "b𒀀";
  ChunkOptions options;
  options.max_tokens = 5;
  options.boundary = token;
  const auto spans = [&](OffsetUnit unit) {
    std::vector<Span> spans;
    options.unit = unit;
    for (const Chunk& c : chunk(bytes(), text, options)) spans.push_back(c.span);
    return spans;
  };
  CHECK(spans(OffsetUnit::bytes) == std::vector<Span>{{0, 5}, {5, 9}, {9, 13}});
  CHECK(spans(OffsetUnit::chars) == std::vector<Span>{{0, 2}, {2, 5}, {5, 6}});
  CHECK(spans(OffsetUnit::utf16) == std::vector<Span>{{0, 3}, {3, 6}, {6, 8}});
}

TEST_CASE("control tokens and chunks") {
  const Tokenizer& tok = builtin("qwen3");
  const std::string text = "One two three. <|im_end|> Four.";
  ChunkOptions options;
  options.max_tokens = 3;
  options.boundary = token;
  options.encode.special_tokens = SpecialTokens::reject;
  check_error(error_of([&] { chunk(tok, text, options); }), ErrorCode::control_token,
              {"<|im_end|>", "byte 15"});
  ChunkStream stream(tok, options);
  const auto ignore = [](const Chunk&, std::string_view) {};
  stream.feed("One two ", ignore);
  check_error(error_of([&] {
                stream.feed("three. <|im_end|> Four.", ignore);
                stream.finish(ignore);
              }),
              ErrorCode::control_token, {"<|im_end|>", "byte 15"});
  options.encode.special_tokens = SpecialTokens::parse;
  options.max_tokens = 6;
  check_chunks(tok, text, options);
}

TEST_CASE("text of no tokens is cut all the same") {
  const TemporaryFolder folder;
  const auto path = folder.write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\n[PAD]\n[MASK]\na\n");
  const Tokenizer tok = Tokenizer::from_file(path);
  ChunkOptions options;
  options.max_tokens = 2;
  for (const std::string& text : {std::string(100000, ' '), std::string(100000, 'x')}) {
    const std::vector<Chunk> chunks = chunk(tok, text, options);
    CHECK(chunks.size() == (100000 + 2047) / 2048);
    for (const Chunk& c : chunks) CHECK(c.span.end - c.span.begin <= 2 * kMaxChunkBytesPerToken);
  }
}

TEST_CASE("an overlap of few tokens is not a chunk of text") {
  const TemporaryFolder folder;
  const Tokenizer tok = Tokenizer::from_file(folder.write("tokenizer.json", small_words("decoder", "null")));
  ChunkOptions options;
  options.max_tokens = 4;
  options.overlap = 3;
  const std::string text(200000, 'x');
  CHECK(chunk(tok, text, options).size() < 400);
}

TEST_CASE("an error ends a stream of chunks") {
  ChunkOptions options;
  options.encode.special_tokens = SpecialTokens::reject;
  ChunkStream stream(builtin("qwen3"), options);
  const auto ignore = [](const Chunk&, std::string_view) {};
  check_error(error_of([&] { stream.feed("One <|im_end|> two three four five", ignore); }),
              ErrorCode::control_token, {"byte 4"});
  for (int i = 0; i < 2; ++i) {
    check_error(error_of([&] { stream.feed("a", ignore); }), ErrorCode::invalid_argument, {"has ended"});
    check_error(error_of([&] { stream.finish(ignore); }), ErrorCode::invalid_argument, {"has ended"});
  }
}

TEST_CASE("chunks without meaning") {
  const Tokenizer& tok = builtin("qwen3");
  const auto fails = [&](ChunkOptions options, const std::vector<std::string>& parts) {
    check_error(error_of([&] { chunk(tok, "a", options); }), ErrorCode::invalid_argument, parts);
    check_error(error_of([&] { ChunkStream(tok, options); }), ErrorCode::invalid_argument, parts);
  };
  fails({.max_tokens = 0}, {"max_tokens: it is 0"});
  fails({.max_tokens = 5, .overlap = 5}, {"overlap: it is 5", "room for 5"});
  fails({.max_tokens = 5, .overlap = 50}, {"overlap: it is 50"});
  fails({.locale = "english"}, {"locale: 'english'"});
}

}  // namespace
}  // namespace polyglyph::test
