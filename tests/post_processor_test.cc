// Post-processors: what stands around one text and around two, the types of each part, and which spans are
// trimmed. What each row expects is what Hugging Face tokenizers 0.23.3 gives.
#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "polyglyph/error.h"
#include "polyglyph/tokenizer.h"
#include "tokenizer/engine.h"
#include "vocab/formats/formats.h"

namespace polyglyph {
namespace {

// Words, in a vocabulary of words: [CLS] is 1, [SEP] 2.
Tokenizer load(const std::string& post_processor,
               const std::string& pre_tokenizer = R"({"type": "Whitespace"})") {
  const std::string json = R"({"version": "1.0", "truncation": null, "padding": null, "added_tokens": [
      {"id": 9, "content": "\n", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
       "special": false}],
    "normalizer": null, "pre_tokenizer": )" +
                           pre_tokenizer + R"(, "post_processor": )" + post_processor + R"(,
    "decoder": null, "model": {"type": "WordLevel", "unk_token": "?", "vocab":
      {"?": 0, "[CLS]": 1, "[SEP]": 2, "a": 3, "b": 4, "c": 5, "Ġa": 6, "Ġ": 7, "ĠĠ": 8}}})";
  return Tokenizer::from_image(tokenizer::build_image(vocab::read_tokenizer_json("small.json", json)));
}

// "[CLS]:0 a:0@0-1": each token, its type, and where it is from one of the texts its span.
std::string spelled(const Tokenizer& tokenizer, const PairEncoding& encoding) {
  std::string out;
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    out += (i == 0 ? "" : " ") + tokenizer.vocab().token_name(encoding.ids[i]) + ":" +
           std::to_string(encoding.type_ids[i]);
    const auto [begin, end] = encoding.offsets[i];
    if (encoding.sequence_ids[i] < 0) {
      CHECK(encoding.offsets[i] == Span{0, 0});
    } else {
      out += (encoding.sequence_ids[i] == 0 ? "@" : "'") + std::to_string(begin) + "-" + std::to_string(end);
    }
  }
  return out;
}

const std::string kBert = R"({"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]})";
const std::string kRoberta = R"({"type": "RobertaProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1],
  "trim_offsets": true, "add_prefix_space": true})";
const std::string kTemplate = R"({"type": "TemplateProcessing",
  "single": [{"SpecialToken": {"id": "x", "type_id": 5}}, {"Sequence": {"id": "A", "type_id": 3}}],
  "pair": [{"Sequence": {"id": "B", "type_id": 2}}, {"SpecialToken": {"id": "x", "type_id": 7}},
           {"Sequence": {"id": "A", "type_id": 1}}, {"Sequence": {"id": "B", "type_id": 9}}],
  "special_tokens": {"x": {"id": "x", "ids": [2, 1], "tokens": ["y", "z"]}}})";

std::string sequence(const std::string& a, const std::string& b) {
  return R"({"type": "Sequence", "processors": [)" + a + ", " + b + "]}";
}

std::string byte_level(bool trim, bool prefix) {
  const auto word = [](bool value) { return std::string(value ? "true" : "false"); };
  return R"({"type": "ByteLevel", "use_regex": true, "trim_offsets": )" + word(trim) +
         R"(, "add_prefix_space": )" + word(prefix) + "}";
}

