// Small worlds, whole: every string over a small alphabet, the engine against the naive oracles of
// tests/reference.
#include <zstd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "normalizers/normalizer.h"
#include "polyglyph/tokenizer.h"
#include "tests/reference/bpe.h"
#include "tests/reference/regex.h"
#include "tests/texts.h"
#include "tokenizer/pretokenizer.h"
#include "vocab/build.h"
#include "vocab/formats/formats.h"
#include "vocab/image.h"
#include "vocab/spec.h"

namespace polyglyph::test {
namespace {

bool long_tests() {
  return std::getenv("POLYGLYPH_LONG_TESTS") != nullptr;
}

// A specification that owns the bytes of its entries, which begin with the 256 single ones.
class SmallVocabulary {
 public:
  explicit SmallVocabulary(bool merges_by_rank) {
    spec_.name = "small";
    spec_.format = merges_by_rank ? "tiktoken" : "tokenizer.json";
    spec_.reference = merges_by_rank ? vocab::Reference::tiktoken : vocab::Reference::hugging_face;
    spec_.merges_by_rank = merges_by_rank;
    spec_.ignore_merges = merges_by_rank;
    for (int byte = 0; byte < 256; ++byte) add(std::string(1, static_cast<char>(byte)));
  }

  TokenId add(const std::string& bytes) {
    const auto [entry, added] = ids_.emplace(bytes, static_cast<TokenId>(ids_.size()));
    if (added) ordered_.push_back(bytes);
    return entry->second;
  }

  void merge(const std::string& left, const std::string& right) {
    if (!merged_.insert({left, right}).second) return;
    const TokenId first = add(left), second = add(right);
    spec_.merges.push_back({first, second, add(left + right)});
  }

  const std::string& entry(std::size_t i) const { return ordered_[i]; }
  std::size_t size() const { return ordered_.size(); }

  vocab::TokenizerSpec& spec() {
    std::string pool;
    for (const std::string& bytes : ordered_) pool += bytes;
    spec_.pools.clear();
    spec_.pools.push_back(std::move(pool));
    spec_.entries.clear();
    std::string_view rest = spec_.pools.front();
    for (const std::string& bytes : ordered_) {
      spec_.entries.push_back({vocab::Entry::Kind::bytes, rest.substr(0, bytes.size())});
      rest.remove_prefix(bytes.size());
    }
    return spec_;
  }

