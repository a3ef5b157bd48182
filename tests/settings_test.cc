// Truncation and padding: which tokens stay of texts of given lengths, as Hugging Face tokenizers 0.23.3 has
// it, and that every way to encode a text does the same.
#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "polyglyph/error.h"
#include "polyglyph/tokenizer.h"
#include "tokenizer/engine.h"
#include "tokenizer/settings.h"
#include "vocab/formats/formats.h"

namespace polyglyph {
namespace {

using Strategy = Truncation::Strategy;

TEST_CASE("how much of one text and of two is kept") {
  struct Case {
    Strategy strategy;
    std::uint64_t max_length;
    std::size_t added, first;
    std::optional<std::size_t> second;
    std::size_t kept_first, kept_second;
  };
  const Case cases[] = {
      {Strategy::longest_first, 5, 0, 4, {}, 4, 0},
      {Strategy::longest_first, 5, 0, 9, {}, 5, 0},
      {Strategy::longest_first, 5, 2, 9, {}, 3, 0},
      {Strategy::longest_first, 2, 2, 9, {}, 0, 0},
      {Strategy::longest_first, 0, 0, 9, 9, 0, 0},
      {Strategy::longest_first, 1, 2, 9, {}, 9, 0},  // no room for the template: nothing is cut
      {Strategy::longest_first, 1, 3, 9, 9, 9, 9},
      {Strategy::longest_first, 7, 0, 3, 4, 3, 4},
      {Strategy::longest_first, 6, 0, 2, 9, 2, 4},
      {Strategy::longest_first, 6, 0, 9, 2, 4, 2},
      {Strategy::longest_first, 6, 0, 5, 9, 3, 3},
      {Strategy::longest_first, 7, 0, 5, 9, 3, 4},
      {Strategy::longest_first, 7, 0, 9, 5, 4, 3},
      {Strategy::longest_first, 7, 0, 9, 9, 3, 4},
      {Strategy::longest_first, 3, 0, 0, 9, 0, 3},
      {Strategy::longest_first, 1, 0, 5, 5, 0, 1},
      {Strategy::only_first, 6, 0, 9, {}, 6, 0},
      {Strategy::only_first, 6, 0, 9, 4, 2, 4},
      {Strategy::only_second, 6, 0, 4, 9, 4, 2},
      {Strategy::only_second, 6, 0, 4, {}, 4, 0},
      {Strategy::only_second, 0, 0, 4, {}, 0, 0},
  };
  for (const Case& c : cases) {
    CAPTURE(static_cast<int>(c.strategy), c.max_length, c.added, c.first, c.second.value_or(0));
    for (const Side side : {Side::left, Side::right}) {
      const auto kept = tokenizer::truncate({c.max_length, 0, c.strategy, side}, c.added, c.first, c.second);
      CHECK(kept[0].size() == c.kept_first);
      CHECK(kept[1].size() == c.kept_second);
      CHECK((side == Side::right ? kept[0].begin == 0 : kept[0].size() == 0 || kept[0].end == c.first));
    }
  }
  const auto fails = [](Strategy strategy, std::size_t first, std::optional<std::size_t> second) {
    CHECK_THROWS_AS(tokenizer::truncate({6, 0, strategy, Side::right}, 0, first, second), Error);
  };
  fails(Strategy::only_first, 3, 6);
  fails(Strategy::only_first, 3, 9);
  fails(Strategy::only_second, 9, {});
  fails(Strategy::only_second, 6, 3);
}

TEST_CASE("how long a padded input is") {
  const auto size = [](std::optional<std::uint64_t> length, std::uint64_t multiple_of, std::size_t longest) {
    return tokenizer::padded_size({length, multiple_of, 0, 0, "", Side::right}, longest);
  };
  CHECK(size({}, 0, 5) == 5);
  CHECK(size({}, 8, 5) == 8);
  CHECK(size({}, 8, 8) == 8);
  CHECK(size({}, 8, 0) == 0);
  CHECK(size(6, 0, 5) == 6);
  CHECK(size(6, 4, 5) == 8);
  CHECK(size(6, 0, 9) == 6);  // longer ones stay as they are
  CHECK(size(0, 4, 9) == 0);
}

// A word a token; the ids are the digits. [CLS] is 0.
Tokenizer load(const std::string& truncation, const std::string& padding, bool apply = true) {
  const std::string json = R"({"version": "1.0", "added_tokens": [], "normalizer": null, "decoder": null,
    "pre_tokenizer": {"type": "Whitespace"}, "truncation": )" +
                           truncation + R"(, "padding": )" + padding + R"(,
    "post_processor": {"type": "BertProcessing", "sep": ["[CLS]", 0], "cls": ["[CLS]", 0]},
    "model": {"type": "WordLevel", "unk_token": "?", "vocab": {"[CLS]": 0, "a": 1, "b": 2, "c": 3, "d": 4, "?": 5}}})";
  LoadOptions options;
  options.apply_file_settings = apply;
  return Tokenizer::from_image(tokenizer::build_image(vocab::read_tokenizer_json("small.json", json)),
                               options);
}