TEST_CASE("templates for one text and for two") {
  struct Case {
    std::string processor;
    std::string single, pair, bare_pair;  // of "a b", of that and "c", and of the two without special tokens
  };
  const Case cases[] = {
      {"null", "a:0@0-1 b:0@2-3", "a:0@0-1 b:0@2-3 c:1'0-1", "a:0@0-1 b:0@2-3 c:1'0-1"},
      {R"({"type": "Sequence", "processors": []})", "a:0@0-1 b:0@2-3", "a:0@0-1 b:0@2-3 c:1'0-1",
       "a:0@0-1 b:0@2-3 c:1'0-1"},
      {kBert, "[CLS]:0 a:0@0-1 b:0@2-3 [SEP]:0", "[CLS]:0 a:0@0-1 b:0@2-3 [SEP]:0 c:1'0-1 [SEP]:1",
       "a:0@0-1 b:0@2-3 c:1'0-1"},
      {kRoberta, "[CLS]:0 a:0@0-1 b:0@2-3 [SEP]:0", "[CLS]:0 a:0@0-1 b:0@2-3 [SEP]:0 [SEP]:0 c:0'0-1 [SEP]:0",
       "a:0@0-1 b:0@2-3 c:0'0-1"},
      {kTemplate, "[SEP]:5 [CLS]:5 a:3@0-1 b:3@2-3", "c:2'0-1 [SEP]:7 [CLS]:7 a:1@0-1 b:1@2-3 c:9'0-1",
       "c:2'0-1 a:1@0-1 b:1@2-3 c:9'0-1"},
      {sequence(kBert, kTemplate), "[SEP]:5 [CLS]:5 [CLS]:3 a:3@0-1 b:3@2-3 [SEP]:3",
       "c:2'0-1 [SEP]:2 [SEP]:7 [CLS]:7 [CLS]:1 a:1@0-1 b:1@2-3 [SEP]:1 c:9'0-1 [SEP]:9",
       "c:2'0-1 a:1@0-1 b:1@2-3 c:9'0-1"},
      {sequence(kTemplate, kBert), "[CLS]:0 [SEP]:5 [CLS]:5 [SEP]:0 a:3@0-1 b:3@2-3 [SEP]:1",
       "[CLS]:0 c:2'0-1 [SEP]:0 [SEP]:7 [CLS]:7 [SEP]:1 a:1@0-1 b:1@2-3 [SEP]:1 c:9'0-1 [SEP]:1",
       "c:2'0-1 a:1@0-1 b:1@2-3 c:9'0-1"},
      {sequence(kBert, kRoberta), "[CLS]:0 [CLS]:0 a:0@0-1 b:0@2-3 [SEP]:0 [SEP]:0",
       "[CLS]:0 [CLS]:0 a:0@0-1 b:0@2-3 [SEP]:0 [SEP]:0 [SEP]:0 c:0'0-1 [SEP]:0 [SEP]:0",
       "a:0@0-1 b:0@2-3 c:0'0-1"},
  };
  for (const Case& c : cases) {
    // RobertaProcessing after BertProcessing may not trim: [CLS] would be the first token.
    std::string processor = c.processor;
    if (const auto at = processor.find(R"("trim_offsets": true)"); at != std::string::npos)
      processor.replace(at, 20, R"("trim_offsets": false)");
    CAPTURE(processor);
    const Tokenizer tokenizer = load(processor);
    const EncodeOptions bare, special{.add_special_tokens = true};
    CHECK(spelled(tokenizer, tokenizer.encode_pair("a b", std::nullopt, special)) == c.single);
    CHECK(spelled(tokenizer, tokenizer.encode_pair("a b", "c", special)) == c.pair);
    CHECK(spelled(tokenizer, tokenizer.encode_pair("a b", "c", bare)) == c.bare_pair);

    // The other ways to encode one text agree.
    const PairEncoding single = tokenizer.encode_pair("a b", std::nullopt, special);
    CHECK(tokenizer.encode("a b", special) == single.ids);
    CHECK(tokenizer.encode_with_offsets("a b", special).offsets == single.offsets);
    CHECK(tokenizer.count("a b", special) == single.ids.size());
    EncodeStream stream = tokenizer.encode_stream(special);
    std::vector<TokenId> ids;
    stream.feed("a b", ids);
    stream.finish(ids);
    CHECK(ids == single.ids);
  }
}

