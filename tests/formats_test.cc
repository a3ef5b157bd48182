// What the loaders make of a file: the spec for every component that is supported, and for everything else
// one error with its code and place. Cases are edits of one small file that is right.
#include <zstd.h>
#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/fault.h"
#include "json/json.h"
#include "polyglyph/error.h"
#include "unicode/byte_alphabet.h"
#include "vocab/control_tokens.h"
#include "vocab/formats/formats.h"
#include "vocab/formats/name_table.h"

namespace polyglyph {
namespace {

namespace fs = std::filesystem;
using unicode::NormalStep;
using vocab::Entry;
using vocab::kNoToken;
using vocab::SplitBehavior;
using vocab::SplitStep;
using vocab::TokenizerSpec;

// Calls `load` and gives back the Error that it must throw.
template <typename Load>
Error error_of(const Load& load) {
  try {
    load();
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error");
  return Error(ErrorCode::io, "");
}

// The message must hold each of `parts`, be one line, and say what to do next: behind a semicolon, or by
// asking what may be the matter with the file.
void check_error(const Error& error, ErrorCode code, const std::vector<std::string>& parts) {
  const std::string message = error.what();
  CAPTURE(message);
  CHECK(std::string(to_string(error.code())) == to_string(code));
  CHECK(message.find('\n') == std::string::npos);
  CHECK((message.find("; ") != std::string::npos || message.ends_with('?')));
  for (const std::string& part : parts) {
    CAPTURE(part);
    CHECK(message.find(part) != std::string::npos);
  }
}

const std::string kLargestId = std::to_string(vocab::kMaxTokenId);

// ---------------------------------------------------------------- tokenizer.json

const std::string kSmall = R"({
  "version": "1.0",
  "truncation": null,
  "padding": null,
  "added_tokens": [
    {"id": 6, "content": "<|end|>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
    {"id": 3, "content": "abc", "single_word": true, "lstrip": true, "rstrip": true, "normalized": true, "special": false}
  ],
  "normalizer": null,
  "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false},
  "post_processor": null,
  "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
  "model": {
    "type": "BPE",
    "dropout": null,
    "unk_token": null,
    "continuing_subword_prefix": null,
    "end_of_word_suffix": null,
    "fuse_unk": false,
    "byte_fallback": false,
    "ignore_merges": false,
    "vocab": {"a": 0, "b": 1, "ab": 2, "abc": 3, "c": 4, "Ġ": 5},
    "merges": [["a", "b"], ["ab", "c"]]
  }
})";

// `text` with its one occurrence of `old` replaced.
std::string replaced(std::string text, std::string_view old, std::string_view replacement) {
  const std::size_t at = text.find(old);
  REQUIRE(at != std::string::npos);
  REQUIRE(text.find(old, at + 1) == std::string::npos);
  return text.replace(at, old.size(), replacement);
}

// kSmall with one replacement, or more.
template <typename... More>
std::string edited(std::string_view old, std::string_view replacement, More... more) {
  std::string text = replaced(kSmall, old, replacement);
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
  const TokenizerSpec spec = load(kSmall);
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
  for (std::size_t size = 0; size < kSmall.size(); ++size) {
    CAPTURE(size);
    const Error error = error_of([&] { load(kSmall.substr(0, size)); });
    CHECK(error.code() == ErrorCode::malformed);
  }
}

TEST_CASE("a tokenizer.json with any byte changed loads or fails with an Error") {
  for (std::size_t at = 0; at < kSmall.size(); ++at) {
    for (const char c : {'\0', '"', '\\', '{', ']', '9', '\xFF'}) {
      std::string text = kSmall;
      text[at] = c;
      try {
        load(text);
      } catch (const Error&) {
      }
    }
  }
}

// ---------------------------------------------------------------- .tiktoken

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned bits = 0;
    for (std::size_t j = i; j < i + 3; ++j) {
      bits = bits << 8 | (j < bytes.size() ? static_cast<unsigned char>(bytes[j]) : 0u);
    }
    for (int j = 0; j < 4; ++j) {
      out += i + static_cast<std::size_t>(j) > bytes.size() ? '=' : digits[bits >> (18 - 6 * j) & 63];
    }
  }
  return out;
}

