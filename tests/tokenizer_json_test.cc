// What the loader of tokenizer.json makes of a file: the spec for every component that is supported, and for
// everything else one error with its code and place. Cases are edits of one small file that is right.
#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "polyglyph/error.h"
#include "tests/loading.h"
#include "unicode/byte_alphabet.h"
#include "vocab/formats/formats.h"

namespace polyglyph::test {
namespace {

using unicode::NormalStep;
using vocab::Entry;
using vocab::kNoToken;
using vocab::SplitBehavior;
using vocab::SplitStep;
using vocab::TokenizerSpec;

const std::string kLargestId = std::to_string(vocab::kMaxTokenId);

// kSmallJson with one replacement, or more.
template <typename... More>
std::string edited(std::string_view old, std::string_view replacement, More... more) {
  std::string text = replaced(kSmallJson, old, replacement);
  if constexpr (sizeof...(more) == 2) text = replaced(std::move(text), more...);
  return text;
}

constexpr const char* kNormalizer = R"("normalizer": null)";
constexpr const char* kPreTokenizer =
    R"("pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false})";
constexpr const char* kByteLevel =
    R"({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false})";
constexpr const char* kDecoder =
    R"("decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true})";
constexpr const char* kVocab = R"("vocab": {"a": 0, "b": 1, "ab": 2, "abc": 3, "c": 4, "Ġ": 5})";
constexpr const char* kMerges = R"("merges": [["a", "b"], ["ab", "c"]])";

TokenizerSpec load(const std::string& text) {
  return vocab::read_tokenizer_json("dir/small.json", text);
}

std::string pre_tokenizers(const std::string& steps) {
  return R"("pre_tokenizer": {"type": "Sequence", "pretokenizers": [)" + steps + "]}";
}

TEST_CASE("a small tokenizer.json") {
  const TokenizerSpec spec = load(kSmallJson);
  CHECK(spec.name == "small.json");
  CHECK(spec.format == "tokenizer.json");
  CHECK(spec.reference == vocab::Reference::hugging_face);
  CHECK(spec.names_use_byte_alphabet);
  CHECK(spec.normalizers.empty());
  CHECK(spec.splits.empty());
  REQUIRE(spec.entries.size() == 6);
  CHECK(spec.entries[3].bytes == "abc");
  CHECK(spec.entries[5].bytes == " ");
  REQUIRE(spec.merges.size() == 2);
  CHECK(spec.merges[1].left == 2);
  CHECK(spec.merges[1].right == 4);
  CHECK(spec.merges[1].result == 3);
  CHECK_FALSE(spec.merges_by_rank);
  CHECK_FALSE(spec.ignore_merges);
  CHECK(spec.unknown == kNoToken);
  CHECK_FALSE(spec.trim_offsets);
  REQUIRE(spec.added_tokens.size() == 2);
  const AddedToken abc = {.id = 3,
                          .content = "abc",
                          .single_word = true,
                          .lstrip = true,
                          .rstrip = true,
                          .normalized = true,
                          .special = false,
                          .control = false};
  CHECK(spec.added_tokens[0] == abc);
  CHECK(spec.added_tokens[1].content == "<|end|>");
  CHECK(spec.added_tokens[1].control);
}