 private:
  vocab::TokenizerSpec spec_;
  std::map<std::string, TokenId> ids_;
  std::vector<std::string> ordered_;
  std::set<std::pair<std::string, std::string>> merged_;
};

std::string describe(const vocab::TokenizerSpec& spec) {
  std::string text = spec.merges_by_rank ? "entries in order of rank:" : "merges:";
  const auto bytes = [&](TokenId id) { return escaped(spec.entries[id].bytes); };
  for (const vocab::Merge& merge : spec.merges) text += " " + bytes(merge.left) + "+" + bytes(merge.right);
  if (spec.merges_by_rank) {
    for (TokenId id = 256; id < spec.entries.size(); ++id) text += " " + bytes(id);
  }
  return text + (spec.ignore_merges ? " (ignore_merges)" : "");
}

// The engine against the oracle on one piece, with counts, offsets and streams of it. False at the first
// difference.
bool agrees(const Tokenizer& tokenizer, const std::string& text, const std::vector<TokenId>& expected) {
  const Encoding encoding = tokenizer.encode_with_offsets(text);
  std::size_t at = 0;
  for (std::size_t i = 0; i < encoding.ids.size() && i < encoding.offsets.size(); ++i) {
    if (encoding.offsets[i].begin != at) return false;
    at = encoding.offsets[i].end;
    if (text.substr(encoding.offsets[i].begin, at - encoding.offsets[i].begin) !=
        tokenizer.vocab().token_bytes(encoding.ids[i])) {
      return false;
    }
  }
  EncodeStream stream = tokenizer.encode_stream();
  std::vector<TokenId> streamed;
  for (const char& byte : text) stream.feed({&byte, 1}, streamed);
  stream.finish(streamed);
  return at == text.size() && tokenizer.encode(text) == expected && encoding.ids == expected &&
         streamed == expected && tokenizer.count(text) == expected.size();
}

void check_whole_pieces(vocab::TokenizerSpec& spec, const std::vector<std::string>& alphabet,
                        std::size_t most) {
  const reference::Bpe oracle(spec);
  const Tokenizer tokenizer = Tokenizer::from_image(vocab::build_image(spec));
  int shown = 0;
  for_each_string(alphabet, most, [&](const std::string& text) {
    const std::vector<TokenId> expected = oracle.encode(text);
    if (agrees(tokenizer, text, expected) || ++shown > 3) return;
    INFO(describe(spec) << "\non " << escaped(text));
    CHECK(tokenizer.encode(text) == expected);
    CHECK(agrees(tokenizer, text, expected));
  });
}

TEST_CASE("small vocabularies with listed merges") {
  const unsigned seeds = long_tests() ? 2'000 : 60;
  for (unsigned seed = 0; seed < seeds; ++seed) {
    std::mt19937 random(seed);
    SmallVocabulary vocabulary(false);
    // Merges of entries made so far, and, in every third vocabulary, of entries that no merge makes.
    std::vector<std::string> made{"a", "b", "c"};
    const std::size_t merges = 2 + random() % 12;
    for (std::size_t i = 0; i < merges; ++i) {
      const std::string left = made[random() % made.size()], right = made[random() % made.size()];
      if (left.size() + right.size() > 6) continue;
      vocabulary.merge(left, right);
      made.push_back(left + right);
      if (seed % 3 == 0 && random() % 3 == 0) made.push_back(made[random() % 3] + made[random() % 3]);
    }
    vocab::TokenizerSpec& spec = vocabulary.spec();
    spec.ignore_merges = seed % 4 == 1;
    // Some with merges in an order in which parts are younger than what they make.
    if (seed % 5 == 2) std::shuffle(spec.merges.begin(), spec.merges.end(), random);
    check_whole_pieces(spec, {"a", "b", "c"}, 7);
  }
}

TEST_CASE("small vocabularies merged by rank") {
  const unsigned seeds = long_tests() ? 2'000 : 60;
  for (unsigned seed = 0; seed < seeds; ++seed) {
    std::mt19937 random(seed);
    SmallVocabulary vocabulary(true);
    const std::size_t words = 2 + random() % 14;
    for (std::size_t i = 0; i < words; ++i) {
      std::string word;
      const std::size_t size = 2 + random() % 4;
      for (std::size_t j = 0; j < size; ++j) word += "abc"[random() % 3];
      vocabulary.add(word);
    }
    check_whole_pieces(vocabulary.spec(), {"a", "b", "c"}, 7);
  }
}

TEST_CASE("vocabularies over two letters, longer strings") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed + 1000);
    SmallVocabulary vocabulary(false);
    std::vector<std::string> made{"a", "b"};
    for (int i = 0; i < 10; ++i) {
      const std::string left = made[random() % made.size()], right = made[random() % made.size()];
      vocabulary.merge(left, right);
      made.push_back(left + right);
    }
    check_whole_pieces(vocabulary.spec(), {"a", "b"}, 12);
  }
}

// Pieces of more than 64 bytes remember what joins; their repetitions are where that can go wrong.
TEST_CASE("vocabularies over two letters, long pieces") {
  const unsigned seeds = long_tests() ? 400 : 40;
  for (unsigned seed = 0; seed < seeds; ++seed) {
    std::mt19937 random(seed + 2000);
    SmallVocabulary vocabulary(false);
    std::vector<std::string> made{"a", "b"};
    for (int i = 0; i < 12; ++i) {
      const std::string left = made[random() % made.size()], right = made[random() % made.size()];
      vocabulary.merge(left, right);
      made.push_back(left + right);
    }
    const reference::Bpe oracle(vocabulary.spec());
    const Tokenizer tokenizer = Tokenizer::from_image(vocab::build_image(vocabulary.spec()));
    int shown = 0;
    for (int i = 0; i < 60; ++i) {
      std::string text, unit;
      for (std::size_t size = 1 + random() % 9; unit.size() < size;) unit += "ab"[random() % 2];
      for (std::size_t size = 40 + random() % 200; text.size() < size;) {
        text += random() % 8 == 0 ? made[random() % made.size()] : unit;
      }
      if (tokenizer.encode(text) == oracle.encode(text) || ++shown > 3) continue;
      INFO("seed " << seed << ": " << text);
      CHECK(tokenizer.encode(text) == oracle.encode(text));
    }
  }
}