// All single bytes, and "ab" as rank 256 after a gap at 97.
std::string small_ranks() {
  std::string text;
  for (int byte = 0; byte < 256; ++byte) {
    const int rank = byte == 97 ? 257 : byte;
    text += base64(std::string(1, static_cast<char>(byte))) + " " + std::to_string(rank) + "\n";
  }
  return text + base64("ab") + " 256\n";
}

LoadOptions with_pattern(const char* pattern) {
  LoadOptions options;
  options.pattern = pattern;
  return options;
}

TEST_CASE("a small .tiktoken") {
  const TokenizerSpec spec =
      vocab::read_tiktoken("dir/small.tiktoken", small_ranks(), with_pattern("cl100k"));
  CHECK(spec.format == "tiktoken");
  CHECK(spec.reference == vocab::Reference::tiktoken);
  CHECK(spec.merges_by_rank);
  CHECK_FALSE(spec.names_use_byte_alphabet);
  CHECK(spec.merges.empty());
  REQUIRE(spec.entries.size() == 258);
  CHECK(spec.entries[97].kind == Entry::Kind::absent);
  CHECK(spec.entries[256].bytes == "ab");
  CHECK(spec.entries[257].bytes == "a");
  REQUIRE(spec.splits.size() == 1);
  CHECK(spec.splits[0].behavior == SplitBehavior::isolated);
  REQUIRE(spec.added_tokens.size() == 5);
  const AddedToken endofprompt = {
      .id = 100276, .content = "<|endofprompt|>", .special = true, .control = true};
  CHECK(spec.added_tokens[4] == endofprompt);
}

TEST_CASE("a .tiktoken's pattern and special tokens") {
  const auto read = [](const std::string& file, const LoadOptions& options) {
    return vocab::read_tiktoken(file, small_ranks(), options);
  };
  SECTION("known by the file's name") {
    const std::pair<const char*, std::pair<std::size_t, TokenId>> cases[] = {
        {"o200k_base.tiktoken", {2, 200018}},  {"x/o200k.tiktoken", {2, 200018}},
        {"cl100k_base.tiktoken", {5, 100276}}, {"p50k_base.tiktoken", {1, 50256}},
        {"r50k_base.tiktoken", {1, 50256}},    {"qwen.tiktoken", {208, 151850}},
    };
    for (const auto& [file, expected] : cases) {
      CAPTURE(file);
      const auto spec = read(file, {});
      REQUIRE(spec.added_tokens.size() == expected.first);
      CHECK(spec.added_tokens.back().id == expected.second);
    }
    CHECK(read("qwen.tiktoken", {}).added_tokens.back().content == "<|extra_204|>");
  }
  SECTION("an unknown name") {
    check_error(error_of([&] { read("mine.tiktoken", {}); }), ErrorCode::invalid_argument,
                {"mine.tiktoken: ", "pattern", "o200k"});
  }
  SECTION("a pattern of one's own drops what it does not match, and names no special tokens") {
    check_error(error_of([&] { read("mine.tiktoken", with_pattern("o2OOk")); }), ErrorCode::invalid_argument,
                {"mine.tiktoken: ", "no pattern is called \"o2OOk\"", "cl100k"});
    const auto spec = read("mine.tiktoken", with_pattern("\\w+"));
    CHECK(spec.splits[0].pattern == "\\w+");
    CHECK(spec.splits[0].behavior == SplitBehavior::removed);
    CHECK(spec.splits[0].invert);
    CHECK(spec.added_tokens.empty());
  }
  SECTION("special tokens of one's own replace the known ones") {
    LoadOptions options;
    options.special_tokens = {{"<x>", 1000}, {"<y>", 97}};
    const auto spec = read("o200k_base.tiktoken", options);
    REQUIRE(spec.added_tokens.size() == 2);
    CHECK(spec.added_tokens[0].content == "<y>");
    CHECK(spec.added_tokens[1].control);
  }
  const auto fails = [&](std::map<std::string, TokenId> specials, ErrorCode code, const std::string& part) {
    LoadOptions options;
    options.special_tokens = std::move(specials);
    check_error(error_of([&] { read("o200k_base.tiktoken", options); }), code,
                {"o200k_base.tiktoken: ", part});
  };
  fails({{"<x>", 98}}, ErrorCode::invalid_argument, "the id 98 is also the rank");
  fails({{"<x>", 999}, {"<y>", 999}}, ErrorCode::invalid_argument, "same id");
  fails({{"<x>", 1u << 24}}, ErrorCode::limit, "16777216");
  fails({{"", 999}}, ErrorCode::invalid_argument, "empty");
  fails({{"<x", 999}, {"<x>", 1000}, {"<", 1001}}, ErrorCode::invalid_argument, "one begins the other");
}

