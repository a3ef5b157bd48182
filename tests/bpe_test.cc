// Byte-pair encoding over characters: small vocabularies of every kind, every short string, against the naive
// oracle of tests/reference.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "polyglyph/tokenizer.h"
#include "tests/reference/bpe.h"
#include "tests/texts.h"
#include "vocab/build.h"
#include "vocab/formats/formats.h"
#include "vocab/image.h"
#include "vocab/spec.h"

namespace polyglyph::test {
namespace {

using vocab::Entry;
using vocab::kNoToken;

unsigned times(unsigned usual) {
  return std::getenv("POLYGLYPH_LONG_TESTS") != nullptr ? 20 * usual : usual;
}

// A specification that owns its entries' bytes.
class Characters {
 public:
  explicit Characters(vocab::Reference reference) {
    spec_.name = "characters";
    spec_.format = "tokenizer.json";
    spec_.reference = reference;
    spec_.characters = true;
    spec_.merges_by_rank = reference != vocab::Reference::hugging_face;
  }

  TokenId add(const std::string& name, Entry::Kind kind = Entry::Kind::bytes) {
    const TokenId known = find(name);
    if (known != kNoToken) return known;
    spec_.entries.push_back({kind, names_.emplace_back(name)});
    return static_cast<TokenId>(spec_.entries.size() - 1);
  }

  TokenId find(const std::string& name) const {
    for (TokenId id = 0; id < spec_.entries.size(); ++id) {
      if (spec_.entries[id].bytes == name) return id;
    }
    return kNoToken;
  }

  void merge(const std::string& left, const std::string& right) {
    const TokenId first = add(left), second = add(right);
    spec_.merges.push_back({first, second, add(left + right.substr(spec_.subword_prefix.size()))});
  }

  // The tokens of the bytes of `text`.
  void add_bytes_of(const std::string& text) {
    if (spec_.byte_tokens.empty()) spec_.byte_tokens.assign(256, kNoToken);
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      constexpr const char* digits = "0123456789ABCDEF";
      spec_.byte_tokens[byte] = add({'<', '0', 'x', digits[byte / 16], digits[byte % 16], '>'},
                                    spec_.merges_by_rank ? Entry::Kind::literal : Entry::Kind::bytes);
    }
  }

  vocab::TokenizerSpec& operator*() { return spec_; }
  vocab::TokenizerSpec* operator->() { return &spec_; }

