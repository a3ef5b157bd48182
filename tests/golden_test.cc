// The ids that the references gave (tools/make_golden.py), on hostile texts and on the samples of every
// language.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "polyglyph/tokenizer.h"
#include "tests/texts.h"

namespace polyglyph::test {
namespace {

std::vector<TokenId> read_ids(const std::string& line) {
  std::istringstream in(line);
  std::vector<TokenId> ids;
  for (TokenId id; in >> id;) ids.push_back(id);
  return ids;
}

std::uint64_t fnv1a(const std::vector<TokenId>& ids) {
  std::uint64_t value = 0xCBF29CE484222325;
  for (const TokenId id : ids) {
    for (int shift = 0; shift < 32; shift += 8) value = (value ^ (id >> shift & 0xFF)) * 0x100000001B3;
  }
  return value;
}

TEST_CASE("golden ids of hostile texts") {
  const std::string name = GENERATE(from_range(Tokenizer::builtins()));
  const Tokenizer& tokenizer = builtin(name);
  const std::vector<std::string> lines = read_lines("golden/" + name + ".ids");
  REQUIRE(lines.size() == hostile_texts().size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string& text = hostile_texts()[i];
    INFO(name << ", line " << i + 1 << ": " << escaped(text));
    const std::size_t bar = lines[i].find('|');
    const std::vector<TokenId> as_text = read_ids(lines[i].substr(0, bar));
    CHECK(tokenizer.encode(text) == as_text);
    const std::vector<TokenId> parsed =
        bar == std::string::npos ? as_text : read_ids(lines[i].substr(bar + 1));
    CHECK(tokenizer.encode(text, {.special_tokens = SpecialTokens::parse}) == parsed);
  }
}

TEST_CASE("golden ids of the samples") {
  const std::string name = GENERATE(from_range(Tokenizer::builtins()));
  const Tokenizer& tokenizer = builtin(name);
  std::string file, content;
  std::size_t blocks = 0;
  for (const std::string& line : read_lines("golden/" + name + ".samples")) {
    std::istringstream in(line);
    std::string sample, hash;
    std::size_t begin, end, count;
    REQUIRE(in >> sample >> begin >> end >> count >> hash);
    if (sample != file) {
      file = sample;
      content = read_file(std::string(POLYGLYPH_TESTS_DIR) + "/../samples/" + file);
    }
    REQUIRE(end <= content.size());
    const std::vector<TokenId> ids = tokenizer.encode(std::string_view(content).substr(begin, end - begin));
    INFO(name << ", " << file << ", bytes " << begin << " to " << end);
    CHECK(ids.size() == count);
    CHECK(fmt::format("{:016x}", fnv1a(ids)) == hash);
    ++blocks;
  }
  CHECK(blocks > 100);
}

}  // namespace
}  // namespace polyglyph::test