const std::string kTruncation =
    R"({"max_length": 4, "strategy": "LongestFirst", "stride": 0, "direction": "Left"})";
const std::string kPadding = R"({"strategy": {"Fixed": 5}, "direction": "Left", "pad_to_multiple_of": null,
  "pad_id": 9, "pad_type_id": 7, "pad_token": "[PAD]"})";
const std::string kLongest = R"({"strategy": "BatchLongest", "pad_to_multiple_of": 4, "pad_id": 9,
  "pad_type_id": 7, "pad_token": "[PAD]"})";

TEST_CASE("settings of a file reach every way to encode") {
  using Ids = std::vector<TokenId>;
  const EncodeOptions bare, special{.add_special_tokens = true};
  struct Case {
    std::string truncation, padding, text;
    EncodeOptions options;
    Ids ids;
  };
  const Case cases[] = {
      {"null", "null", "a b c d a", bare, {1, 2, 3, 4, 1}},
      {kTruncation, "null", "a b c d a", bare, {2, 3, 4, 1}},
      {kTruncation, "null", "a b c d a", special, {0, 4, 1, 0}},
      {kTruncation, "null", "a", special, {0, 1, 0}},
      {"null", kPadding, "a b", bare, {9, 9, 9, 1, 2}},
      {"null", kPadding, "a b", special, {9, 0, 1, 2, 0}},
      {"null", kPadding, "a b c d a b", bare, {1, 2, 3, 4, 1, 2}},
      {"null", kLongest, "a", special, {0, 1, 0, 9}},
      {"null", kLongest, "", bare, {}},
      {kTruncation, kPadding, "a b c d", special, {9, 0, 3, 4, 0}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.truncation, c.padding, c.text, c.options.add_special_tokens);
    const Tokenizer tokenizer = load(c.truncation, c.padding);
    CHECK(tokenizer.encode(c.text, c.options) == c.ids);
    CHECK(tokenizer.encode_with_offsets(c.text, c.options).ids == c.ids);
    CHECK(tokenizer.encode_pair(c.text, std::nullopt, c.options).ids == c.ids);
    CHECK(tokenizer.count(c.text, c.options) == c.ids.size());
    CHECK(tokenizer.fits(c.text, c.ids.size(), c.options));
    const std::string_view texts[] = {c.text};
    CHECK(tokenizer.encode_batch(texts, c.options).ids == c.ids);
  }
}

TEST_CASE("a batch is padded to its longest") {
  const Tokenizer tokenizer = load(kTruncation, kLongest);
  const std::string_view texts[] = {"a", "a b c d a", ""};
  const Batch batch = tokenizer.encode_batch(texts, {.add_special_tokens = true});
  CHECK(batch.row_splits == std::vector<std::int64_t>{0, 4, 8, 12});
  CHECK(batch.ids == std::vector<TokenId>{0, 1, 0, 9, 0, 4, 1, 0, 0, 0, 9, 9});
  CHECK(tokenizer.encode_batch({}).ids.empty());
}

TEST_CASE("padding has a type, no text and no attention") {
  const PairEncoding encoding = load("null", kPadding).encode_pair("a", "b");
  CHECK(encoding.ids == std::vector<TokenId>{9, 9, 9, 1, 2});
  CHECK(encoding.type_ids == std::vector<std::uint32_t>{7, 7, 7, 0, 1});
  CHECK(encoding.sequence_ids == std::vector<std::int8_t>{-1, -1, -1, 0, 1});
  CHECK(encoding.attention_mask == std::vector<std::uint8_t>{0, 0, 0, 1, 1});
  CHECK(encoding.offsets == std::vector<Span>{{0, 0}, {0, 0}, {0, 0}, {0, 1}, {0, 1}});
}

TEST_CASE("settings are shown, and ignored unless asked for") {
  const Tokenizer tokenizer = load(kTruncation, kPadding, false);
  CHECK_FALSE(tokenizer.applies_file_settings());
  REQUIRE(tokenizer.truncation());
  CHECK(tokenizer.truncation()->side == Side::left);
  REQUIRE(tokenizer.padding());
  CHECK(tokenizer.padding()->length == 5);
  CHECK(tokenizer.encode("a b c d a") == std::vector<TokenId>{1, 2, 3, 4, 1});
  CHECK_NOTHROW(tokenizer.encode_stream());
  CHECK_THROWS_AS(load(kTruncation, "null").encode_stream(), Error);
  CHECK_NOTHROW(load("null", "null").encode_stream());
}

TEST_CASE("settings that would take memory without bound") {
  const auto fixed = [](const std::string& length, const std::string& multiple) {
    return R"({"strategy": {"Fixed": )" + length + R"(}, "pad_to_multiple_of": )" + multiple +
           R"(, "pad_id": 9, "pad_type_id": 7, "pad_token": "[PAD]"})";
  };
  CHECK_THROWS_AS(load("null", fixed("1099511627776", "null")), Error);
  CHECK_THROWS_AS(load("null", fixed("1", "1099511627776")), Error);
  CHECK_NOTHROW(load("null", fixed("1099511627776", "null"), false));
}

}  // namespace
}  // namespace polyglyph
