// SentencePiece models of a few pieces: what they make of text, each kind and option; what is refused, and
// where; and that no damage does worse than an error. Parity is for the Python suites.
#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "polyglyph/error.h"
#include "polyglyph/tokenizer.h"
#include "tests/charsmap_writer.h"
#include "tokenizer/engine.h"
#include "vocab/formats/sentencepiece.h"

namespace polyglyph {
namespace {

enum Type : int { normal = 1, unknown, control, user_defined, unused, byte };
enum Model : int { unigram = 1, bpe, word, character };

struct Piece {
  std::string name;
  float score = 0;
  Type type = normal;
};

struct File {
  std::vector<Piece> pieces;
  Model model = bpe;
  bool byte_fallback = false;
  bool suffix = false;
  bool dummy_prefix = true;
  bool remove_spaces = true;
  bool escape = true;
  std::string charsmap{};
  std::string unknown_surface{};
  std::string denormalizer{};

  std::string content() const {
    std::string out;
    protozero::pbf_writer root(out);
    for (const Piece& piece : pieces) {
      protozero::pbf_writer message(root, 1);
      message.add_string(1, piece.name);
      message.add_float(2, piece.score);
      if (piece.type != normal) message.add_enum(3, piece.type);
    }
    {
      protozero::pbf_writer trainer(root, 2);
      trainer.add_enum(3, model);
      trainer.add_bool(24, suffix);
      trainer.add_bool(35, byte_fallback);
      if (!unknown_surface.empty()) trainer.add_string(44, unknown_surface);
    }
    {
      protozero::pbf_writer normalizer(root, 3);
      normalizer.add_bytes(2, charsmap);
      normalizer.add_bool(3, dummy_prefix);
      normalizer.add_bool(4, remove_spaces);
      normalizer.add_bool(5, escape);
    }
    if (!denormalizer.empty()) protozero::pbf_writer(root, 5).add_bytes(2, denormalizer);
    return out;
  }
};

Tokenizer load(const std::string& content) {
  return Tokenizer::from_image(tokenizer::build_image(vocab::read_sentencepiece("dir/small.model", content)));
}

// <unk> is 0, <s> 1, ▁ 2, a 3, b 4, ab 5, ▁a 6.
File small(Model model) {
  return {.pieces = {{"<unk>", 0, unknown},
                     {"<s>", 0, control},
                     {"\u2581", -3},
                     {"a", -4},
                     {"b", -5},
                     {"ab", -2},
                     {"\u2581a", -1.5f}},
          .model = model};
}

File with_bytes(File file) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (int i = 0; i < 256; ++i) {
    file.pieces.push_back({std::string("<0x") + kDigits[i >> 4] + kDigits[i & 15] + '>', 0, byte});
  }
  file.byte_fallback = true;
  return file;
}

// The ids, and then what they are decoded to.
std::string encoded(const Tokenizer& tokenizer, std::string_view text) {
  std::string shown;
  const std::vector<TokenId> ids = tokenizer.encode(text);
  for (const TokenId id : ids) shown += std::to_string(id) + ' ';
  return shown + '"' + tokenizer.decode(ids) + '"';
}

struct Case {
  std::string_view text;
  std::string_view expected;
};

void check(const File& file, const std::vector<Case>& cases) {
  const Tokenizer tokenizer = load(file.content());
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(encoded(tokenizer, c.text) == c.expected);
    for (std::size_t cut = 0; cut <= c.text.size(); ++cut) {
      std::vector<TokenId> ids;
      EncodeStream stream = tokenizer.encode_stream();
      stream.feed(c.text.substr(0, cut), ids);
      stream.feed(c.text.substr(cut), ids);
      stream.finish(ids);
      CHECK(ids == tokenizer.encode(c.text));
    }
  }
}

TEST_CASE("each kind of model") {
  check(small(bpe), {{"", R"("")"},
                     {"ab", R"(6 4 "ab")"},
                     {"bab", R"(2 4 5 "bab")"},
                     {"a", R"(6 "a")"},
                     {"a  b ", R"(6 2 4 "a b")"},
                     {"xyb", "2 0 4 \" \u2047 b\""},
                     {"<s>", "2 0 \" \u2047 \""}});
  check(small(unigram), {{"ab", R"(2 5 "ab")"}, {"aab", R"(6 5 "aab")"}, {"xy a", "2 0 6 \" \u2047  a\""}});
  check(small(character), {{"ab", R"(2 3 4 "ab")"}, {"axxb", "2 3 0 4 \"a \u2047 b\""}});
  check(small(word),
        {{"a a", R"(6 6 "a a")"}, {"a b c a", "6 0 6 \"a \u2047  a\""}, {"ab", "0 \" \u2047 \""}});
}