// Pieces of several thousand bytes remember what was taken back, too. The oracle is too slow for them, so
// search is compared with merging: more merges out of order than a search puts up with, of letters that are
// not in the texts.
TEST_CASE("vocabularies over two letters, search and merging of pieces of thousands of bytes") {
  const unsigned seeds = long_tests() ? 1'000 : 100;
  for (unsigned seed = 0; seed < seeds; ++seed) {
    std::mt19937 random(seed + 3000);
    SmallVocabulary vocabulary(false);
    std::vector<std::string> made{"a", "b"};
    for (int i = 0; i < 14; ++i) {
      const std::string left = made[random() % made.size()], right = made[random() % made.size()];
      vocabulary.merge(left, right);
      made.push_back(left + right);
    }
    const Tokenizer searching = Tokenizer::from_image(vocab::build_image(vocabulary.spec()));
    for (char letter = 'c'; letter < 'n'; ++letter) {
      const std::string one(1, letter), two(2, letter);
      vocabulary.merge(two, one);
      vocabulary.merge(one, one);
    }
    const Tokenizer merging = Tokenizer::from_image(vocab::build_image(vocabulary.spec()));
    REQUIRE(merging.description().encoder.starts_with("merge heap"));
    for (int i = 0; i < 30; ++i) {
      std::string text, unit;
      for (std::size_t size = 1 + random() % 9; unit.size() < size;) unit += "ab"[random() % 2];
      const unsigned odd = 8 << random() % 9;  // one in so many units is something else
      for (std::size_t size = 500 + random() % 6'000; text.size() < size;)
        text += random() % odd == 0 ? made[random() % made.size()] : unit;
      INFO("seed " << seed << ", text " << i << ", of " << unit);
      CHECK((searching.encode(text) == merging.encode(text)));
    }
  }
}

TEST_CASE("bytes without an entry") {
  for (const TokenId unknown : {vocab::kNoToken, TokenId{300}}) {
    for (const bool fuse : {false, true}) {
      for (const bool ignore_merges : {false, true}) {
        SmallVocabulary vocabulary(false);
        vocabulary.merge("a", "b");
        vocabulary.merge("ab", "a");
        vocabulary.merge("a", "a");
        vocab::TokenizerSpec& spec = vocabulary.spec();
        spec.entries.resize(301);
        spec.entries[300] = {vocab::Entry::Kind::bytes, "unknown"};
        spec.entries['c'] = spec.entries['d'] = {};
        spec.unknown = unknown;
        spec.fuse_unknown = fuse;
        spec.ignore_merges = ignore_merges;
        const reference::Bpe oracle(spec);
        const Tokenizer tokenizer = Tokenizer::from_image(vocab::build_image(spec));
        int shown = 0;
        for_each_string({"a", "b", "c", "d"}, 6, [&](const std::string& text) {
          if (tokenizer.encode(text) == oracle.encode(text) || ++shown > 3) return;
          INFO("unknown " << unknown << ", fuse " << fuse << ": " << text);
          CHECK(tokenizer.encode(text) == oracle.encode(text));
        });
      }
    }
  }
}

// Patterns as their owners spell them; the engine runs them with scanners of its own.
struct Pattern {
  const char* name;
  vocab::Reference dialect;
  std::vector<const char*> steps;
};

const Pattern kPatterns[] = {
    {"gpt2",
     vocab::Reference::hugging_face,
     {R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"}},
    {"llama3",
     vocab::Reference::hugging_face,
     {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+)"
      R"(|\s+(?!\S)|\s+)"}},
    {"qwen",
     vocab::Reference::hugging_face,
     {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S))"
      R"(|\s+)"}},
    {"o200k",
     vocab::Reference::tiktoken,
     {R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
      R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
      R"(|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"}},
    {"cl100k",
     vocab::Reference::tiktoken,
     {R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n])"
      R"(|\s+(?!\S)|\s)"}},
    {"r50k",
     vocab::Reference::tiktoken,
     {R"('(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s)"}},
    {"deepseek-v3",
     vocab::Reference::hugging_face,
     {R"(\p{N}{1,3})", "[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+",
      R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*)"
      R"(|\s*[\r\n]+|\s+(?!\S)|\s+)"}},
};

// Letters in both cases, an apostrophe, white space of three kinds, a digit, punctuation, a mark, Han.
const std::vector<std::string> kAlphabet{"s", "L", "'", " ", "\n", "\u3000", "1", "!", "\u0301", "\u4E2D"};

class SplitOracle {
 public:
  explicit SplitOracle(const std::vector<vocab::SplitStep>& steps) {
    for (const vocab::SplitStep& step : steps) {
      REQUIRE(step.kind == vocab::SplitStep::Kind::regex);
      REQUIRE(step.behavior == vocab::SplitBehavior::isolated);
      regexes_.push_back(std::make_unique<reference::Regex>(step.pattern));
    }
  }

