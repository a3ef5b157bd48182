// Surgery against its promises: texts keep their tokens, ids go where the map says, and an image says again
// what it was built from.
#include "polyglyph/surgery.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "polyglyph/error.h"
#include "tests/small_model.h"
#include "tests/texts.h"
#include "tokenizer/engine.h"
#include "vocab/spec_of.h"

namespace polyglyph::test {
namespace {

using Kind = vocab::Entry::Kind;
using Ids = std::vector<TokenId>;

// Letters and what they merge to, in a vocabulary of characters.
struct Letters : SmallModel {
  Letters() : SmallModel(vocab::ModelKind::bpe) { spec.format = "tokenizer.json"; }

  void add_all(const std::vector<std::string>& entries) {
    for (const std::string& entry : entries) add(entry);
    spec.scores.clear();
  }
  void merge(TokenId left, TokenId right, TokenId result) { spec.merges.push_back({left, right, result}); }
  Tokenizer tokenizer() const { return Tokenizer::from_image(tokenizer::build_image(spec)); }
};

// a b c, ab, abc, cab (that no merge makes), bc, abcabc.
Letters letters() {
  Letters made;
  made.add_all({"a", "b", "c", "ab", "abc", "cab", "bc", "abcabc"});
  made.merge(0, 1, 3);
  made.merge(3, 2, 4);
  made.merge(1, 2, 6);
  made.merge(4, 4, 7);
  return made;
}

AddedToken added(std::string content, bool special = false) {
  AddedToken token;
  token.content = std::move(content);
  token.special = special;
  return token;
}

std::vector<TokenId> mapped(const std::vector<TokenId>& ids, const Surgery& surgery) {
  std::vector<TokenId> out;
  for (const TokenId id : ids) {
    REQUIRE(surgery.new_ids[id] >= 0);
    out.push_back(static_cast<TokenId>(surgery.new_ids[id]));
  }
  return out;
}

}  // namespace

TEST_CASE("an image says again what it was built from") {
  for (const std::string& name : Tokenizer::builtins()) {
    INFO(name);
    const Tokenizer& tokenizer = builtin(name);
    const auto image = vocab::Image::adopt(std::string(tokenizer.image()), name);
    CHECK((tokenizer::build_image(vocab::spec_of(*image)) == tokenizer.image()));
  }
  const std::string image(letters().tokenizer().image());
  CHECK((tokenizer::build_image(vocab::spec_of(*vocab::Image::adopt(image, "letters"))) == image));
}

TEST_CASE("what pruning keeps, and where it goes") {
  const struct {
    const char* what;
    Ids keep;
    std::vector<std::int64_t> new_ids;
  } cases[] = {
      {"a letter", {1}, {-1, 0, -1, -1, -1, -1, -1, -1}},
      {"what it is merged from", {4}, {0, 1, 2, 3, 4, -1, -1, -1}},
      {"and that in turn", {7}, {0, 1, 2, 3, 4, -1, -1, 5}},
      {"what no merge makes, with all that it could be made from", {5}, {0, 1, 2, 3, -1, 4, -1, -1}},
      {"nothing", {}, {-1, -1, -1, -1, -1, -1, -1, -1}},
  };
  const Tokenizer tokenizer = letters().tokenizer();
  for (const auto& c : cases) {
    INFO(c.what);
    CHECK(prune(tokenizer, c.keep).new_ids == c.new_ids);
  }
  CHECK_THROWS_AS(prune(tokenizer, Ids{8}), Error);
}

TEST_CASE("texts of kept tokens keep them") {
  for (const std::string& name : Tokenizer::builtins()) {
    const Tokenizer& tokenizer = builtin(name);
    std::set<TokenId> used;
    std::vector<std::string> texts = read_lines("data/lean.txt");
    texts.insert(texts.end(), hostile_texts().begin(), hostile_texts().end());
    for (const std::string& text : texts) {
      for (const TokenId id : tokenizer.encode(text)) used.insert(id);
    }
    const Surgery pruned = prune(tokenizer, Ids(used.begin(), used.end()));
    CHECK(pruned.tokenizer.vocab().size() < tokenizer.vocab().size() / 10);
    for (const std::string& text : texts) {
      INFO(name << ": " << escaped(text));
      CHECK(pruned.tokenizer.encode(text) == mapped(tokenizer.encode(text), pruned));
    }
    for (const AddedToken& token : tokenizer.vocab().added_tokens()) {
      const auto id = static_cast<TokenId>(pruned.new_ids[token.id]);
      CHECK(pruned.tokenizer.vocab().token_name(id) == token.content);
    }
  }
}

TEST_CASE("every short string whose tokens are kept keeps them, in vocabularies of every kind") {
  using vocab::ModelKind;
  for (const ModelKind kind : {ModelKind::bpe, ModelKind::unigram, ModelKind::wordpiece}) {
    SmallModel made(kind);
    for (const char* entry : {"a", "b", "c", "ab", "bc", "abc", "cc", "?"})
      made.add(entry, -1.0 - made.spec.entries.size() % 3);
    made.spec.unknown = 7;
    if (kind == ModelKind::bpe) {
      made.spec.scores.clear();
      made.spec.merges = {{1, 2, 4}, {0, 4, 5}, {0, 1, 3}, {2, 2, 6}};
    }
    if (kind == ModelKind::wordpiece) made.spec.scores.clear();
    const Tokenizer tokenizer = Tokenizer::from_image(tokenizer::build_image(made.spec));
    for (unsigned set = 0; set < 128; ++set) {
      Ids keep;
      for (TokenId id = 0; id < 7; ++id) {
        if (set >> id & 1) keep.push_back(id);
      }
      const Surgery pruned = prune(tokenizer, keep);
      for_each_string({"a", "b", "c"}, 5, [&](const std::string& text) {
        const Ids ids = tokenizer.encode(text);
        if (std::ranges::any_of(ids, [&](TokenId id) { return pruned.new_ids[id] < 0; })) return;
        if (pruned.tokenizer.encode(text) != mapped(ids, pruned)) FAIL_CHECK(text << ", kept set " << set);
      });
    }
  }
}

TEST_CASE("added tokens get the next ids, or those of their entries") {
  const Tokenizer tokenizer = letters().tokenizer();
  const AddedToken tokens[] = {added("<|x|>"), added("abc"), added("word", true)};
  const auto [more, new_ids] = add_tokens(tokenizer, tokens);
  CHECK(new_ids == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7});
  CHECK(more.vocab().size() == 10);
  CHECK(more.encode("a<|x|>babcab") ==
        Ids{3, 4, 3});  // <|x|> is a control token, and its characters have no entries
  const EncodeOptions parse{.special_tokens = SpecialTokens::parse};
  CHECK(more.encode("a<|x|>babcabword", parse) == Ids{0, 8, 1, 4, 3, 9});
  const AddedToken again[] = {added("<|x|>")}, empty[] = {added("")};
  CHECK_THROWS_WITH(add_tokens(more, again), Catch::Contains("<|x|>") && Catch::Contains("8"));
  CHECK_THROWS_AS(add_tokens(more, empty), Error);
}