TEST_CASE("what a .tiktoken must not hold") {
  struct Case {
    std::string line;  // in place of the last one, line 257
    ErrorCode code;
    std::vector<std::string> parts;
  };
  const Case cases[] = {
      {"YWI=", ErrorCode::malformed, {"line 257: ", "YWI="}},
      {"YWI= ", ErrorCode::malformed, {"line 257: ", "rank"}},
      {" 256", ErrorCode::malformed, {"line 257: ", "base64"}},
      {"YWI 256", ErrorCode::malformed, {"line 257: ", "\"YWI\"", "base64"}},
      {"Y*I= 256", ErrorCode::malformed, {"line 257: ", "base64"}},
      {"YW=I 256", ErrorCode::malformed, {"line 257: ", "base64"}},
      {"==== 256", ErrorCode::malformed, {"line 257: ", "base64"}},
      {"YWJ= 256", ErrorCode::malformed, {"line 257: ", "base64"}},
      {"YWI= 2x", ErrorCode::malformed, {"line 257: ", "\"2x\""}},
      {"YWI= -1", ErrorCode::malformed, {"line 257: ", "\"-1\""}},
      {"YWI= 256 7", ErrorCode::malformed, {"line 257: ", "\"256 7\""}},
      {"YWI=  256", ErrorCode::malformed, {"line 257: ", "\" 256\""}},
      {"YWI= 98", ErrorCode::malformed, {"line 257: ", "rank 98"}},
      {"YWI= " + kLargestId, ErrorCode::limit, {"line 257: ", "file of this size"}},
      {"YWI= 16777216", ErrorCode::limit, {"line 257: ", kLargestId}},
      {"YWI= 99999999999999999999999", ErrorCode::limit, {"line 257: "}},
      {"Yg== 300", ErrorCode::malformed, {"\"b\"", "98 and 300"}},
  };
  const std::string ranks = small_ranks();
  const std::string before = ranks.substr(0, ranks.size() - std::string_view("YWI= 256\n").size());
  for (const Case& c : cases) {
    CAPTURE(c.line);
    std::vector<std::string> parts = c.parts;
    parts.insert(parts.begin(), "o200k_base.tiktoken: ");
    for (const char* ending : {"", "\n", "\r\n"}) {
      const std::string text = before + c.line + ending;
      check_error(error_of([&] { vocab::read_tiktoken("o200k_base.tiktoken", text, {}); }), c.code, parts);
    }
  }
  check_error(
      error_of([&] { vocab::read_tiktoken("o200k_base.tiktoken", ranks.substr(ranks.find('\n') + 1), {}); }),
      ErrorCode::malformed, {"o200k_base.tiktoken: ", "byte 0x00"});
  check_error(error_of([&] { vocab::read_tiktoken("o200k_base.tiktoken", "", {}); }), ErrorCode::malformed,
              {"empty"});
  check_error(error_of([&] { vocab::read_tiktoken("o200k_base.tiktoken", "\n\n", {}); }),
              ErrorCode::malformed, {"no entries"});
}