TEST_CASE("byte fallback") {
  // <0x00> is 7.
  check(with_bytes(small(bpe)), {{"a\u00E9", "6 202 176 \"a\u00E9\""}, {"\n", "2 17 \"\n\""}});
  check(with_bytes(small(unigram)), {{"a\u00E9", "6 202 176 \"a\u00E9\""}});
  check(with_bytes(small(word)), {{"a b", "6 233 157 136 105 \"a\u2581b\""}});
  const Tokenizer tokenizer = load(with_bytes(small(bpe)).content());
  CHECK(tokenizer.decode(std::vector<TokenId>{202, 176, 202, 3}, {.ill_formed = IllFormed::replace}) ==
        "\u00E9\uFFFDa");
}

TEST_CASE("spaces") {
  File file = small(bpe);
  file.suffix = true;
  check(file, {{" a b", "3 2 4 2 \"a b \""}, {" ", R"("")"}});
  file = small(bpe);
  file.dummy_prefix = false;
  check(file, {{" a  b ", "3 2 4 \"a b\""}, {"a", R"(3 "a")"}});
  file = small(bpe);
  file.remove_spaces = false;
  check(file, {{" a  b ", "2 6 2 2 4 2 \" a  b \""}, {" ", R"(2 2 " ")"}});
  file = small(bpe);
  check(file, {{"\u2581", R"("")"}, {"a\u2581\u2581", R"(6 "a")"}, {"\u2581 a", R"(2 2 6 "a")"}});
  file.escape = false;
  check(file, {{"a b", "0 3 0 4 \" \u2047 a \u2047 b\""}});
}

TEST_CASE("rules, symbols, bytes that are no text") {
  File file = small(bpe);
  file.charsmap =
      test::CharsmapWriter::compile({{"A", "a"}, {"AB", "ab"}, {"\u3000", " "}, {"\x01", ""}, {"B", " b"}});
  check(file, {{"A", R"(6 "a")"},
               {"ABA", R"(6 4 3 "aba")"},
               {"a\u3000 b\x01", R"(6 2 4 "a b")"},
               {"aB", R"(6 2 4 "a b")"}});
  file.pieces.push_back({"AB", 0, user_defined});
  check(file, {{"ABA", R"(2 7 3 "ABa")"}});
  check(small(bpe), {{"a\xFF\x80"
                      "b",
                      "6 0 4 \"a \u2047 b\""}});
  file.pieces.push_back({"aa", 0, unused});
  check(file, {{"aaa", R"(2 3 3 3 "aaa")"}});
  file.pieces.push_back({"c", 0, unused});
  check(file, {{"ac", "6 0 \"a \u2047 \""}});
}

TEST_CASE("unknown surfaces, control pieces, spans") {
  File file = small(bpe);
  file.unknown_surface = "?";
  const Tokenizer tokenizer = load(file.content());
  CHECK(tokenizer.decode(std::vector<TokenId>{1, 2, 0, 1, 6}) == "? a");
  CHECK(tokenizer.encode("<s>a", {.special_tokens = SpecialTokens::parse}) == std::vector<TokenId>{1, 6});
  const Encoding encoding = tokenizer.encode_with_offsets("  a  b");
  CHECK(encoding.ids == std::vector<TokenId>{6, 2, 4});
  CHECK(encoding.offsets == std::vector<Span>{{2, 3}, {3, 5}, {5, 6}});
}

// Sums of floats that fall below -100,000 begin anew, which shows where two ways nearly tie.
TEST_CASE("sums of a long text") {
  File file{.pieces = {{"<unk>", 0, unknown}, {"a", -1.003f}, {"b", -1.001f}, {"aa", -2.0059f}, {"c", -9000}},
            .model = unigram,
            .dummy_prefix = false};
  const Tokenizer tokenizer = load(file.content());
  CHECK(tokenizer.encode("caa").back() == 3);  // single precision still tells the ways apart
  std::string text(11, 'c');
  CHECK(tokenizer.encode(text + "aa").back() == 1);  // as large as the sum is, the ways look the same
  CHECK(tokenizer.encode(text + "caa").back() == 3);
}