TEST_CASE("spans are trimmed by the tokens' names") {
  const std::string spelling = byte_level(false, false);
  struct Case {
    bool trim, keeps_prefix_space;
    std::string text, expected;
  };
  const Case cases[] = {
      {false, false, " a a\n a", "Ġa:0@0-2 Ġa:0@2-4 \n:0@4-5 Ġa:0@5-7"},
      {true, false, " a a\n a", "Ġa:0@1-2 Ġa:0@3-4 \n:0@5-5 Ġa:0@6-7"},
      {true, true, " a a\n a", "Ġa:0@0-2 Ġa:0@3-4 \n:0@5-5 Ġa:0@6-7"},
      {true, false, "  ", "ĠĠ:0@2-2"},
      {true, true, "  ", "ĠĠ:0@2-2"},
      {true, true, " ", "Ġ:0@0-0"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.trim, c.keeps_prefix_space, c.text);
    const Tokenizer tokenizer = load(byte_level(c.trim, c.keeps_prefix_space), R"({"type": "ByteLevel",
      "use_regex": true, "trim_offsets": false, "add_prefix_space": false})");
    CHECK(spelled(tokenizer, tokenizer.encode_pair(c.text, std::nullopt)) == c.expected);
  }
}

TEST_CASE("what a post-processor must not hold") {
  const std::string template_begin = R"({"type": "TemplateProcessing", "special_tokens": {}, )";
  const auto single = [&](const std::string& pieces) {
    return template_begin + R"("pair": [], "single": [)" + pieces + "]}";
  };
  const std::string a = R"({"Sequence": {"id": "A", "type_id": 0}})";
  std::string texts = a;
  for (int i = 0; i < 16; ++i) texts += ", " + a;
  struct Case {
    std::string processor;
    ErrorCode code;
    std::string where;
  };
  const Case cases[] = {
      {R"({"type": "Nobody"})", ErrorCode::unsupported, R"(: the type "Nobody")"},
      {sequence(kRoberta, byte_level(true, false)), ErrorCode::unsupported, ".processors[1]: "},
      {sequence(kBert, byte_level(true, true)), ErrorCode::unsupported, ".processors[1]: "},
      {sequence(kTemplate, kTemplate), ErrorCode::unsupported, ".processors[1]: "},
      {single(""), ErrorCode::unsupported, ".single: "},
      {single(a + ", " + a), ErrorCode::unsupported, ".single: "},
      {single(R"({"Sequence": {"id": "B", "type_id": 0}})"), ErrorCode::unsupported, ".single: "},
      {single(R"({"Sequence": {"id": "C", "type_id": 0}})"), ErrorCode::malformed,
       ".single[0].Sequence.id: "},
      {single(R"({"Sequence": {"id": "A", "type_id": 4294967296}})"), ErrorCode::malformed,
       ".single[0].Sequence.type_id: "},
      {single(R"({"SpecialToken": {"id": "z", "type_id": 0}})"), ErrorCode::malformed,
       ".single[0].SpecialToken.id: "},
      {single("{}"), ErrorCode::malformed, ".single[0]: "},
      {template_begin + R"("single": [)" + a + R"(], "pair": [)" + texts + "]}", ErrorCode::limit, ".pair: "},
      {R"({"type": "TemplateProcessing", "pair": [], "single": [], "special_tokens":
          {"x": {"id": "x", "ids": [77], "tokens": ["x"]}}})",
       ErrorCode::malformed, ".special_tokens.x.ids[0]: no token has the id 77"},
      {R"({"type": "BertProcessing", "sep": ["[SEP]"], "cls": ["[CLS]", 1]})", ErrorCode::malformed,
       ".sep: "},
      {R"({"type": "BertProcessing", "sep": {"a": 1, "b": 2}, "cls": ["[CLS]", 1]})", ErrorCode::malformed,
       ".sep: "},
      {R"({"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 77]})", ErrorCode::malformed,
       ".cls[1]: no token has the id 77"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.processor);
    try {
      load(c.processor);
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(std::string(to_string(error.code())) == to_string(c.code));
      CHECK(std::string(error.what()).find("small.json: post_processor" + c.where) == 0);
    }
  }
}

}  // namespace
}  // namespace polyglyph