TEST_CASE("a .tiktoken cut off anywhere") {
  const std::string ranks = small_ranks();
  for (std::size_t size = 0; size < ranks.size(); ++size) {
    CAPTURE(size);
    try {
      const auto spec = vocab::read_tiktoken("o200k_base.tiktoken", ranks.substr(0, size), {});
      // All bytes are there; what is missing belongs to the last line.
      CHECK(ranks.size() - size <= std::string_view("\nYWI= 256\n").size());
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::malformed);
    }
  }
}

// ---------------------------------------------------------------- read_file

class Directory {
 public:
  Directory() {
    std::string name = (fs::temp_directory_path() / "polyglyph-formats-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Directory() { fs::remove_all(path_); }
  fs::path write(const char* name, std::string_view content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path_ / name;
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

TEST_CASE("files and directories") {
  const Directory directory;
  const auto fails = [](const fs::path& path, ErrorCode code, const std::string& part,
                        const LoadOptions& options = {}) {
    check_error(error_of([&] { vocab::read_file(path, options); }), code, {path.string(), part});
  };
  SECTION("missing and empty") {
    fails(directory.path() / "nothing.json", ErrorCode::not_found, "no such file");
    fails(directory.path(), ErrorCode::not_found, "no tokenizer.json");
    fails(directory.write("tokenizer.json", ""), ErrorCode::malformed, "empty");
    fails(directory.write("o200k_base.tiktoken", small_ranks()), ErrorCode::malformed, "257 ranks");
    fails(directory.write("o200k_base.tiktoken", " \n"), ErrorCode::malformed, "empty");
  }
  SECTION("other formats") {
    fails(directory.write("model.gguf", std::string_view("GGUF\3\0\0\0", 8)), ErrorCode::malformed, "byte 8");
    fails(directory.write("tokenizer.model", "\n\x0E\n\x05<unk>"), ErrorCode::malformed, "downloaded whole");
    fails(directory.write("tokenizer.json", "version https://git-lfs.github.com/spec/v1\n"),
          ErrorCode::malformed, "git lfs");
    fails(directory.write("tokenizer", "version https://git-lfs.github.com/spec/v1\n"), ErrorCode::malformed,
          "git lfs");
    fails(directory.write("tokenizer.json", "[1, 2]"), ErrorCode::malformed, "object");
  }
  SECTION("found by content") {
    CHECK(vocab::read_file(directory.write("no-extension", kSmall), {}).format == "tokenizer.json");
    CHECK(vocab::read_file(directory.write("ranks.txt", small_ranks()), with_pattern("r50k")).format ==
          "tiktoken");
    fails(directory.write("ranks.txt", small_ranks()), ErrorCode::invalid_argument, "pattern");
  }
  SECTION("options that a tokenizer.json has no use for") {
    fails(directory.write("tokenizer.json", kSmall), ErrorCode::invalid_argument, ".tiktoken",
          with_pattern("o200k"));
    fails(directory.write("model", "GGUF"), ErrorCode::invalid_argument, ".tiktoken", with_pattern("o200k"));
  }
  SECTION("a directory's name and control tokens") {
    directory.write("tokenizer.json", edited(R"("content": "<|end|>")", R"("content": "[END]")",
                                             R"("special": true)", R"("special": false)"));
    const auto controls = [&] {
      std::string found;
      for (const AddedToken& token : vocab::read_file(directory.path(), {}).added_tokens) {
        if (token.control) found += token.content + " ";
      }
      return found;
    };
    CHECK(vocab::read_file(directory.path(), {}).name == directory.path().filename());
    CHECK(vocab::read_file(directory.path() / "", {}).name == directory.path().filename());
    CHECK(controls() == "");
    directory.write(
        "tokenizer_config.json",
        R"({"chat_template": "{{ m }}abc", "model_max_length": 1000000000000000019884624838656})");
    CHECK(controls() == "");
    directory.write("tokenizer_config.json", R"({"chat_template": "{{ m }}[END]"})");
    CHECK(controls() == "[END] ");
    directory.write("tokenizer_config.json",
                    R"({"chat_template": [{"name": "default", "template": "a [END]"}]})");
    CHECK(controls() == "[END] ");
    directory.write("tokenizer_config.json", R"({"eos_token": "abc"})");
    CHECK(controls() == "abc ");
    directory.write("tokenizer_config.json", R"({"eos_token": {"content": "abc"}, "bos_token": null})");
    CHECK(controls() == "abc ");
    directory.write("tokenizer_config.json",
                    R"({"additional_special_tokens": ["abc", {"content": "[END]"}]})");
    CHECK(controls() == "abc [END] ");
    directory.write("tokenizer_config.json", R"({"extra_special_tokens": {"image_token": "abc"}})");
    CHECK(controls() == "abc ");
    directory.write("tokenizer_config.json", "{}");
    directory.write("chat_template.jinja", "{{ '[END]' }}");
    CHECK(controls() == "[END] ");
    directory.write("tokenizer_config.json", "{");
    check_error(error_of(controls), ErrorCode::malformed, {"tokenizer_config.json: byte 1", "ends early"});
  }
}

// ---------------------------------------------------------------- control tokens

TEST_CASE("control tokens") {
  for (const char* token :
       {"<|im_end|>", "<|fim_prefix|>", "<｜Assistant｜>", "<｜tool▁calls▁begin｜>", "<think>", "</think>",
        "<tool_call>", "</tool_call>", "<tool_response>", "<start_of_image>", "<mask>", "<unused42>",
        "<extra_id_0>", "<s_1>", "<gh_stars>"}) {
    CAPTURE(token);
    CHECK(vocab::is_control_token({.content = token}));
  }
  for (const char* token :
       {"<b>",   "</b>",         "<table>", "</TABLE>", "<h1>", "<blockquote>", "<br/>", "\n\n", "\t",
        "▁▁",    "word",         "<",       "<>",       "</>",  "<|",           "<||>",  "a<b>", "<0x0A>",
        "<a b>", "[multimodal]", "|x|",     ""}) {
    CAPTURE(token);
    CHECK_FALSE(vocab::is_control_token({.content = token}));
    CHECK(vocab::is_control_token({.content = token, .special = true}));
  }
  vocab::ControlHints hints;
  hints.add_name("stop");
  hints.add_name("\n");
  hints.add_template("user [INST] a[ < [x <b c> y] stray ]]> [[/INST]");
  for (const char* token : {"stop", "[INST]", "<b c>", "[/INST]"})
    CHECK(vocab::is_control_token({.content = token}, hints));
  for (const char* token : {"\n", "user", "INST", "stray"})
    CHECK_FALSE(vocab::is_control_token({.content = token}, hints));
}

std::string decompressed(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);
  std::ostringstream stream;
  stream << file.rdbuf();
  const std::string compressed = stream.str();
  std::string content(ZSTD_getFrameContentSize(compressed.data(), compressed.size()), '\0');
  const std::size_t size =
      ZSTD_decompress(content.data(), content.size(), compressed.data(), compressed.size());
  REQUIRE(size == content.size());
  return content;
}

// The control tokens of each built-in, committed: a line for each, id and content.
TEST_CASE("the built-in vocabularies") {
  struct Case {
    const char* name;
    const char* source;
    std::size_t entries, merges, added;
  };
  const Case cases[] = {
      {"qwen3", "qwen3.json", 151643, 151387, 26},
      {"deepseek-v3", "deepseek-v3.json", 128000, 127741, 818},
      {"gpt-oss", "gpt-oss.json", 199998, 446189, 21},
      {"o200k", "o200k.tiktoken", 199998, 0, 2},
      {"cl100k", "cl100k.tiktoken", 100256, 0, 5},
  };
  const fs::path tests = POLYGLYPH_TESTS_DIR;
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const std::string content =
        decompressed(tests.parent_path() / "vocab" / "data" / (std::string(c.source) + ".zst"));
    const TokenizerSpec spec = fs::path(c.source).extension() == ".json"
                                   ? vocab::read_tokenizer_json(c.source, content)
                                   : vocab::read_tiktoken(c.source, content, {});
    CHECK(spec.entries.size() == c.entries);
    CHECK(spec.merges.size() == c.merges);
    CHECK(spec.added_tokens.size() == c.added);
    std::string controls;
    for (const AddedToken& token : spec.added_tokens) {
      if (token.control) controls += std::to_string(token.id) + "\t" + token.content + "\n";
    }
    std::ifstream file(tests / "data" / "control_tokens" / (std::string(c.name) + ".tsv"));
    std::ostringstream expected;
    expected << file.rdbuf();
    CHECK(controls == expected.str());
  }
}

// ---------------------------------------------------------------- the parts

TEST_CASE("the byte alphabet") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  const std::string name = unicode::name_from_bytes(all);
  std::string bytes = "before";
  CHECK(unicode::bytes_from_name(name, bytes));
  CHECK(bytes == "before" + all);
  CHECK(unicode::name_from_bytes(" \n\xC3") == "ĠĊÃ");
  CHECK(unicode::byte_alphabet()[0xAD] == 0x143);
  for (const char* outside : {" ", "a b", "\n", "ń\u0145", "▁", "\u00AD", "\u00A0", "\xFF"}) {
    CHECK_FALSE(unicode::bytes_from_name(outside, bytes));
    CHECK(bytes == "before" + all);
  }
}

TEST_CASE("names of every length in a NameTable") {
  std::vector<std::string> names;
  for (std::size_t size = 0; size < 70; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (const char c : {'b', '\0', '\xFF'}) {
        names.push_back(std::string(size, 'a'));
        names.back()[at] = c;
      }
    }
    names.push_back(std::string(size, 'a'));
  }
  vocab::NameTable table(names.size(), static_cast<TokenId>(names.size() - 1));
  for (TokenId id = 0; id < names.size(); ++id) {
    CHECK(table.find(names[id]) == kNoToken);
    CHECK(table.add(table.key(names[id]), id) == kNoToken);
  }
  for (TokenId id = 0; id < names.size(); ++id) {
    const std::string copy = names[id];
    CHECK(table.find(copy) == id);
    CHECK(table.add(table.key(copy), 0) == id);
  }
}

