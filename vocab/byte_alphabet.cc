// The alphabet is written down as a rule (three runs of Latin-1, the rest in order from U+0100) and turned into two
// tables at compile time: byte to character and, since every character is below U+0144, character to byte.
#include "vocab/byte_alphabet.h"

#include "unicode/utf8.h"

namespace polyglyph::vocab {
namespace {

constexpr bool stands_for_itself(unsigned byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || (byte >= 0xAE && byte <= 0xFF);
}

constexpr std::array<char32_t, 256> kCharacters = [] {
  std::array<char32_t, 256> characters{};
  char32_t next = 0x100;
  for (unsigned byte = 0; byte < 256; ++byte) characters[byte] = stands_for_itself(byte) ? byte : next++;
  return characters;
}();

constexpr std::int16_t kNone = -1;
constexpr std::array<std::int16_t, 0x144> kBytes = [] {
  std::array<std::int16_t, 0x144> bytes{};
  bytes.fill(kNone);
  for (unsigned byte = 0; byte < 256; ++byte) bytes[kCharacters[byte]] = static_cast<std::int16_t>(byte);
  return bytes;
}();

}  // namespace

const std::array<char32_t, 256>& byte_alphabet() { return kCharacters; }

bool bytes_from_name(std::string_view name, std::string& bytes) {
  const std::size_t before = bytes.size();
  const char* at = name.data();
  const char* const end = at + name.size();
  while (at != end) {
    const auto decoded = unicode::decode(at, end);
    if (!decoded.valid || decoded.code_point >= kBytes.size() || kBytes[decoded.code_point] == kNone) {
      bytes.resize(before);
      return false;
    }
    bytes.push_back(static_cast<char>(kBytes[decoded.code_point]));
    at += decoded.size;
  }
  return true;
}

std::string name_from_bytes(std::string_view bytes) {
  std::string name;
  name.reserve(bytes.size() * 2);
  for (const char byte : bytes) unicode::append(name, kCharacters[static_cast<unsigned char>(byte)]);
  return name;
}

}  // namespace polyglyph::vocab
