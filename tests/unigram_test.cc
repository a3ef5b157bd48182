// Unigram models against their naive oracles: every short string over a small alphabet, for many small
// vocabularies with scores that tie on purpose.
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "polyglyph/error.h"
#include "tests/reference/unigram.h"
#include "tests/small_model.h"
#include "tests/texts.h"

namespace polyglyph::test {
namespace {

using vocab::Entry;
using vocab::ModelKind;
using vocab::Reference;

const std::vector<std::string> kAlphabet{"a", "b", "\xC3\xA9", "\xE4\xB8\xAD"};

std::string draw(std::mt19937& random, std::size_t most) {
  std::string text;
  const std::size_t size = 1 + random() % most;
  for (std::size_t i = 0; i < size; ++i) text += kAlphabet[random() % kAlphabet.size()];
  return text;
}

// `exact`: scores are quarters, so that sums are exact and ties frequent.
SmallModel draw_model(std::mt19937& random, Reference reference, bool exact) {
  SmallModel small(ModelKind::unigram, reference);
  const auto score = [&] {
    if (exact) return -static_cast<double>(random() % 24) / 4;
    const double real = -static_cast<double>(random() % 7 + 1) * 1.1;  // equal scores whose sums round
    return reference == Reference::hugging_face ? real : static_cast<double>(static_cast<float>(real));
  };
  const bool hugging_face = reference == Reference::hugging_face;
  small.spec.unknown = small.add("<unk>", score(), hugging_face ? Entry::Kind::bytes : Entry::Kind::literal);
  std::vector<std::string> seen;
  for (std::size_t i = 0, count = 3 + random() % 12; i < count; ++i) {
    const std::string text = draw(random, 4);
    if (std::ranges::find(seen, text) != seen.end()) {
      if (hugging_face) small.add(text, score(), Entry::Kind::literal);  // an earlier one of the same name
      continue;
    }
    seen.push_back(text);
    Entry::Kind kind = Entry::Kind::bytes;
    if (!hugging_face && random() % 6 == 0) kind = Entry::Kind::user_defined;
    if (!hugging_face && random() % 6 == 0) kind = Entry::Kind::unused;
    small.add(text, score(), kind);
  }
  if (random() % 3 == 0) small.add_byte_tokens(-6);
  if (random() % 2 == 0 && !small.spec.byte_tokens.empty()) small.spec.byte_tokens[0xE4] = vocab::kNoToken;
  small.build();
  return small;
}

TEST_CASE("every short string has the oracle's ids") {
  std::mt19937 random(7);
  for (const Reference reference :
       {Reference::hugging_face, Reference::sentencepiece, Reference::llama_cpp}) {
    for (int i = 0; i < 60; ++i) {
      const bool exact = i % 2 == 0;
      const SmallModel small = draw_model(random, reference, exact);
      const reference::Unigram oracle(small.spec);
      for_each_string(kAlphabet, 5, [&](const std::string& text) {
        if (text.empty()) return;
        const auto ids = small.encode(text);
        if (ids != oracle.encode(text)) {
          INFO("model " << i << " of " << static_cast<int>(reference) << ", text " << escaped(text));
          REQUIRE(ids == oracle.encode(text));
        }
        if (exact && reference == Reference::hugging_face && ids != oracle.encode_exhaustively(text)) {
          INFO("model " << i << ", text " << escaped(text));
          REQUIRE(ids == oracle.encode_exhaustively(text));
        }
      });
    }
  }
}

TEST_CASE("long strings have the oracle's ids, where sums round") {
  std::mt19937 random(8);
  for (const Reference reference :
       {Reference::hugging_face, Reference::sentencepiece, Reference::llama_cpp}) {
    for (int i = 0; i < 40; ++i) {
      const SmallModel small = draw_model(random, reference, false);
      const reference::Unigram oracle(small.spec);
      for (int j = 0; j < 20; ++j) {
        std::string text = draw(random, 200);
        if (j % 4 == 0) text.insert(0, "<unk>");
        INFO("model " << i << " of " << static_cast<int>(reference) << ", text " << escaped(text));
        REQUIRE(small.encode(text) == oracle.encode(text));
      }
    }
  }
}

TEST_CASE("spans cover the piece, and a run of unknown characters has one place") {
  std::mt19937 random(9);
  for (const Reference reference : {Reference::hugging_face, Reference::sentencepiece}) {
    for (int i = 0; i < 100; ++i) {
      const SmallModel small = draw_model(random, reference, false);
      const std::string text = draw(random, 30);
      std::vector<Span> spans;
      const auto ids = small.encode(text, spans);
      CHECK(ids == small.encode(text));
      REQUIRE(spans.size() == ids.size());
      std::size_t covered = 0;
      for (std::size_t j = 0; j < ids.size(); ++j) {
        const bool again = j > 0 && spans[j].begin == spans[j - 1].begin && spans[j].end == spans[j - 1].end;
        CHECK(spans[j].begin == (again ? spans[j - 1].begin : covered));
        covered = spans[j].end;
        const Entry& entry = small.spec.entries[ids[j]];
        if (entry.kind == Entry::Kind::bytes && ids[j] != small.spec.unknown) {
          CHECK(text.substr(spans[j].begin, spans[j].end - spans[j].begin) == entry.bytes);
        }
      }
      CHECK(covered == text.size());
    }
  }
}

TEST_CASE("the rules one by one") {
  SECTION("of equal ways the one with the longest last token") {
    SmallModel small(ModelKind::unigram);
    small.spec.unknown = small.add("<unk>", 0);
    const TokenId a = small.add("a", -1), ab = small.add("ab", -2), bc = small.add("bc", -2),
                  c = small.add("c", -1);
    small.build();
    CHECK(small.encode("abc") == std::vector<TokenId>{a, bc});
    CHECK(small.encode("ab") == std::vector<TokenId>{ab});
    CHECK(small.encode("c") == std::vector<TokenId>{c});
  }
  SECTION("the unknown token's name in the text is part of a run") {
    SmallModel small(ModelKind::unigram);
    const TokenId unknown = small.spec.unknown = small.add("<unk>", 0);
    const TokenId a = small.add("a", -1);
    small.add_byte_tokens(-5);
    small.build();
    CHECK(small.encode("a<unk>a") == std::vector<TokenId>{a, unknown, a});
    CHECK(small.encode("x<unk>").size() == 6);  // in bytes
  }
  SECTION("a run that is an entry is that entry") {
    SmallModel small(ModelKind::unigram);
    small.spec.unknown = small.add("<unk>", 100);
    const TokenId xy = small.add("xy", 100.5);  // less than two unknown characters
    small.build();
    CHECK(small.encode("xy") == std::vector<TokenId>{xy});
  }
  SECTION("bytes only where there is a token for each of them") {
    SmallModel small(ModelKind::unigram);
    const TokenId unknown = small.spec.unknown = small.add("<unk>", 0);
    small.add_byte_tokens(-5);
    small.spec.byte_tokens['y'] = vocab::kNoToken;
    small.build();
    CHECK(small.encode("x") == std::vector<TokenId>{small.spec.byte_tokens['x']});
    CHECK(small.encode("xy") == std::vector<TokenId>{unknown});
  }
  SECTION("a user-defined entry wins over what is likely") {
    SmallModel small(ModelKind::unigram, Reference::sentencepiece);
    small.spec.unknown = small.add("<unk>", 0, Entry::Kind::literal);
    const TokenId a = small.add("a", -3), abc = small.add("abc", -4),
                  ab = small.add("ab", 0, Entry::Kind::user_defined);
    const TokenId c = small.add("c", -3.5), unused = small.add("bc", -0.5, Entry::Kind::unused);
    small.build();
    CHECK(small.encode("abc") == std::vector<TokenId>{ab, c});
    CHECK(small.encode("aabc") == std::vector<TokenId>{a, ab, c});
    CHECK(abc != unused);
  }
}

TEST_CASE("an entry that would make encoding slow is refused") {
  SmallModel small(ModelKind::unigram);
  small.spec.unknown = small.add("<unk>", 0);
  small.add(std::string(100'000, 'a'), -1);
  try {
    small.build();
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::limit);
  }
}

// A whole document can be one piece: work that grew with its square would not come to an end here.
TEST_CASE("a piece of millions of bytes") {
  SmallModel small(ModelKind::unigram);
  small.spec.unknown = small.add("<unk>", -20);
  for (std::size_t size = 1; size <= 16; ++size) small.add(std::string(size, 'a'), -1.5);
  small.build();
  for (const std::size_t size : {100'000, 1'600'000, 6'400'001}) {
    CHECK(small.encode(std::string(size, 'a')).size() == (size + 15) / 16);
  }
}

}  // namespace
}  // namespace polyglyph::test