 private:
  vocab::TokenizerSpec spec_;
  std::deque<std::string> names_;
};

std::string describe(const vocab::TokenizerSpec& spec) {
  std::string text = "entries:";
  for (std::size_t id = 0; id < spec.entries.size(); ++id) {
    text += " " + escaped(spec.entries[id].bytes);
    if (spec.entries[id].kind == Entry::Kind::user_defined) text += "(user)";
    if (spec.entries[id].kind == Entry::Kind::unused) text += "(unused)";
    if (!spec.scores.empty()) text += "=" + std::to_string(static_cast<int>(spec.scores[id]));
  }
  text += "\nmerges:";
  for (const vocab::Merge& m : spec.merges) {
    text += " " + escaped(spec.entries[m.left].bytes) + "+" + escaped(spec.entries[m.right].bytes);
  }
  if (spec.unknown != kNoToken) text += "\nunknown " + std::to_string(spec.unknown);
  if (spec.fuse_unknown) text += ", fused";
  if (spec.ignore_merges) text += ", ignore_merges";
  if (!spec.byte_tokens.empty()) text += ", byte fallback";
  return text + "\nprefix " + spec.subword_prefix + ", suffix " + spec.word_suffix;
}

// Whole, counted, in a stream and with spans that follow one another.
std::vector<TokenId> encode_every_way(const Tokenizer& tokenizer, const std::string& text) {
  const std::vector<TokenId> ids = tokenizer.encode(text);
  const Encoding encoding = tokenizer.encode_with_offsets(text);
  CHECK(encoding.ids == ids);
  CHECK(encoding.offsets.size() == ids.size());
  std::size_t at = 0;
  bool in_order = true;
  for (const Span span : encoding.offsets) {
    in_order = in_order && span.begin >= at && span.end >= span.begin && span.end <= text.size();
    at = span.end;
  }
  CHECK(in_order);
  CHECK(tokenizer.count(text) == ids.size());
  EncodeStream stream = tokenizer.encode_stream();
  std::vector<TokenId> streamed;
  for (const char& byte : text) stream.feed({&byte, 1}, streamed);
  stream.finish(streamed);
  CHECK(streamed == ids);
  return ids;
}

void check(const vocab::TokenizerSpec& spec, const std::vector<std::string>& alphabet, std::size_t most) {
  const reference::Bpe oracle(spec);
  const Tokenizer tokenizer = Tokenizer::from_image(vocab::build_image(spec));
  int shown = 0, seen = 0;
  for_each_string(alphabet, most, [&](const std::string& text) {
    const std::vector<TokenId> expected = text.empty() ? std::vector<TokenId>() : oracle.encode(text);
    const bool all_ways = ++seen % 64 == 0;
    if (tokenizer.encode(text) == expected && !all_ways) return;
    INFO(describe(spec) << "\non " << escaped(text));
    if (all_ways) encode_every_way(tokenizer, text);
    if (tokenizer.encode(text) != expected && ++shown <= 3) CHECK(tokenizer.encode(text) == expected);
  });
}

// Each of one to four bytes; the last two never have an entry of their own.
const std::vector<std::string> kAlphabet{"a", "é", "中", "😀", "x", "ж"};

std::string all_bytes() {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  return bytes;
}

// Options that any vocabulary can have, drawn by the seed.
void add_options(Characters& vocabulary, std::mt19937& random) {
  if (random() % 2) vocabulary->unknown = vocabulary.add("<unk>");
  vocabulary->fuse_unknown = random() % 2;
  if (random() % 3 == 0) vocabulary.add_bytes_of(random() % 2 ? "xж中😀é" : random() % 2 ? "x" : "ж");
  // With all of them, text is cut where no token can lie across.
  if (random() % 3 == 0) vocabulary.add_bytes_of(all_bytes());
}

TEST_CASE("characters with listed merges") {
  for (unsigned seed = 0; seed < times(120); ++seed) {
    std::mt19937 random(seed);
    Characters vocabulary(vocab::Reference::hugging_face);
    if (seed % 4 == 1) vocabulary->subword_prefix = seed % 8 == 1 ? "##" : "é";
    if (seed % 4 == 2 || seed % 8 == 1) vocabulary->word_suffix = "$";
    const std::string prefix = vocabulary->subword_prefix;
    add_options(vocabulary, random);
    std::vector<std::string> made{"a", "é", "中", "😀"};
    for (std::size_t i = 0; i < 4; ++i) {
      if (!prefix.empty()) made.push_back(prefix + made[i]);
      if (!vocabulary->word_suffix.empty()) made.push_back((random() % 2 ? prefix : "") + made[i] + "$");
    }
    for (const std::string& name : made) {
      if (random() % 6 != 0) vocabulary.add(name);
    }
    for (std::size_t i = 0, merges = 2 + random() % 12; i < merges; ++i) {
      const std::string left = made[random() % made.size()], right = made[random() % made.size()];
      if (!right.starts_with(prefix) || right.size() == prefix.size()) continue;
      vocabulary.merge(left, right);
      made.push_back(left + right.substr(prefix.size()));
    }
    // What stands in for unknown characters may take part in merges, too.
    if (seed % 16 == 3 && vocabulary->unknown != kNoToken) vocabulary.merge("<unk>", prefix + "a");
    if (seed % 16 == 7 && !vocabulary->byte_tokens.empty()) vocabulary.merge("a", "<0x78>");
    vocabulary->ignore_merges = seed % 5 == 4;
    if (seed % 6 == 5) std::shuffle(vocabulary->merges.begin(), vocabulary->merges.end(), random);
    check(*vocabulary, kAlphabet, 5);
  }
}

// A pair counts where it is listed last.
TEST_CASE("a merge that is listed twice") {
  Characters vocabulary(vocab::Reference::hugging_face);
  vocabulary.merge("a", "é");
  vocabulary.merge("é", "a");
  vocabulary.merge("a", "é");
  check(*vocabulary, {"a", "é"}, 7);
}

// An entry that no merge makes is found as a whole piece alone, never as a part of one.
TEST_CASE("whole pieces are not what is cut out of them") {
  Characters vocabulary(vocab::Reference::hugging_face);
  vocabulary.add_bytes_of(all_bytes());
  for (const char* name : {"a", "é", "aa", "éé"}) vocabulary.add(name);
  vocabulary->ignore_merges = true;
  check(*vocabulary, {"a", "é", "x"}, 5);
}

TEST_CASE("characters merged by score") {
  for (unsigned seed = 0; seed < times(120); ++seed) {
    std::mt19937 random(seed);
    Characters vocabulary(seed % 3 ? vocab::Reference::sentencepiece : vocab::Reference::llama_cpp);
    add_options(vocabulary, random);
    vocabulary->unknown = vocabulary.add("<unk>", Entry::Kind::literal);
    const std::vector<std::string> letters{"a", "é", "中", "😀"};
    // Characters that have no entry may merge all the same.
    for (const std::string& letter : letters) {
      if (seed % 4 != 1 || random() % 3) vocabulary.add(letter);
    }
    for (std::size_t i = 0, words = 2 + random() % 14; i < words; ++i) {
      std::string word;
      for (std::size_t j = 0, size = 2 + random() % 3; j < size; ++j) word += letters[random() % 4];
      const bool odd = seed % 2 && random() % 3 == 0;
      vocabulary.add(word, !odd                             ? Entry::Kind::bytes
                           : seed % 8 == 7 || seed % 8 == 1 ? Entry::Kind::user_defined
                                                            : Entry::Kind::unused);
    }
    if (seed % 8 == 7) vocabulary.add("x", Entry::Kind::user_defined);
    for (std::size_t id = 0; id < vocabulary->entries.size(); ++id) {
      // Ties, in every second one.
      vocabulary->scores.push_back(-static_cast<double>(seed % 4 < 2 ? random() % 5 : id));
    }
    check(*vocabulary, kAlphabet, 5);
  }
}

// Long pieces remember what joins, and meet walls.
TEST_CASE("long pieces of characters") {
  for (unsigned seed = 0; seed < times(20); ++seed) {
    std::mt19937 random(seed);
    Characters vocabulary(vocab::Reference::hugging_face);
    add_options(vocabulary, random);
    std::vector<std::string> made{"a", "é", "中"};
    for (int i = 0; i < 14; ++i) {
      const std::string left = made[random() % made.size()], right = made[random() % made.size()];
      vocabulary.merge(left, right);
      made.push_back(left + right);
    }
    const reference::Bpe oracle(*vocabulary);
    const Tokenizer tokenizer = Tokenizer::from_image(vocab::build_image(*vocabulary));
    for (int i = 0; i < 20; ++i) {
      std::string text;
      for (std::size_t size = 40 + random() % 400; text.size() < size;) {
        text += random() % 12 ? made[random() % made.size()] : kAlphabet[random() % kAlphabet.size()];
      }
      INFO(describe(*vocabulary) << "\non " << escaped(text));
      CHECK(encode_every_way(tokenizer, text) == oracle.encode(text));
    }
  }
}

// Each ill-formed part is U+FFFD before anything else happens to it; spans are those of the caller's bytes.
TEST_CASE("ill-formed text and characters") {
  Characters vocabulary(vocab::Reference::hugging_face);
  for (const char* name : {"a", "é", "中"}) vocabulary.add(name);
  const TokenId replacement = vocabulary.add("\uFFFD");
  vocabulary.merge("\uFFFD", "a");
  vocabulary.merge("中", "\uFFFD");
  const reference::Bpe oracle(*vocabulary);
  const Tokenizer tokenizer = Tokenizer::from_image(vocab::build_image(*vocabulary));
  struct Case {
    std::string text, sound;
  };
  const Case cases[] = {
      {"a\xFF", "a\uFFFD"},
      {"\xE4\xB8", "\uFFFD"},
      {"\xE4\xB8 a", "\uFFFD a"},
      {"\xE4\xB8\xE4\xB8\xAD", "\uFFFD中"},
      {"\xC3\xA9\x80\x80", "é\uFFFD\uFFFD"},
      {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
      {"\xF0\x9F\x98", "\uFFFD"},
      {"a\xF0\x9F\x98z\xC3", "a\uFFFDz\uFFFD"},
  };
  for (const Case& c : cases) {
    INFO(escaped(c.text));
    CHECK(encode_every_way(tokenizer, c.text) == oracle.encode(c.sound));
  }
  const Encoding encoding = tokenizer.encode_with_offsets(
      "\xE4\xB8x\xFF"
      "a\xC3");
  CHECK(encoding.ids == std::vector<TokenId>{replacement, vocabulary.find("\uFFFDa"), replacement});
  REQUIRE(encoding.offsets.size() == 3);
  CHECK(encoding.offsets[0].begin == 0);
  CHECK(encoding.offsets[0].end == 2);
  CHECK(encoding.offsets[1].begin == 3);
  CHECK(encoding.offsets[1].end == 5);
  CHECK(encoding.offsets[2].begin == 5);
  CHECK(encoding.offsets[2].end == 6);
  for (const std::string& text : ill_formed_texts()) {
    INFO(escaped(text));
    encode_every_way(tokenizer, text);
  }
}

}  // namespace
}  // namespace polyglyph::test
