// Names of tokens: GPT-2's alphabet of bytes, and the table that finds ids by name.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "unicode/byte_alphabet.h"
#include "vocab/formats/name_table.h"
#include "vocab/spec.h"

namespace polyglyph::test {
namespace {

using vocab::kNoToken;

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

}  // namespace
}  // namespace polyglyph::test
