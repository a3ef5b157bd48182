// GGUF files: headers that are right and wrong, and what their tokenizers make of text.
#include <catch2/catch.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "polyglyph/error.h"
#include "polyglyph/tokenizer.h"
#include "tests/gguf_file.h"
#include "tests/loading.h"
#include "tokenizer/engine.h"
#include "unicode/byte_alphabet.h"
#include "vocab/formats/formats.h"
#include "vocab/formats/gguf.h"

namespace polyglyph::test {
namespace {

using Ids = std::vector<TokenId>;
using vocab::GgufHeader;

// The error of reading `content` whole.
void refuses(const std::string& content, ErrorCode code, const std::vector<std::string>& parts) {
  check_error(error_of([&] { vocab::read_gguf("dir/small.gguf", content, content.size()); }), code, parts);
}

Tokenizer load(const GgufFile& file) {
  const std::string content = file.content();
  const auto spec = vocab::read_gguf("small.gguf", content, content.size());
  REQUIRE(spec.has_value());
  return Tokenizer::from_image(tokenizer::build_image(*spec));
}

using namespace std::string_literals;

constexpr std::int32_t kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4, kByte = 6;

// The 256 bytes, then `more`.
std::vector<std::string> byte_tokens(const std::vector<std::string>& more) {
  std::vector<std::string> tokens;
  for (int byte = 0; byte < 256; ++byte) {
    tokens.push_back(unicode::name_from_bytes(std::string(1, static_cast<char>(byte))));
  }
  tokens.insert(tokens.end(), more.begin(), more.end());
  return tokens;
}

// Tokens 256: "ab", 257: "abc", 258: " a", 259: <|end|>, 260: [X] (user-defined), 261: <think>
// (user-defined).
GgufFile gpt2_file(std::string_view splitter = "gpt-2") {
  GgufFile file;
  std::vector<std::int32_t> types(262, kNormal);
  types[259] = kControl;
  types[260] = types[261] = kUserDefined;
  file.text("tokenizer.ggml.model", "gpt2")
      .text("tokenizer.ggml.pre", splitter)
      .texts("tokenizer.ggml.tokens", byte_tokens({"ab", "abc", "Ġa", "<|end|>", "[X]", "<think>"}))
      .integers("tokenizer.ggml.token_type", types)
      .texts("tokenizer.ggml.merges", {"a b", "ab c", "Ġ a"});
  return file;
}

// Characters merged by score, with a few byte tokens: 0 <unk>, 1 <s>, 2 </s>, 3 <0xC3>, 4 <0xA9>, 5 ▁, 6 a,
// 7 b, 8 ab, 9 ▁a, 10 ▁ab.
GgufFile llama_file() {
  GgufFile file;
  file.text("tokenizer.ggml.model", "llama")
      .texts("tokenizer.ggml.tokens",
             {"<unk>", "<s>", "</s>", "<0xC3>", "<0xA9>", "▁", "a", "b", "ab", "▁a", "▁ab"})
      .floats("tokenizer.ggml.scores", {0, 0, 0, 0, 0, -3, -4, -5, -1, -2, -6})
      .integers("tokenizer.ggml.token_type", {kUnknown, kControl, kControl, kByte, kByte, kNormal, kNormal,
                                              kNormal, kNormal, kNormal, kNormal});
  return file;
}

TEST_CASE("a header and its values") {
  GgufFile file(2);
  file.text("b", "two").boolean("a", true).number("c", 7).integers("d", {1, -2}).texts("e", {"", "x"});
  const std::string content = file.content();
  const auto header = GgufHeader::parse("f.gguf", content, content.size());
  REQUIRE(header.has_value());
  CHECK(header->size() == content.size());
  CHECK(header->find_text("b") == "two");
  CHECK(header->find_boolean("a") == true);
  CHECK(header->find_unsigned("c") == 7u);
  CHECK(header->find_integers("d") == std::vector<std::int32_t>{1, -2});
  CHECK(header->find_floats("d") == std::vector<float>{1, -2});
  CHECK(header->find_texts("e") == std::vector<std::string_view>{"", "x"});
  CHECK_FALSE(header->find_text("z").has_value());
  CHECK_THROWS_AS(header->find_text("a"), Error);
  CHECK_THROWS_AS(header->find_unsigned("b"), Error);
  CHECK_THROWS_AS(header->find_texts("d"), Error);
}

TEST_CASE("a header goes on behind what was read") {
  const std::string content = gpt2_file().content();
  for (std::size_t size = 0; size < content.size(); ++size) {
    const std::string_view part = std::string_view(content).substr(0, size);
    CHECK_FALSE(GgufHeader::parse("f.gguf", part, content.size()).has_value());
    CHECK_THROWS_AS(GgufHeader::parse("f.gguf", part, size), Error);  // nothing more will come
  }
  CHECK(GgufHeader::parse("f.gguf", content, content.size() + 1'000'000'000).has_value());
}

TEST_CASE("headers that are wrong") {
  const auto number = [](std::uint64_t value) { return GgufFile::spelled(value); };
  const auto type = [](std::uint32_t value) { return GgufFile::spelled(value); };
  constexpr std::uint64_t kHuge = ~std::uint64_t{0};
  const std::string start = "GGUF" + type(3) + number(0);
  refuses("GGML" + number(0), ErrorCode::malformed, {"dir/small.gguf", "is no GGUF file"});
  refuses(GgufFile(1).content(), ErrorCode::unsupported, {"version 1", "2 and 3"});
  refuses(GgufFile(3u << 24).content(), ErrorCode::unsupported, {"big-endian"});
  refuses(start + number(kHuge), ErrorCode::malformed, {"keys are announced"});
  refuses(start + number(1) + number(kHuge) + std::string(20, 'x'), ErrorCode::malformed,
          {"a key of 18446744073709551615 bytes"});
  refuses(GgufFile().text("a", "b").text("a", "c").content(), ErrorCode::malformed, {"a", "twice"});
  refuses(GgufFile().raw("a", 13, "").content() + "x", ErrorCode::malformed, {"\"a\"", "no type 13"});
  refuses(GgufFile().raw("a", 8, number(kHuge)).content(), ErrorCode::malformed, {"the file ends after"});
  refuses(GgufFile().raw("a", 9, type(6) + number(kHuge)).content(), ErrorCode::malformed,
          {"an array of 18446744073709551615 elements"});
  refuses(GgufFile().raw("a", 9, type(6) + number(1u << 30)).content(), ErrorCode::malformed,
          {"the file ends after"});
  std::string nested;
  for (int i = 0; i < 100'000; ++i) nested += type(9) + number(1);
  refuses(GgufFile().raw("a", 9, nested).content(), ErrorCode::limit, {"nested deeper than"});
}

TEST_CASE("arrays in arrays are passed over") {
  const std::string inner = GgufFile::spelled(std::uint32_t{0}) + GgufFile::spelled(std::uint64_t{2}) + "xy";
  GgufFile file;
  file.raw("a", 9, GgufFile::spelled(std::uint32_t{9}) + GgufFile::spelled(std::uint64_t{2}) + inner + inner)
      .number("b", 5);
  const std::string content = file.content();
  CHECK(GgufHeader::parse("f.gguf", content, content.size())->find_unsigned("b") == 5u);
}

TEST_CASE("a byte-level BPE") {
  const Tokenizer tokenizer = load(gpt2_file());
  CHECK(tokenizer.encode("abc ac") == Ids{257, 258, 'c'});
  CHECK(tokenizer.decode(tokenizer.encode("abc é")) == "abc é");
  CHECK(tokenizer.encode("a[X]b") == Ids{'a', 260, 'b'});  // user-defined
  CHECK(tokenizer.encode("<|end|>").size() == 7);          // control
  CHECK(tokenizer.encode("<think>").size() == 7);          // control by its form
  CHECK(tokenizer.encode("<|end|><think>", {.special_tokens = SpecialTokens::parse}) == Ids{259, 261});
  CHECK(tokenizer.description().reference == "llama.cpp");
}

TEST_CASE("splitters by name") {
  CHECK(load(gpt2_file("qwen2")).encode("a\nbc") == Ids{'a', '\n', 'b', 'c'});
  refuses(gpt2_file("no-such-splitter").content(), ErrorCode::unsupported,
          {"tokenizer.ggml.pre", "no-such-splitter", "tokenizer.json"});
  // Characters of Unicode 16.0 are no letters yet: U+1C89 does not join to a word.
  GgufFile file = gpt2_file("qwen2");
  CHECK(load(file).description().class_unicode_version == "15.1");
}

TEST_CASE("of a merge that is listed twice the first counts") {
  GgufFile file;
  file.text("tokenizer.ggml.model", "gpt2")
      .text("tokenizer.ggml.pre", "gpt-2")
      .texts("tokenizer.ggml.tokens", byte_tokens({"ab", "bc"}))
      .texts("tokenizer.ggml.merges", {"a b", "b c", "a b"});
  CHECK(load(file).encode("abc") == Ids{256, 'c'});
}

TEST_CASE("of tokens with the same name the first is what text becomes") {
  GgufFile file;
  file.text("tokenizer.ggml.model", "gpt2")
      .text("tokenizer.ggml.pre", "gpt-2")
      .texts("tokenizer.ggml.tokens", byte_tokens({"ab", "ab"}))
      .texts("tokenizer.ggml.merges", {"a b"});
  const Tokenizer tokenizer = load(file);
  CHECK(tokenizer.encode("ab") == Ids{256});
  CHECK(tokenizer.decode(Ids{257}) == "ab");
}

TEST_CASE("a BPE of scored characters") {
  const Tokenizer tokenizer = load(llama_file());
  CHECK(tokenizer.encode("ab") == Ids{10});  // a and b first, then ▁ before them
  CHECK(tokenizer.encode("aba") == Ids{10, 6});
  CHECK(tokenizer.encode("é") == Ids{5, 3, 4});
  CHECK(tokenizer.encode("a", {.add_special_tokens = true}) == Ids{1, 9});
  CHECK(tokenizer.encode("</s>b", {.special_tokens = SpecialTokens::parse}) == Ids{2, 5, 7});
  CHECK(tokenizer.decode(Ids{9, 5, 3, 4}) == "a é");
}

// Words: 0 [UNK], 1 [CLS], 2 [SEP], 3 ▁un, 4 able, 5 ▁e, 6 ▁,, 7 ▁漢, 8 ▁ㅎ's
// first letter, 9 ▁, 10 z.
GgufFile bert_file() {
  GgufFile file;
  file.text("tokenizer.ggml.model", "bert")
      .texts("tokenizer.ggml.tokens",
             {"[UNK]", "[CLS]", "[SEP]", "▁un", "able", "▁e", "▁,", "▁漢", "▁\u1112", "▁", "z"})
      .integers("tokenizer.ggml.token_type", {kUnknown, kControl, kControl, kNormal, kNormal, kNormal,
                                              kNormal, kNormal, kNormal, kNormal, kNormal})
      .number("tokenizer.ggml.unknown_token_id", 0)
      .number("tokenizer.ggml.bos_token_id", 1)
      .number("tokenizer.ggml.seperator_token_id", 2);
  return file;
}

TEST_CASE("words") {
  const Tokenizer tokenizer = load(bert_file());
  const std::vector<std::pair<std::string, Ids>> cases = {
      {"", {}},
      {"unable", {3, 4}},
      {" Un\tunable\u3000\u0000"s, {3, 3, 4}},
      {"ablest", {0}},                   // a word that no token begins
      {"unablest", {0}},                 // nor goes on: all of it is unknown
      {"é\u0301 É e\u0308", {5, 5, 5}},  // lower case without accents
      {"\uD55C", {8}},                   // of Hangul the first letter, as in llama.cpp
      {"e,e漢,", {5, 6, 5, 7, 6}},       // signs and Chinese stand alone
      {"z", {9, 10}},                    // the mark alone, and what goes on
      {"▁e", {9, 5}},                    // a mark in the text is text: ▁▁e
      {"e\uFFFD\u200Be", {0}},           // dropped: "ee"
      {"\xFFun\xC3", {3}},               // ill-formed bytes are dropped, too
      {"[CLS]", {0, 0, 0}},
  };
  for (const auto& [text, ids] : cases) {
    CAPTURE(text);
    CHECK(tokenizer.encode(text) == ids);
  }
  CHECK(tokenizer.encode("un", {.add_special_tokens = true}) == Ids{1, 3, 2});
  CHECK(tokenizer.encode("[CLS]un", {.special_tokens = SpecialTokens::parse}) == Ids{1, 3});
  CHECK(tokenizer.decode(Ids{3, 4, 5}) == " unable e");
  const Encoding encoding = tokenizer.encode_with_offsets("  Unable z");
  CHECK(encoding.ids == Ids{3, 4, 9, 10});
  CHECK(encoding.offsets == std::vector<Span>{{2, 4}, {4, 8}, {9, 10}, {9, 10}});
  const Tokenizer cased = load(bert_file().boolean("tokenizer.ggml.normalizer.lowercase", false));
  CHECK(cased.encode("Un un é") == Ids{0, 3, 0});
  CHECK(load(bert_file().boolean("tokenizer.ggml.normalizer.strip_accents", false)).encode("É") == Ids{0});
}

// 0 <pad>, 1 </s>, 2 <unk>, 3 ▁, 4 a, 5 ▁a, 6 ab, 7 x (user-defined).
GgufFile t5_file() {
  GgufFile file;
  file.text("tokenizer.ggml.model", "t5")
      .texts("tokenizer.ggml.tokens", {"<pad>", "</s>", "<unk>", "▁", "a", "▁a", "ab", "x"})
      .floats("tokenizer.ggml.scores", {0, 0, 0, -4, -3, -2, -2.5, 0})
      .integers("tokenizer.ggml.token_type",
                {kControl, kControl, kUnknown, kNormal, kNormal, kNormal, kNormal, kUserDefined});
  return file;
}

TEST_CASE("a unigram model") {
  const Tokenizer plain = load(t5_file());
  CHECK(plain.encode("a  a") == Ids{4, 3, 5});
  const Tokenizer merging = load(t5_file()
                                     .boolean("tokenizer.ggml.remove_extra_whitespaces", true)
                                     .boolean("tokenizer.ggml.add_space_prefix", true));
  const std::vector<std::pair<std::string, Ids>> cases = {
      {"", {}},
      {"  ", {}},
      {" a  a ", {5, 5}},
      {"aab", {5, 6}},
      {"éüa", {3, 2, 4}},       // unknown characters in a row are one
      {"axa", {5, 7, 5}},       // each part begins anew
      {"a \u2581", {5, 3, 3}},  // a mark in the text is no space
      {"a\xFF", {5, 2}},
  };
  for (const auto& [text, ids] : cases) {
    CAPTURE(text);
    CHECK(merging.encode(text) == ids);
  }
  CHECK(merging.encode("a", {.add_special_tokens = true}) == Ids{5, 1});
  CHECK(merging.decode(Ids{5, 5}) == "a a");
  refuses(t5_file().boolean("tokenizer.ggml.add_space_prefix", true).content(), ErrorCode::unsupported,
          {"tokenizer.ggml.add_space_prefix", "load the model's"});
  CHECK_THROWS_AS(load(t5_file().bytes("tokenizer.ggml.precompiled_charsmap", "xyz")), Error);
  refuses(GgufFile()
              .text("tokenizer.ggml.model", "t5")
              .texts("tokenizer.ggml.tokens", {"a", "b"})
              .floats("tokenizer.ggml.scores", {0, 0})
              .content(),
          ErrorCode::malformed, {"tokenizer.ggml.unknown_token_id"});
}

// 0 <unk>, 1 <bos>, 2 <0xC3>, 3 <0xA9>, 4 a, 5 ▁, 6 ▁a, 7 \n, 8 \n\n.
GgufFile gemma4_file(const std::vector<std::string>& merges) {
  GgufFile file;
  file.text("tokenizer.ggml.model", "gemma4")
      .texts("tokenizer.ggml.tokens", {"<unk>", "<bos>", "<0xC3>", "<0xA9>", "a", "▁", "▁a", "\n", "\n\n"})
      .integers("tokenizer.ggml.token_type",
                {kUnknown, kControl, kByte, kByte, kNormal, kNormal, kNormal, kNormal, kNormal})
      .texts("tokenizer.ggml.merges", merges)
      .number("tokenizer.ggml.bos_token_id", 1);
  return file;
}

TEST_CASE("a BPE of characters with a list of merges") {
  const Tokenizer tokenizer = load(gemma4_file({"▁ a", "\n \n"}));
  CHECK(tokenizer.encode("a a\n\n\na") == Ids{4, 6, 8, 7, 4});
  CHECK(tokenizer.encode("é") == Ids{2, 3});
  CHECK(tokenizer.encode("ü").empty());  // no token for its bytes
  CHECK(tokenizer.encode("a", {.add_special_tokens = true}) == Ids{1, 4});
  CHECK(tokenizer.decode(Ids{6, 2, 3}) == " aé");
  refuses(gemma4_file({"▁ a"}).content(), ErrorCode::malformed,
          {"tokenizer.ggml.merges", "token 8", "2 newlines"});
}

TEST_CASE("templates") {
  const EncodeOptions added{.add_special_tokens = true};
  GgufFile file = gpt2_file();
  file.boolean("tokenizer.ggml.add_bos_token", true)
      .boolean("tokenizer.ggml.add_eos_token", true)
      .number("tokenizer.ggml.bos_token_id", 259)
      .number("tokenizer.ggml.eos_token_id", 261);
  CHECK(load(file).encode("a", added) == Ids{259, 'a', 261});
  CHECK(load(gpt2_file("llama-bpe").number("tokenizer.ggml.bos_token_id", 259)).encode("a", added) ==
        Ids{259, 'a'});
  refuses(gpt2_file().number("tokenizer.ggml.eos_token_id", 262).content(), ErrorCode::malformed,
          {"tokenizer.ggml.eos_token_id", "262"});
}

TEST_CASE("tokenizers that are wrong") {
  refuses(GgufFile().text("general.architecture", "llama").content(), ErrorCode::malformed,
          {"tokenizer.ggml.model", "no tokenizer"});
  refuses(GgufFile().text("tokenizer.ggml.model", "rwkv").texts("tokenizer.ggml.tokens", {"a"}).content(),
          ErrorCode::unsupported, {"rwkv", "gpt2"});
  refuses(GgufFile().text("tokenizer.ggml.model", "gpt2").content(), ErrorCode::malformed,
          {"tokenizer.ggml.tokens"});
  GgufFile file;
  file.text("tokenizer.ggml.model", "gpt2").texts("tokenizer.ggml.tokens", {"a", "b"});
  refuses(file.content(), ErrorCode::malformed, {"tokenizer.ggml.merges"});
  for (const auto& [merge, part] : {std::pair{"ab", "not two tokens"},
                                    {"a c", "\"c\" is not an entry"},
                                    {"a b", "its result \"ab\" is not an entry"}}) {
    GgufFile with_merges = file;
    with_merges.texts("tokenizer.ggml.merges", {merge});
    refuses(with_merges.content(), ErrorCode::malformed, {"tokenizer.ggml.merges[0]", part});
  }
  GgufFile types = file;
  types.integers("tokenizer.ggml.token_type", {1});
  refuses(types.content(), ErrorCode::malformed, {"1 types for 2 tokens"});
  GgufFile scores;
  scores.text("tokenizer.ggml.model", "llama").texts("tokenizer.ggml.tokens", {"a", "b", "c"});
  refuses(scores.content(), ErrorCode::malformed, {"0 scores for 3 tokens"});
  scores.floats("tokenizer.ggml.scores", {0, 1.0f / 0.0f, 0});
  refuses(scores.content(), ErrorCode::malformed, {"the score of token 1"});
}

}  // namespace
}  // namespace polyglyph::test