TEST_CASE("normalizers") {
  using Kind = NormalStep::Kind;
  const auto step = [](Kind kind, std::uint32_t options = 0, std::string pattern = "",
                       std::string text = "") {
    NormalStep step;
    step.kind = kind;
    step.options = options;
    step.pattern = std::move(pattern);
    step.text = std::move(text);
    return step;
  };
  const std::pair<const char*, std::vector<NormalStep>> cases[] = {
      {R"({"type": "NFC"})", {step(Kind::nfc)}},
      {R"({"type": "NFD"})", {step(Kind::nfd)}},
      {R"({"type": "NFKC"})", {step(Kind::nfkc)}},
      {R"({"type": "NFKD"})", {step(Kind::nfkd)}},
      {R"({"type": "Lowercase"})", {step(Kind::lowercase)}},
      {R"({"type": "StripAccents"})", {step(Kind::strip_accents)}},
      {R"({"type": "Nmt"})", {step(Kind::nmt)}},
      {R"({"type": "ByteLevel"})", {step(Kind::byte_alphabet)}},
      {R"({"type": "Strip", "strip_left": true, "strip_right": false})",
       {step(Kind::strip, NormalStep::strip_left)}},
      {R"({"type": "Prepend", "prepend": "_"})", {step(Kind::prepend, 0, "", "_")}},
      {R"({"type": "Replace", "pattern": {"String": " "}, "content": "_"})",
       {step(Kind::replace_text, 0, " ", "_")}},
      {R"({"type": "Replace", "pattern": {"Regex": "a+"}, "content": ""})",
       {step(Kind::replace_regex, 0, "a+")}},
      {R"({"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": false,
          "lowercase": true})",
       {step(Kind::bert,
             NormalStep::bert_clean_text | NormalStep::bert_split_chinese | NormalStep::bert_lowercase)}},
      // Left open, accents follow lowercase.
      {R"({"type": "BertNormalizer", "clean_text": false, "handle_chinese_chars": false, "strip_accents": null,
          "lowercase": true})",
       {step(Kind::bert, NormalStep::bert_strip_accents | NormalStep::bert_lowercase)}},
      {R"({"type": "BertNormalizer", "clean_text": false, "handle_chinese_chars": false, "lowercase": false})",
       {step(Kind::bert)}},
      {R"({"type": "Sequence", "normalizers": []})", {}},
      {R"({"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "Sequence", "normalizers": [{"type": "NFKC"},
          {"type": "Sequence", "normalizers": []}]}, {"type": "NFC"}]})",
       {step(Kind::nfd), step(Kind::nfkc), step(Kind::nfc)}},
  };
  for (const auto& [text, steps] : cases) {
    CAPTURE(text);
    CHECK(load(edited(kNormalizer, std::string(R"("normalizer": )") + text)).normalizers == steps);
  }
}

TEST_CASE("pretokenizers") {
  SECTION("ByteLevel") {
    const auto spec =
        load(edited(kPreTokenizer, R"("pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": true,
        "trim_offsets": true})"));
    REQUIRE(spec.splits.size() == 2);
    CHECK(spec.splits[0].kind == SplitStep::Kind::byte_level_prefix);
    CHECK(spec.splits[1].kind == SplitStep::Kind::regex);
    CHECK(spec.splits[1].behavior == SplitBehavior::isolated);
    CHECK(spec.splits[1].pattern ==
          R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)");
    CHECK_FALSE(spec.trim_offsets);  // that is the post-processor's
  }
  SECTION("Split, with each behaviour") {
    const std::pair<const char*, SplitBehavior> cases[] = {
        {"Removed", SplitBehavior::removed},
        {"Isolated", SplitBehavior::isolated},
        {"MergedWithPrevious", SplitBehavior::merged_with_previous},
        {"MergedWithNext", SplitBehavior::merged_with_next},
        {"Contiguous", SplitBehavior::contiguous},
    };
    for (const auto& [name, behavior] : cases) {
      const auto spec = load(
          edited(kPreTokenizer,
                 pre_tokenizers(
                     R"({"type": "Split", "pattern": {"Regex": "\\d+"}, "behavior": ")" + std::string(name) +
                     R"(", "invert": false}, {"type": "Split", "pattern": {"String": "a.b"}, "behavior": ")" +
                     name + R"(", "invert": true}, )" + kByteLevel)));
      REQUIRE(spec.splits.size() == 2);
      CHECK(spec.splits[0].kind == SplitStep::Kind::regex);
      CHECK(spec.splits[0].pattern == "\\d+");
      CHECK(spec.splits[0].behavior == behavior);
      CHECK_FALSE(spec.splits[0].invert);
      CHECK(spec.splits[1].kind == SplitStep::Kind::literal);
      CHECK(spec.splits[1].pattern == "a.b");
      CHECK(spec.splits[1].behavior == behavior);
      CHECK(spec.splits[1].invert);
    }
  }
  SECTION("Digits, in nested sequences") {
    const auto spec = load(
        edited(kPreTokenizer,
               pre_tokenizers(
                   R"({"type": "Digits", "individual_digits": true}, {"type": "Sequence", "pretokenizers": [
            {"type": "Digits", "individual_digits": false}, )" +
                   std::string(kByteLevel) + "]}")));
    REQUIRE(spec.splits.size() == 2);
    CHECK(spec.splits[0].kind == SplitStep::Kind::digits);
    CHECK(spec.splits[0].individual);
    CHECK_FALSE(spec.splits[1].individual);
  }
}