TEST_CASE("JSON") {
  SECTION("where a text is broken") {
    const std::pair<std::string, std::size_t> cases[] = {
        {"", 0},
        {"  ", 2},
        {"{", 1},
        {"[1", 2},
        {"[1,", 3},
        {"[1,]", 3},
        {"[1 2]", 3},
        {"[}", 1},
        {"[01]", 1},
        {"[-]", 2},
        {"[1.]", 3},
        {"[1e]", 3},
        {"[tru]", 4},
        {"nul", 3},
        {"[+1]", 1},
        {"[\"a]", 4},
        {"[\"\\x\"]", 3},
        {"[\"\\u12\"]", 6},
        {"[\"\n\"]", 2},
        {"[\"\xFF\"]", 2},
        {"[\"\\ud800\"]", 8},
        {"[\"\\udc00\"]", 8},
        {"{1:2}", 1},
        {"{\"a\"}", 4},
        {"{\"a\":}", 5},
        {"{\"a\":1,}", 7},
        {"[] x", 3},
        {"[1]]", 3},
        {"{\"a\":1]", 6},
        {"[\"\\ud800\\u0041\"]", 8},
    };
    for (const auto& [text, offset] : cases) {
      CAPTURE(text);
      const json::Fault fault = json::find_fault(text, json::kMaxDepth);
      CHECK(fault.offset == offset);
      CHECK(fault.what != "");
      CHECK(error_of([&, &text = text] { json::Document::parse(text, "f"); }).code() == ErrorCode::malformed);
    }
    for (const char* text : {"0", "-0.5e+7", "[]", "{}", "[[],{}]",
                             R"({"a":[1,2,{"b":"\u00e9\ud83d\ude00\n"}],"c":null})", " [ true , false ] "}) {
      CAPTURE(text);
      CHECK(json::find_fault(text, json::kMaxDepth).what == "");
      json::Document::parse(text, "f");
    }
    check_error(error_of([] { json::Document::parse("[1,]", "f.json"); }), ErrorCode::malformed,
                {"f.json: byte 3: "});
    check_error(error_of([] { json::Document::parse("[1e999]", "f.json"); }), ErrorCode::malformed,
                {"f.json: not valid"});
  }
  SECTION("nesting") {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    json::Document::parse(nested(json::kMaxDepth), "f");
    check_error(error_of([&] { json::Document::parse(nested(json::kMaxDepth + 1), "f"); }), ErrorCode::limit,
                {"nested"});
    check_error(error_of([&] { json::Document::parse(std::string(1'000'000, '['), "f"); }), ErrorCode::limit,
                {"nested"});
  }
  SECTION("more values than memory should be spent on") {
    std::string text = "[1";
    while (text.size() < 8'000'000) text += ",1";
    check_error(error_of([&] { json::Document::parse(text + "]", "f"); }), ErrorCode::limit,
                {"f: ", "values"});
    json::Document::parse("[\"" + std::string(8'000'000, 'x') + "\"]", "f");
  }
  SECTION("integers of any length") {
    const auto document = json::Document::parse(
        R"([1000000000000000019884624838656, 18446744073709551615, -9223372036854775808, -99999999999999999999, 1.5e10,
            "1000000000000000019884624838656\"", 0.1000000000000000019884624838656])",
        "f");
    std::vector<json::Value> values;
    for (const json::Value value : document.root().value().elements()) values.push_back(value);
    REQUIRE(values.size() == 7);
    CHECK(values[0].number() == Approx(1e30));
    CHECK_FALSE(values[0].unsigned_integer());
    CHECK(values[1].unsigned_integer() == 18446744073709551615u);
    CHECK_FALSE(values[2].unsigned_integer());
    CHECK(values[3].number() == Approx(-1e20));
    CHECK(values[5].string() == "1000000000000000019884624838656\"");
    CHECK(values[6].number() == Approx(0.1));
  }
  SECTION("walking") {
    const auto document = json::Document::parse(R"({"a": {"b c": [1, "x", null]}, "d": true, "a": 2})", "f");
    const json::Field list = document.root().at("a").at("b c");
    CHECK(list.where() == "f: a[\"b c\"]");
    CHECK(list.value().size() == 3);
    std::string places;
    list.for_each(
        [&](const json::Field& field) { places += field.path() + to_string(field.value().type()) + " "; });
    CHECK(places == "a[\"b c\"][0]a number a[\"b c\"][1]a string a[\"b c\"][2]null ");
    CHECK(document.root().find("d")->boolean());
    CHECK_FALSE(document.root().find("e"));
    CHECK(document.root().value().boolean() == std::nullopt);
    std::string keys;
    for (const json::Member member : document.root().value().members()) keys += member.key;
    CHECK(keys == "ada");
    check_error(error_of([&] { document.root().at("d").string(); }), ErrorCode::malformed,
                {"f: d: must be a string, but is true or false"});
    check_error(error_of([&] {
                  document.root().expect_members({"a", "d"});
                }),
                ErrorCode::malformed, {"\"a\" twice"});
    check_error(error_of([&] { document.root().expect_members({"a"}); }), ErrorCode::unsupported, {"f: d: "});
  }
  SECTION("names in messages") {
    CHECK(json::excerpt("a\"b\\\n\x01\xFFé") == R"("a\"b\\\n\x01\xFFé")");
    CHECK(json::excerpt(std::string(1000, 'x')).size() < 70);
  }
}

}  // namespace
}  // namespace polyglyph
