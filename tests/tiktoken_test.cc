// What the loader of .tiktoken files makes of them: ranks, the patterns and special tokens that their names
// stand for, and what is refused.
#include <catch2/catch.hpp>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "polyglyph/error.h"
#include "tests/loading.h"
#include "vocab/formats/formats.h"

namespace polyglyph::test {
namespace {

using vocab::Entry;
using vocab::SplitBehavior;
using vocab::TokenizerSpec;

const std::string kLargestId = std::to_string(vocab::kMaxTokenId);

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

}  // namespace
}  // namespace polyglyph::test
