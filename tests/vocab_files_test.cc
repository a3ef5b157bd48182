// vocab.json with merges.txt, vocab.txt and tekken.json: what the loaders make of small ones and of the
// configuration beside them, and what is refused, with its place.
#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "polyglyph/error.h"
#include "polyglyph/tokenizer.h"
#include "tests/loading.h"
#include "tests/temporary_folder.h"
#include "vocab/formats/formats.h"

namespace polyglyph::test {
namespace {

using Ids = std::vector<TokenId>;

constexpr EncodeOptions kWithEnds{.special_tokens = SpecialTokens::parse, .add_special_tokens = true};

// A model's directory of a few files.
class Model : public TemporaryFolder {
 public:
  Model(std::initializer_list<std::pair<std::string_view, std::string>> files) {
    for (const auto& [name, content] : files) write(name, content);
  }
  Tokenizer load() const { return Tokenizer::from_file(path(), {.cache = false}); }
};

// Errors are asked for with their place, behind the folder's name.
void refuses(const Model& model, ErrorCode code, const std::vector<std::string>& parts) {
  check_error(error_of([&] { model.load(); }), code, parts);
}

// ---------------------------------------------------------------- vocab.json and merges.txt

const std::string kPairVocab =
    R"({"a": 0, "b": 1, "ab": 2, "\u0120": 3, "\u0120ab": 4, "<s>": 5, "</s>": 6})";
const std::string kPairMerges = "#version: 0.2\na b\n\u0120 ab\n";

TEST_CASE("vocab.json and merges.txt") {
  const Model model{{"vocab.json", kPairVocab}, {"merges.txt", kPairMerges}};
  const Tokenizer tokenizer = model.load();
  CHECK(tokenizer.encode("ab ab a") == Ids{2, 4, 3, 0});
  CHECK(tokenizer.decode(Ids{2, 4, 3, 0}) == "ab ab a");
  SECTION("either finds the other") {
    for (const char* name : {"vocab.json", "merges.txt"})
      CHECK(Tokenizer::from_file(model.path() / name, {.cache = false}).encode("ab ab") == Ids{2, 4});
  }
  SECTION("a pattern of the caller's") {
    LoadOptions options;
    options.cache = false;
    options.pattern = "a|b|\\s";
    CHECK(Tokenizer::from_file(model.path(), options).encode("ab") == Ids{0, 1});
  }
  SECTION("lines that end as in Windows") {
    const Model windows{{"vocab.json", kPairVocab}, {"merges.txt", "a b\r\n\u0120 ab\r\n"}};
    CHECK(windows.load().encode("ab ab") == Ids{2, 4});
  }
}

TEST_CASE("the configuration beside vocab.json") {
  const auto with = [](const std::string& config) {
    return Model{{"vocab.json", kPairVocab}, {"merges.txt", kPairMerges}, {"tokenizer_config.json", config}};
  };
  SECTION("the class decides over the steps around the model") {
    const Tokenizer qwen = with(R"({"tokenizer_class": "Qwen2Tokenizer"})").load();
    CHECK(qwen.description().normalizer == "NFC");
    const Tokenizer roberta =
        with(R"({"tokenizer_class": "RobertaTokenizer", "add_prefix_space": true})").load();
    CHECK(roberta.encode("ab", kWithEnds) == Ids{5, 4, 6});
  }
  SECTION("added tokens and roles") {
    const Tokenizer tokenizer = with(R"({"added_tokens_decoder": {"7": {"content": "<x>", "special": true}},
                                         "bos_token": "<x>", "add_bos_token": true})")
                                    .load();
    CHECK(tokenizer.encode("ab<x>", kWithEnds) == Ids{7, 2, 7});
    CHECK(tokenizer.roles() == std::vector<std::pair<std::string, TokenId>>{{"bos_token", 7}});
  }
  SECTION("what it cannot mean") {
    refuses(with(R"({"tokenizer_class": "MyTokenizer"})"), ErrorCode::unsupported,
            {"tokenizer_config.json: tokenizer_class", "MyTokenizer", "tokenizer.json"});
    refuses(with(R"({"added_tokens_decoder": {"seven": {"content": "<x>"}}})"), ErrorCode::malformed,
            {"tokenizer_config.json: added_tokens_decoder.seven: ", "id"});
    refuses(with(R"({"added_tokens_decoder": {"1": {"content": "<x>"}}})"), ErrorCode::malformed,
            {"\"<x>\"", "the id 1", "another token"});
    refuses(with(R"({"added_tokens_decoder": {"4294967295": {"content": "<x>"}}})"), ErrorCode::limit,
            {"4294967295"});
    refuses(with(R"({"add_bos_token": true})"), ErrorCode::malformed, {"bos_token", "names none"});
    refuses(with(R"({"add_bos_token": 1})"), ErrorCode::malformed, {"add_bos_token: must be true or false"});
    refuses(with("[]"), ErrorCode::malformed, {"tokenizer_config.json: ", "object"});
  }
}

TEST_CASE("what vocab.json and merges.txt must not hold") {
  struct Case {
    std::string vocab, merges;
    ErrorCode code;
    std::vector<std::string> parts;
  };
  const Case cases[] = {
      {kPairVocab, "a b\nab\n", ErrorCode::malformed, {"merges.txt: line 2: ", "\"ab\"", "one space"}},
      {kPairVocab, "a b c\n", ErrorCode::malformed, {"merges.txt: line 1: ", "one space"}},
      {kPairVocab, "\n", ErrorCode::malformed, {"merges.txt: line 1: "}},
      {kPairVocab,
       "#version: 0.2\na x\n",
       ErrorCode::malformed,
       {"merges.txt: line 2: ", "\"x\"", "vocab.json"}},
      {kPairVocab, "b a\n", ErrorCode::malformed, {"merges.txt: line 1: ", "\"ba\""}},
      {"{}", "", ErrorCode::malformed, {"vocab.json: "}},
      {R"({"a": 0, "b": -1})", "", ErrorCode::malformed, {"vocab.json: b: "}},
      {R"({"a": 0, "b": 4294967295})", "", ErrorCode::limit, {"vocab.json: b: ", "4294967295"}},
      {R"({"a": 0, "b": 0})", "", ErrorCode::malformed, {"vocab.json: ", "id 0"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.vocab, c.merges);
    refuses({{"vocab.json", c.vocab}, {"merges.txt", c.merges}}, c.code, c.parts);
  }
  refuses({{"vocab.json", kPairVocab}}, ErrorCode::not_found, {"vocab.json: ", "one of a pair"});
}

// ---------------------------------------------------------------- vocab.txt

const std::string kWords = "[PAD]\n[UNK]\n[CLS]\n[SEP]\nca\n##fe\n,\ncafe\u0301\nCa\n";

TEST_CASE("vocab.txt") {
  SECTION("lower case without accents, as BERT's are by themselves") {
    const Tokenizer tokenizer = Model{{"vocab.txt", kWords}}.load();
    CHECK(tokenizer.encode("Caf\u00E9, xyz", kWithEnds) == Ids{2, 4, 5, 6, 1, 3});
    CHECK(tokenizer.decode(Ids{2, 4, 5, 6, 1, 3}, {.skip_special_tokens = true}) == "cafe,");
  }
  SECTION("cased, by the configuration") {
    const Tokenizer tokenizer =
        Model{{"vocab.txt", kWords}, {"tokenizer_config.json", R"({"do_lower_case": false})"}}.load();
    CHECK(tokenizer.encode("Ca,ca") == Ids{8, 6, 4});
  }
  SECTION("white space behind a token, and a token that is there twice") {
    const Tokenizer tokenizer = Model{{"vocab.txt", "[UNK] \r\na\t\nb\na\n"}}.load();
    CHECK(tokenizer.encode("a b") == Ids{3, 2});
  }
}

TEST_CASE("what a vocab.txt must not hold") {
  refuses({{"vocab.txt", "a\nb\n"}}, ErrorCode::malformed, {"vocab.txt: ", "[UNK]"});
  refuses({{"vocab.txt", "[UNK]\n\xFF\n"}}, ErrorCode::malformed, {"vocab.txt: ", "UTF-8"});
  refuses({{"vocab.txt", ""}}, ErrorCode::malformed, {"vocab.txt: ", "empty"});
  refuses({{"vocab.txt", std::string(3'000'000, '\n') + "[UNK]"}}, ErrorCode::limit,
          {"vocab.txt: ", "lines", "too many"});
  refuses({{"vocab.txt", kWords}, {"tokenizer_config.json", R"({"tokenizer_class": "T5Tokenizer"})"}},
          ErrorCode::unsupported, {"tokenizer_class", "T5Tokenizer"});
}

// ---------------------------------------------------------------- tekken.json

// The bytes with ranks 0 to 255, "ab" and one entry more than the model uses; "<s>" and a special token that
// is not listed.
std::string tekken() {
  std::string text =
      R"({"config": {"pattern": "[a-z]+|[^a-z]", "num_vocab_tokens": 258, "default_vocab_size": 259,)"
      R"( "default_num_special_tokens": 2, "version": "v3"}, "vocab": [)";
  for (int rank = 0; rank < 258; ++rank) {
    const std::string bytes = rank < 256    ? std::string(1, static_cast<char>(rank))
                              : rank == 256 ? "ab"
                                            : "ba";
    text += std::string(rank == 0 ? "" : ", ") + R"({"rank": )" + std::to_string(rank) +
            R"(, "token_bytes": ")" + base64(bytes) + R"(", "token_str": null})";
  }
  return text + R"(], "special_tokens": [{"rank": 0, "token_str": "<s>", "is_control": true}]})";
}

TEST_CASE("tekken.json") {
  const Tokenizer tokenizer = Model{{"tekken.json", tekken()}}.load();
  CHECK(tokenizer.encode("abba") == Ids{258, 'b' + 2, 'a' + 2});
  CHECK(tokenizer.encode("<s>", {.special_tokens = SpecialTokens::parse}) == Ids{0});
  CHECK(tokenizer.vocab().size() == 259);
  CHECK(tokenizer.vocab().token_name(1) == "<SPECIAL_1>");
  CHECK(tokenizer.roles() == std::vector<std::pair<std::string, TokenId>>{{"bos_token", 0}});
}

TEST_CASE("what a tekken.json must not hold") {
  struct Case {
    const char *old, *replacement;
    ErrorCode code;
    std::vector<std::string> parts;
  };
  const Case cases[] = {
      {R"("default_vocab_size": 259)",
       R"("default_vocab_size": 261)",
       ErrorCode::malformed,
       {"tekken.json: vocab: ", "258 entries", "259"}},
      {R"("default_vocab_size": 259)",
       R"("default_vocab_size": 4294967295)",
       ErrorCode::limit,
       {"config.default_vocab_size", "4294967295"}},
      {R"("default_vocab_size": 259)",
       R"("default_vocab_size": 1)",
       ErrorCode::malformed,
       {"config.default_num_special_tokens: "}},
      {R"("default_num_special_tokens": 2)",
       R"("default_num_special_tokens": 0)",
       ErrorCode::malformed,
       {"1 special tokens"}},
      {R"("default_vocab_size": 259)",
       R"("default_vocab_size": 200)",
       ErrorCode::malformed,
       {"single byte 0xC6"}},
      {R"("rank": 7,)", R"("rank": 8,)", ErrorCode::malformed, {"vocab[7].rank: must be 7"}},
      {R"("rank": 256, "token_bytes": "YWI=")",
       R"("rank": 256, "token_bytes": "YQ==")",
       ErrorCode::malformed,
       {"two ranks, 99 and 258"}},
      {R"("rank": 256, "token_bytes": "YWI=")",
       R"("rank": 256, "token_bytes": "YW")",
       ErrorCode::malformed,
       {"vocab[256].token_bytes: ", "base64"}},
      {R"("pattern": "[a-z]+|[^a-z]")", R"("pattern": "[a-z")", ErrorCode::malformed, {"pattern"}},
      {R"("pattern": "[a-z]+|[^a-z]", )", "", ErrorCode::malformed, {"config: ", "\"pattern\""}},
      {R"("token_str": "<s>")", R"("token_str": "")", ErrorCode::malformed, {"special token", "empty"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.replacement);
    refuses({{"tekken.json", replaced(tekken(), c.old, c.replacement)}}, c.code, c.parts);
  }
}

}  // namespace
}  // namespace polyglyph::test
