// WordPiece and WordLevel against their definition: every short word over a small alphabet.
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/reference/wordpiece.h"
#include "tests/small_model.h"
#include "tests/texts.h"

namespace polyglyph::test {
namespace {

using vocab::ModelKind;

const std::vector<std::string> kAlphabet{"a", "b", "#", "\xC3\xA9"};

SmallModel draw_model(std::mt19937& random) {
  SmallModel small(ModelKind::wordpiece);
  small.spec.scores.clear();
  small.spec.unknown = small.add("[UNK]");
  const std::vector<std::string> prefixes{"##", "", "#", "ab", "\xC3\xA9"};
  small.spec.subword_prefix = prefixes[random() % prefixes.size()];
  small.spec.max_word_characters = random() % 3 == 0 ? 3 : 100;
  std::set<std::string> seen;
  for (std::size_t i = 0, count = 4 + random() % 20; i < count; ++i) {
    std::string text = random() % 2 == 0 ? small.spec.subword_prefix : "";
    for (std::size_t j = 0, size = random() % 4; j < size; ++j)
      text += kAlphabet[random() % kAlphabet.size()];
    if (!text.empty() && seen.insert(text).second) small.add(text);
  }
  small.build();
  return small;
}

TEST_CASE("every short word has the oracle's ids") {
  std::mt19937 random(3);
  for (int i = 0; i < 100; ++i) {
    const SmallModel small = draw_model(random);
    const reference::WordPiece oracle(small.spec);
    for_each_string(kAlphabet, 5, [&](const std::string& word) {
      if (word.empty() || small.encode(word) == oracle.encode(word)) return;
      INFO("model " << i << ", prefix " << small.spec.subword_prefix << ", word " << escaped(word));
      REQUIRE(small.encode(word) == oracle.encode(word));
    });
  }
}

TEST_CASE("spans are the entries' without the prefix, or the whole unknown word") {
  SmallModel small(ModelKind::wordpiece);
  small.spec.unknown = small.add("[UNK]");
  small.spec.subword_prefix = "##";
  const TokenId ab = small.add("ab"), a = small.add("##a"), ba = small.add("##ba");
  small.build();
  std::vector<Span> spans;
  CHECK(small.encode("abbaa", spans) == std::vector<TokenId>{ab, ba, a});
  REQUIRE(spans.size() == 3);
  CHECK((spans[1].begin == 2 && spans[1].end == 4 && spans[2].begin == 4 && spans[2].end == 5));
  CHECK(small.encode("abb", spans) == std::vector<TokenId>{small.spec.unknown});
  REQUIRE(spans.size() == 1);
  CHECK((spans[0].begin == 0 && spans[0].end == 3));
}

TEST_CASE("a word of too many characters is unknown, however many bytes it has") {
  SmallModel small(ModelKind::wordpiece);
  small.spec.unknown = small.add("[UNK]");
  const TokenId e = small.add("\xC3\xA9");
  small.spec.subword_prefix = "";
  small.spec.max_word_characters = 3;
  small.build();
  CHECK(small.encode("\xC3\xA9\xC3\xA9\xC3\xA9") == std::vector<TokenId>(3, e));
  CHECK(small.encode("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9") == std::vector<TokenId>{small.spec.unknown});
}

TEST_CASE("WordLevel: an entry or unknown") {
  SmallModel small(ModelKind::wordlevel);
  small.spec.unknown = small.add("[UNK]");
  const TokenId word = small.add("word");
  small.build();
  std::vector<Span> spans;
  CHECK(small.encode("word", spans) == std::vector<TokenId>{word});
  CHECK(small.encode("words", spans) == std::vector<TokenId>{small.spec.unknown});
  REQUIRE(spans.size() == 1);
  CHECK(spans[0].end == 5);
}

}  // namespace
}  // namespace polyglyph::test