void check_refused(const std::string& content, ErrorCode code, std::string_view what) {
  try {
    load(content);
    FAIL("no error: " << what);
  } catch (const Error& error) {
    const std::string message = error.what();
    CAPTURE(message);
    CHECK(std::string(to_string(error.code())) == to_string(code));
    CHECK(message.find(what) != std::string::npos);
    CHECK((message.find("; ") != std::string::npos || message.ends_with('?')));  // what to do next
  }
}

TEST_CASE("what is refused") {
  const auto with = [](std::vector<Piece> more) {
    File file = small(bpe);
    for (Piece& piece : more) file.pieces.push_back(std::move(piece));
    return file.content();
  };
  File no_unknown = small(bpe);
  no_unknown.pieces.erase(no_unknown.pieces.begin());
  File bytes = with_bytes(small(bpe));
  bytes.pieces.pop_back();
  File denormalizer = small(bpe);
  denormalizer.denormalizer = "x";
  File damaged = small(bpe);
  damaged.charsmap = "\x04\0\0\0";
  const std::string nan = with({{"c", std::numeric_limits<float>::quiet_NaN()}});

  constexpr ErrorCode malformed = ErrorCode::malformed;
  check_refused("", malformed, "no pieces");
  check_refused(no_unknown.content(), malformed, "UNKNOWN");
  check_refused(with({{"<u>", 0, unknown}}), malformed, "second piece");
  check_refused(with({{"a", 0, unused}}), malformed, "ids 3 and 7");
  check_refused(with({{"", 0}}), malformed, "no text");
  check_refused(with({{std::string("a\0b", 3), 0}}), malformed, "zero byte");
  check_refused(with({{"\xFF", 0}}), malformed, "UTF-8");
  check_refused(with({{std::string(8000, 'x'), 0}}), malformed, "8000");
  check_refused(nan, malformed, "score");
  check_refused(with({{"<0x41>", 0, byte}}), malformed, "byte_fallback is off");
  check_refused(bytes.content(), malformed, "<0xFF>");
  check_refused(with({{"c", 0, Type(9)}}), ErrorCode::unsupported, "type of piece");
  check_refused(denormalizer.content(), ErrorCode::unsupported, "denormalizer");
  check_refused(damaged.content(), malformed, "damaged");
  check_refused(std::string("\x0A\x02\x10\x01", 4), malformed, "score must be");
  check_refused("\x0A\x05\x0A", malformed, "small.model: byte 0");
  check_refused("\x0F", malformed, "no field");
}

TEST_CASE("a file cut off or damaged anywhere") {
  File file = with_bytes(small(unigram));
  file.charsmap = test::CharsmapWriter::compile({{"A", "a"}});
  file.pieces.push_back({"<x>", 0, user_defined});
  const std::string content = file.content();
  const auto survives = [](const std::string& damaged) {
    try {
      const Tokenizer tokenizer = load(damaged);
      tokenizer.decode(tokenizer.encode("aAb <x> \u00E9\xFF"));
    } catch (const Error& error) {
      CHECK(error.what()[0] != '\0');
    }
  };
  for (std::size_t size = 0; size < content.size(); size += size < 200 ? 1 : 7)
    survives(content.substr(0, size));
  std::string damaged = content;
  for (std::size_t i = 0; i < damaged.size(); i += 11) {
    const char before = damaged[i];
    for (const int change : {1, 8, 0x80}) {
      damaged[i] = static_cast<char>(before ^ change);
      survives(damaged);
    }
    damaged[i] = before;
  }
}

TEST_CASE("recognized by its fields") {
  CHECK(vocab::looks_like_sentencepiece(small(bpe).content()));
  CHECK_FALSE(vocab::looks_like_sentencepiece(""));
  CHECK_FALSE(vocab::looks_like_sentencepiece("\n{\n  \"version\": \"1.0\"}"));
  CHECK_FALSE(vocab::looks_like_sentencepiece("IQ== 0\n"));
}

}  // namespace
}  // namespace polyglyph