TEST_CASE("the model's options and spellings") {
  SECTION("merges as strings, after the header of a merges.txt") {
    const auto spec = load(edited(kMerges, R"("merges": ["#version: 0.2", "a b", "ab c"])"));
    REQUIRE(spec.merges.size() == 2);
    CHECK(spec.merges[1].result == 3);
  }
  SECTION("no type, as in old files; options missing or null or without effect") {
    CHECK(load(edited(R"("type": "BPE",)", "")).entries.size() == 6);
    CHECK(load(edited(R"("dropout": null,)", "")).entries.size() == 6);
    CHECK(load(edited(R"("dropout": null)", R"("dropout": 0.0)")).entries.size() == 6);
    CHECK(load(edited(R"("fuse_unk": false)", R"("fuse_unk": null)")).entries.size() == 6);
    CHECK(load(edited(R"("end_of_word_suffix": null)", R"("end_of_word_suffix": "")")).entries.size() == 6);
    CHECK(load(edited(R"("continuing_subword_prefix": null)", R"("continuing_subword_prefix": "")"))
              .entries.size() == 6);
  }
  SECTION("members in any order") {
    const auto spec =
        load(edited(std::string(kVocab) + ",\n    " + kMerges, std::string(kMerges) + ", " + kVocab));
    CHECK(spec.merges.size() == 2);
  }
  SECTION("unknown token") {
    const std::string text = edited(R"("unk_token": null)", R"("unk_token": "c")");
    CHECK(load(text).unknown == 4);
    CHECK_FALSE(load(text).fuse_unknown);
    CHECK(load(replaced(text, R"("fuse_unk": false)", R"("fuse_unk": true)")).fuse_unknown);
  }
  SECTION("an unknown token that nothing can need") {
    std::string entries;
    for (int byte = 0; byte < 256; ++byte) {
      const std::string name = unicode::name_from_bytes(std::string(1, static_cast<char>(byte)));
      entries += name == "\"" || name == "\\" ? ", \"\\" + name : ", \"" + name;
      entries += "\": " + std::to_string(byte + 10);
    }
    const std::string text =
        edited(kVocab, R"("vocab": {"<|end|>": 6, "abc": 3)" + entries + "}", kMerges, R"("merges": [])");
    CHECK(load(replaced(text, R"("unk_token": null)", R"("unk_token": "?!")")).unknown == kNoToken);
  }
  SECTION("ignore_merges") {
    CHECK(load(edited(R"("ignore_merges": false)", R"("ignore_merges": true)")).ignore_merges);
  }
  SECTION("gaps, and names outside the byte alphabet") {
    const auto spec =
        load(edited(kVocab, R"("vocab": {"a": 0, "b": 1, "ab": 2, "abc": 3, "c": 4, "▁c": 9, "": 6})",
                    R"("id": 6,)", R"("id": 7,)"));
    REQUIRE(spec.entries.size() == 10);
    CHECK(spec.entries[8].kind == Entry::Kind::absent);
    CHECK(spec.entries[9].kind == Entry::Kind::literal);
    CHECK(spec.entries[9].bytes == "▁c");
    CHECK(spec.entries[6].kind == Entry::Kind::literal);
  }
  SECTION("merges of such names never apply") {
    const auto spec = load(
        replaced(edited(kVocab, R"("vocab": {"a": 0, "b": 1, "ab": 2, "abc": 3, "c": 4, "▁": 5, "▁c": 6})",
                        kMerges, R"("merges": [["▁", "c"], ["a", "b"]])"),
                 R"("id": 6)", R"("id": 7)"));
    REQUIRE(spec.merges.size() == 1);
    CHECK(spec.merges[0].result == 2);
  }
}

TEST_CASE("what a tokenizer.json must not hold") {
  struct Case {
    std::string old, replacement;
    ErrorCode code;
    std::vector<std::string> parts;  // of the message, after the file's name
  };
  const std::string end_id = R"("id": 6, "content": "<|end|>")";
  const Case cases[] = {
      {R"("version": "1.0")", R"("version": "2.0")", ErrorCode::unsupported, {"version: ", "2.0"}},
      {R"("padding": null)", R"("pading": null)", ErrorCode::unsupported, {"pading: "}},
      {R"("padding": null)", R"("version": "1.0")", ErrorCode::malformed, {"\"version\" twice"}},

      {kNormalizer,
       R"("normalizer": {"type": "Whisper"})",
       ErrorCode::unsupported,
       {"normalizer: ", "Whisper", "NFC"}},
      {kNormalizer,
       R"("normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Peel"}]})",
       ErrorCode::unsupported,
       {"normalizer.normalizers[1]: ", "Peel"}},
      {kNormalizer,
       R"("normalizer": {"type": "NFC", "form": 2})",
       ErrorCode::unsupported,
       {"normalizer.form: "}},
      {kNormalizer, R"("normalizer": {})", ErrorCode::malformed, {"normalizer: ", "\"type\""}},
      {kNormalizer, R"("normalizer": "NFC")", ErrorCode::malformed, {"normalizer: ", "must be an object"}},

      {kPreTokenizer,
       R"("pre_tokenizer": {"type": "WhiteSpace"})",
       ErrorCode::unsupported,
       {"pre_tokenizer: ", "WhiteSpace", "Metaspace"}},
      {kPreTokenizer,
       pre_tokenizers(R"({"type": "Digits", "individual_digits": 1}, )" + std::string(kByteLevel)),
       ErrorCode::malformed,
       {"pre_tokenizer.pretokenizers[0].individual_digits: must be true or false, but is a number"}},
      {kPreTokenizer,
       pre_tokenizers(
           R"({"type": "Split", "pattern": {"Glob": "*"}, "behavior": "Isolated", "invert": false})"),
       ErrorCode::unsupported,
       {"pretokenizers[0].pattern.Glob: "}},
      {kPreTokenizer,
       pre_tokenizers(R"({"type": "Split", "pattern": {}, "behavior": "Isolated", "invert": false})"),
       ErrorCode::malformed,
       {"pretokenizers[0].pattern: "}},
      {kPreTokenizer,
       pre_tokenizers(
           R"({"type": "Split", "pattern": {"Regex": "a"}, "behavior": "isolated", "invert": false})"),
       ErrorCode::malformed,
       {"pretokenizers[0].behavior: ", "\"isolated\"", "Isolated"}},
      {kPreTokenizer,
       pre_tokenizers(R"({"type": "Split", "pattern": {"Regex": "a"}, "behavior": "Isolated"})"),
       ErrorCode::malformed,
       {"pretokenizers[0]: ", "\"invert\""}},

      {kDecoder,
       R"("decoder": {"type": "Byte"})",
       ErrorCode::unsupported,
       {"decoder: ", "Byte", "ByteLevel"}},
      {kDecoder, R"("decoder": {"type": "Metaspace"})", ErrorCode::malformed, {"decoder: ", "replacement"}},
      {kDecoder,
       R"("decoder": {"type": "Metaspace", "replacement": "ab"})",
       ErrorCode::malformed,
       {"decoder.replacement: ", "one character"}},
      {kDecoder,
       R"("decoder": {"type": "Metaspace", "replacement": "_", "add_prefix_space": false})",
       ErrorCode::malformed,
       {"decoder.add_prefix_space: ", "prepend_scheme"}},
      {kDecoder,
       R"("decoder": {"type": "Metaspace", "replacement": "_", "prepend_scheme": "last"})",
       ErrorCode::malformed,
       {"decoder.prepend_scheme: ", "last"}},
      {kDecoder,
       R"("decoder": {"type": "Sequence", "decoders": [{"type": "Fuse"}, {"type": "Fuse", "x": 1}]})",
       ErrorCode::unsupported,
       {"decoder.decoders[1].x: "}},
      {kDecoder,
       R"("decoder": {"type": "Strip", "content": " ", "start": -1, "stop": 0})",
       ErrorCode::malformed,
       {"decoder.start: "}},
      {kDecoder,
       R"("decoder": {"type": "Replace", "pattern": {"Regex": ""}, "content": "a"})",
       ErrorCode::unsupported,
       {"decoder.pattern.Regex: ", "empty"}},
      {kDecoder, R"("decoder": {"type": "WordPiece", "prefix": "##"})", ErrorCode::malformed, {"cleanup"}},
      {kDecoder, R"("decoder": {"type": "BPEDecoder"})", ErrorCode::malformed, {"suffix"}},
      {kDecoder,
       R"("decoder": {"type": "CTC", "pad_token": "p", "cleanup": true})",
       ErrorCode::malformed,
       {"word_delimiter_token"}},

      {R"("type": "BPE")", R"("type": "Markov")", ErrorCode::unsupported, {"model: ", "Markov", "BPE"}},
      {R"("dropout": null)", R"("dropout": 0.1)", ErrorCode::unsupported, {"model.dropout: ", "null"}},
      {R"("continuing_subword_prefix": null)",
       R"("continuing_subword_prefix": "##")",
       ErrorCode::malformed,
       {"model.merges[0]: ", "\"b\"", "\"##\""}},
      {R"("continuing_subword_prefix": null)",
       R"("continuing_subword_prefix": 1)",
       ErrorCode::malformed,
       {"model.continuing_subword_prefix: "}},
      {R"("end_of_word_suffix": null)",
       R"("end_of_word_suffix": ")" + std::string(65, 'w') + '"',
       ErrorCode::limit,
       {"model.end_of_word_suffix: ", "65", "64"}},
      {R"("unk_token": null)", R"("unk_token": "?!")", ErrorCode::malformed, {"model.unk_token: ", "?!"}},
      {R"("fuse_unk": false)", R"("fuse_unk": 0)", ErrorCode::malformed, {}},
      {R"("ignore_merges": false)",
       R"("ignore_merge": false)",
       ErrorCode::unsupported,
       {"model.ignore_merge: "}},

      {kVocab, R"("vocab": {})", ErrorCode::malformed, {"model.vocab: ", "no entries"}},
      {kVocab, R"("vocab": ["a"])", ErrorCode::malformed, {"model.vocab: ", "object"}},
      {kVocab, R"("words": {"a": 0})", ErrorCode::unsupported, {"model.words: "}},
      {kVocab, R"("vocab": {"a": 0, "b": "1"})", ErrorCode::malformed, {"model.vocab.b: ", "integer"}},
      {kVocab, R"("vocab": {"a": 0, "b": -1})", ErrorCode::malformed, {"model.vocab.b: ", "integer"}},
      {kVocab, R"("vocab": {"a": 0, "b": 1.0})", ErrorCode::malformed, {"model.vocab.b: ", "integer"}},
      {kVocab,
       R"("vocab": {"a": 0, "Ġb": 16777216})",
       ErrorCode::limit,
       {"model.vocab[\"Ġb\"]: ", "16777216", kLargestId}},
      {kVocab, R"("vocab": {"a": 0, "b": 4294967295})", ErrorCode::limit, {"model.vocab.b: ", "4294967295"}},
      {kVocab,
       R"("vocab": {"a": 0, "b": )" + kLargestId + "}",
       ErrorCode::limit,
       {"model.vocab.b: ", "a file of this size"}},
      {kVocab,
       R"("vocab": {"a": 0, "b": 1, "ab": 2, "c": 3, "abc": 0})",
       ErrorCode::malformed,
       {"model.vocab: ", "\"a\" and \"abc\"", "id 0"}},
      {kVocab,
       R"("vocab": {"a": 0, "b": 1, "a": 2})",
       ErrorCode::malformed,
       {"model.vocab: ", "\"a\" twice"}},

      {kMerges, R"("merges": null)", ErrorCode::malformed, {"model.merges: ", "array"}},
      {kMerges,
       R"("merges": [["a", "b"], ["a", "x"]])",
       ErrorCode::malformed,
       {"model.merges[1]: ", "right part", "\"x\""}},
      {kMerges,
       R"("merges": [["x", "a"]])",
       ErrorCode::malformed,
       {"model.merges[0]: ", "left part", "\"x\""}},
      {kMerges, R"("merges": [["b", "a"]])", ErrorCode::malformed, {"model.merges[0]: ", "result", "\"ba\""}},
      {kMerges,
       R"("merges": [["a", "b"], "ab c"])",
       ErrorCode::malformed,
       {"model.merges[1]: ", "the same way"}},
      {kMerges, R"("merges": ["a b c"])", ErrorCode::malformed, {"model.merges[0]: ", "one space"}},
      {kMerges, R"("merges": ["ab"])", ErrorCode::malformed, {"model.merges[0]: ", "one space"}},
      {kMerges, R"("merges": [["a", "b", "c"]])", ErrorCode::malformed, {"model.merges[0]: ", "pair"}},
      {kMerges, R"("merges": [["a"]])", ErrorCode::malformed, {"model.merges[0]: ", "pair"}},
      {kMerges, R"("merges": [["a", 1]])", ErrorCode::malformed, {"model.merges[0]: ", "pair"}},
      {kMerges, R"("merges": [17])", ErrorCode::malformed, {"model.merges[0]: "}},

      {end_id,
       R"("id": 7, "content": "<|end|>")",
       ErrorCode::malformed,
       {"added_tokens[0].id: ", "<|end|>", "7", "would give it 6", "number of its entries"}},
      {end_id,
       R"("id": 1, "content": "<|end|>")",
       ErrorCode::malformed,
       {"added_tokens[0].id: ", "would give it 6"}},
      {end_id,
       R"("id": 6, "content": "ab")",
       ErrorCode::malformed,
       {"added_tokens[0].id: ", "would give it 2", "its id in model.vocab"}},
      {end_id,
       R"("id": 3, "content": "abc")",
       ErrorCode::malformed,
       {"added_tokens[1]: ", "\"abc\"", "twice"}},
      {end_id,
       R"("id": 99999999, "content": "<|end|>")",
       ErrorCode::limit,
       {"added_tokens[0].id: ", "99999999"}},
      {end_id,
       R"("id": 9999999, "content": "<|end|>")",
       ErrorCode::limit,
       {"added_tokens[0].id: ", "file of this size"}},
      {end_id, R"("id": -1, "content": "<|end|>")", ErrorCode::malformed, {"added_tokens[0].id: "}},
      {end_id, R"("content": "<|end|>")", ErrorCode::malformed, {"added_tokens[0]: ", "\"id\""}},
      {kVocab,
       R"("vocab": {"a": 0, "b": 1, "ab": 2, "abc": 3, "c": 4, "x": 6})",
       ErrorCode::malformed,
       {"added_tokens[0].id: ", "the id 6", "also that of an entry"}},
      {R"("single_word": true)",
       R"("single_word": null)",
       ErrorCode::malformed,
       {"added_tokens[1].single_word: "}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.old, c.replacement);
    std::vector<std::string> parts = c.parts;
    parts.insert(parts.begin(), "dir/small.json: ");
    const std::string text = edited(c.old, c.replacement);
    check_error(error_of([&] { load(text); }), c.code, parts);
  }
}

TEST_CASE("an added token without content is left out") {
  const auto spec = load(edited(R"("id": 6, "content": "<|end|>")", R"("id": 6, "content": "")"));
  CHECK(spec.added_tokens.size() == 1);
}

TEST_CASE("a tokenizer.json cut off anywhere") {
  for (std::size_t size = 0; size < kSmallJson.size(); ++size) {
    CAPTURE(size);
    const Error error = error_of([&] { load(kSmallJson.substr(0, size)); });
    CHECK(error.code() == ErrorCode::malformed);
  }
}

TEST_CASE("a tokenizer.json with any byte changed loads or fails with an Error") {
  for (std::size_t at = 0; at < kSmallJson.size(); ++at) {
    for (const char c : {'\0', '"', '\\', '{', ']', '9', '\xFF'}) {
      std::string text = kSmallJson;
      text[at] = c;
      try {
        load(text);
      } catch (const Error&) {
      }
    }
  }
}

}  // namespace
}  // namespace polyglyph::test
