// Each stage at which two tokenizers can part, on tokenizers that part nowhere else.
#include "polyglyph/verify.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/texts.h"
#include "tokenizer/engine.h"
#include "vocab/spec.h"

namespace polyglyph::test {
namespace {

using Kind = vocab::SplitStep::Kind;

// Every byte, and "ab".
vocab::TokenizerSpec small_spec() {
  vocab::TokenizerSpec spec;
  spec.name = "small";
  std::string& pool = spec.pools.emplace_back();
  for (int byte = 0; byte < 256; ++byte) pool += static_cast<char>(byte);
  pool += "ab";
  const std::string_view view(pool);
  for (std::size_t byte = 0; byte < 256; ++byte)
    spec.entries.push_back({vocab::Entry::Kind::bytes, view.substr(byte, 1)});
  spec.entries.push_back({vocab::Entry::Kind::bytes, view.substr(256)});
  spec.merges.push_back({'a', 'b', 256});
  return spec;
}

Tokenizer made(const vocab::TokenizerSpec& spec) {
  return Tokenizer::from_image(tokenizer::build_image(spec));
}

AddedToken added(TokenId id, std::string content) {
  AddedToken token;
  token.id = id;
  token.content = std::move(content);
  return token;
}

std::vector<TokenId> count_letters(std::string_view text) {
  return {static_cast<TokenId>(std::count(text.begin(), text.end(), 'x'))};
}

}  // namespace

TEST_CASE("tokenizers that are the same do not differ") {
  const Tokenizer tokenizer = made(small_spec());
  for (const std::string& text : hostile_texts()) CHECK_FALSE(find_difference(tokenizer, tokenizer, text));
}

TEST_CASE("the first stage at which two tokenizers part explains the ids") {
  struct Case {
    const char* name;
    void (*change)(vocab::TokenizerSpec&);
    std::string text;
    Stage stage;
    std::string smallest;
    std::string explanation;
    char32_t code_point;
  };
  const Case cases[] = {
      {"an added token", [](vocab::TokenizerSpec& spec) { spec.added_tokens = {added(257, "xyz")}; },
       "some wxyz and more", Stage::added_tokens, "xyz",
       "the left one takes ordinary text, the right one takes the added token \"xyz\"", U'z'},
      {"a normal form",
       [](vocab::TokenizerSpec& spec) {
         spec.normalizers.emplace_back().kind = unicode::NormalStep::Kind::nfc;
       },
       "caffe\u0301 ole\u0301", Stage::normalizer, "e\u0301",
       "the left one makes \"e\u0301\" (U+0065 U+0301) of \"e\u0301\", the right one makes \"\u00E9\" "
       "(U+00E9)",
       U'\u0301'},
      {"a split",
       [](vocab::TokenizerSpec& spec) {
         spec.splits = {{.kind = Kind::literal, .pattern = "b", .behavior = vocab::SplitBehavior::isolated}};
       },
       "aa ab bb", Stage::pretokenizer, "ab", "the left one cuts \"ab\", the right one cuts \"a|b\"", U'b'},
      {"a merge", [](vocab::TokenizerSpec& spec) { spec.merges.clear(); }, "aaaabbbb", Stage::model, "ab",
       "the left one makes \"ab\" (256) of \"ab\", the right one makes \"a\" (97), \"b\" (98)", U'b'},
      {"two ids", [](vocab::TokenizerSpec& spec) { std::swap(spec.entries['c'], spec.entries['d']); },
       "abracadabra", Stage::numbering, "c",
       "the left one makes \"c\" (99) of \"c\", the right one makes \"c\" (100)", U'c'},
  };
  const Tokenizer left = made(small_spec());
  for (const Case& c : cases) {
    INFO(c.name);
    vocab::TokenizerSpec spec = small_spec();
    c.change(spec);
    const Tokenizer right = made(spec);
    const auto difference = find_difference(left, right, c.text);
    REQUIRE(difference);
    CHECK(std::string(to_string(difference->stage)) == to_string(c.stage));
    CHECK(difference->text == c.smallest);
    CHECK(difference->explanation == c.explanation);
    CHECK(difference->code_point == c.code_point);
    CHECK(difference->left == left.encode(c.smallest));
    CHECK(difference->right == right.encode(c.smallest));
  }
}

TEST_CASE("what is put around a text is a stage of its own") {
  vocab::TokenizerSpec spec = small_spec();
  using Part = vocab::TemplatePart;
  spec.single = {{Part::Kind::token, 'a', 0}, {Part::Kind::first, vocab::kNoToken, 0}};
  const Tokenizer left = made(small_spec()), right = made(spec);
  CHECK_FALSE(find_difference(left, right, "text"));
  const auto difference = find_difference(left, right, "text", {.add_special_tokens = true});
  REQUIRE(difference);
  CHECK(difference->stage == Stage::special_tokens);
}

TEST_CASE("the character to blame comes with its category and its version") {
  vocab::TokenizerSpec spec = small_spec();
  spec.splits = {{.kind = Kind::literal, .pattern = "\U000113C2", .behavior = vocab::SplitBehavior::removed}};
  const auto difference = find_difference(made(small_spec()), made(spec), "old \U000113C2 new");
  REQUIRE(difference);
  CHECK(difference->code_point == 0x113C2);
  CHECK(difference->category == "Mc");
  CHECK(difference->age == "16.0");
}

TEST_CASE("a text shrinks to what it takes to differ") {
  const auto none = [](std::string_view) { return std::vector<TokenId>{0}; };
  const auto two = [](std::string_view text) {
    return std::vector<TokenId>{count_letters(text)[0] >= 2 ? 1u : 0u};
  };
  const std::string long_text = std::string(50'000, '-') + "x" + std::string(70'000, '-') + "\u4E2Dx";
  CHECK(find_difference(none, count_letters, long_text)->text == "x");
  CHECK(find_difference(none, two, long_text)->text == "xx");
  CHECK_FALSE(find_difference(none, count_letters, "nothing"));
  // Characters stay whole, also where they are ill-formed.
  std::set<std::string> seen;
  const auto watch = [&](std::string_view text) {
    seen.emplace(text);
    return std::vector<TokenId>{text.find("\u4E2D") != text.npos ? 1u : 0u};
  };
  CHECK(find_difference(watch, none, "a\u4E2D\xFF\xE4\xB8 b")->text == "\u4E2D");
  CHECK(seen.count("a\xE4") + seen.count("\xE4\xB8") == 0);
}

TEST_CASE("probes reach every assigned character") {
  std::string all;
  for (const std::string& text : probe_texts()) all += text;
  for (const std::string_view c :
       {"a", "\u0301", "\u4E2D", "\uE000", "\U0001F600", "\U000113C2", "\U0010FFFD"}) {
    CHECK(all.find(std::string("a") + std::string(c) + " ") != std::string::npos);
  }
}

TEST_CASE("a trace gives the same ids and spans as encoding, and pieces that hold them all") {
  const EncodeOptions options{.special_tokens = SpecialTokens::parse};
  for (const std::string& name : Tokenizer::builtins()) {
    const Tokenizer& tokenizer = builtin(name);
    for (const std::string& text : hostile_texts()) {
      INFO(name << ": " << escaped(text));
      const Trace trace = tokenizer.trace(text, options);
      const Encoding encoding = tokenizer.encode_with_offsets(text, options);
      CHECK((trace.encoding.ids == encoding.ids));
      CHECK((trace.encoding.offsets == encoding.offsets));
      std::vector<TokenId> ids;
      std::size_t end = 0;
      for (const Trace::Section& section : trace.sections) {
        CHECK(section.span.begin == end);
        end = section.span.end;
        std::string pieces;
        for (const Trace::Piece& piece : section.pieces) {
          pieces += piece.bytes;
          ids.insert(ids.end(), piece.ids.begin(), piece.ids.end());
        }
        CHECK(pieces == section.normalized);
      }
      CHECK(end == text.size());
      CHECK((ids == encoding.ids));
    }
  }
}

}  // namespace polyglyph::test