TEST_CASE("an extended vocabulary has what both have, its own merges first") {
  Letters other;
  other.add_all({"b", "d", "bd", "bc", "c", "dd", "bddd"});
  other.merge(0, 1, 2);
  other.merge(1, 1, 5);
  other.merge(2, 5, 6);
  other.merge(0, 4, 3);
  const Tokenizer tokenizer = letters().tokenizer();
  const auto [both, new_ids] = extend(tokenizer, other.tokenizer());
  CHECK(new_ids == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7});
  CHECK(both.vocab().size() == 12);
  CHECK(both.vocab().find("d") == 8u);
  CHECK(both.vocab().find("bddd") == 11u);
  CHECK(both.encode("abcbddd") == Ids{4, 11});
  CHECK(both.encode("abd") == Ids{3, 8});  // "ab" merges before "bd"

  SmallModel words(vocab::ModelKind::wordlevel);
  words.add("a");
  words.spec.unknown = 0;
  const Tokenizer wordlevel = Tokenizer::from_image(tokenizer::build_image(words.spec));
  CHECK_THROWS_WITH(extend(tokenizer, wordlevel), Catch::Contains("two kinds"));
}

TEST_CASE("tokens that no text is encoded to") {
  std::set<TokenId> found;
  const Tokenizer tokenizer = letters().tokenizer();
  for (const UnreachableToken& token : unreachable_tokens(tokenizer)) found.insert(token.id);
  std::set<TokenId> expected{0, 1, 2, 3, 4, 5, 6, 7};
  for_each_string({"a", "b", "c"}, 7, [&](const std::string& text) {
    for (const TokenId id : tokenizer.encode(text)) expected.erase(id);
  });
  CHECK(found == expected);
  CHECK(found == std::set<TokenId>{5});
}

}  // namespace polyglyph::test