  std::vector<std::string_view> split(std::string_view text) const {
    std::vector<std::string_view> pieces{text};
    for (const auto& regex : regexes_) {
      std::vector<std::string_view> next;
      for (const std::string_view piece : pieces) {
        const std::vector<std::string_view> parts = reference::split(*regex, piece);
        next.insert(next.end(), parts.begin(), parts.end());
      }
      pieces = std::move(next);
    }
    return pieces;
  }

 private:
  std::vector<std::unique_ptr<reference::Regex>> regexes_;
};

std::vector<std::string_view> split(const tokenizer::Pretokenizer& pretokenizer, std::string_view text) {
  tokenizer::Pretokenizer::Scratch scratch;
  std::vector<std::string_view> pieces;
  pretokenizer.split(text, true, scratch, [&](const tokenizer::Pretokenizer::Piece& piece) {
    const Span place = scratch.place(piece.bytes, {0, piece.bytes.size()});
    pieces.push_back(text.substr(place.begin, place.end - place.begin));
    return true;
  });
  return pieces;
}

TEST_CASE("every short string is split as the pattern says") {
  for (const Pattern& pattern : kPatterns) {
    SmallVocabulary vocabulary(false);
    vocab::TokenizerSpec& spec = vocabulary.spec();
    spec.reference = pattern.dialect;
    for (const char* step : pattern.steps) spec.splits.push_back({.pattern = step});
    const auto image = vocab::Image::adopt(vocab::build_image(spec), pattern.name);
    const tokenizer::Pretokenizer scanner(*image), stepwise(*image, true);
    CHECK_FALSE(stepwise.scanner().has_value());
    const SplitOracle oracle(spec.splits);
    int shown = 0;
    for_each_string(kAlphabet, long_tests() ? 6 : 5, [&](const std::string& text) {
      if (text.empty()) return;
      const std::vector<std::string_view> expected = oracle.split(text);
      const bool scanned = split(scanner, text) == expected, stepped = split(stepwise, text) == expected;
      if ((scanned && stepped) || ++shown > 3) return;
      INFO(pattern.name << " on " << escaped(text));
      CHECK(split(scanner, text) == expected);
      CHECK(split(stepwise, text) == expected);
    });
  }
}

std::string decompressed(const std::string& path) {
  const std::string packed = read_file(path);
  std::string content(ZSTD_getFrameContentSize(packed.data(), packed.size()), '\0');
  REQUIRE(ZSTD_decompress(content.data(), content.size(), packed.data(), packed.size()) == content.size());
  return content;
}

// The whole way, normalization included, for the built-ins: their owners' files read anew, split and merged
// naively.
TEST_CASE("every short string through the built-ins") {
  const std::string data = std::string(POLYGLYPH_TESTS_DIR) + "/../vocab/data/";
  const std::string name = GENERATE("qwen3", "deepseek-v3", "gpt-oss", "o200k", "cl100k");
  const bool ranks = name == "o200k" || name == "cl100k";
  const std::string content = decompressed(data + name + (ranks ? ".tiktoken.zst" : ".json.zst"));
  const vocab::TokenizerSpec spec =
      ranks ? vocab::read_tiktoken(name, content, {.pattern = name, .special_tokens = {}})
            : vocab::read_tokenizer_json(name, content);
  const reference::Bpe merger(spec);
  const SplitOracle splitter(spec.splits);
  const auto normalizer = normalizers::make_normalizer(spec.normalizers, {});
  const Tokenizer& tokenizer = builtin(name);
  CHECK(tokenizer.description().scanner != "RE2");

  std::map<std::string, std::vector<TokenId>, std::less<>> merged;  // pieces recur
  int shown = 0;
  const auto check = [&](const std::string& text) {
    std::string normal = text;
    if (normalizer) {
      normal.clear();
      normalizer->normalize(text, normal, nullptr);
    }
    std::vector<TokenId> expected;
    for (const std::string_view piece : splitter.split(normal)) {
      auto known = merged.find(piece);
      if (known == merged.end()) known = merged.emplace(piece, merger.encode(piece)).first;
      expected.insert(expected.end(), known->second.begin(), known->second.end());
    }
    if (tokenizer.encode(text) == expected || ++shown > 3) return;
    INFO(name << " on " << escaped(text));
    CHECK(tokenizer.encode(text) == expected);
  };
  for_each_string(kAlphabet, long_tests() ? 6 : 4, check);
  // Letters that real merges compete for; no splitting.
  for_each_string({"a", "e", "h", "i", "n", "r", "s", "t"}, long_tests() ? 7 : 6, check);
}

}  // namespace
}  // namespace polyglyph::test
