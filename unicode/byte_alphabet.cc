// The alphabet is written down as a rule (three runs of Latin-1, the rest in order from U+0100) and turned
// into two tables at compile time: byte to character and, since every character is below U+0144, character to
// byte.
#include "unicode/byte_alphabet.h"

#include "unicode/utf8.h"

namespace polyglyph::unicode {
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

const std::array<char32_t, 256>& byte_alphabet() {
  return kCharacters;
}

// Hundreds of thousands of names are read while a file loads, so this writes in place and decodes only what
// the alphabet has: characters of one byte, and of two with the lead bytes C2 to C5.
bool bytes_from_name(std::string_view name, std::string& bytes) {
  const std::size_t before = bytes.size();
  bytes.resize(before + name.size());
  char* out = bytes.data() + before;
  for (std::size_t i = 0; i < name.size(); ++i) {
    unsigned character = static_cast<unsigned char>(name[i]);
    if (character >= 0x80) {
      const unsigned second = i + 1 < name.size() ? static_cast<unsigned char>(name[i + 1]) : 0;
      if (character < 0xC2 || character > 0xC5 || (second & 0xC0) != 0x80)
        character = kBytes.size();
      else
        character = (character & 0x1F) << 6 | (second & 0x3F);
      ++i;
    }
    const int byte = character < kBytes.size() ? kBytes[character] : kNone;
    if (byte == kNone) {
      bytes.resize(before);
      return false;
    }
    *out++ = static_cast<char>(byte);
  }
  bytes.resize(static_cast<std::size_t>(out - bytes.data()));
  return true;
}

std::string name_from_bytes(std::string_view bytes) {
  std::string name;
  name.reserve(bytes.size() * 2);
  for (const char byte : bytes) unicode::append(name, kCharacters[static_cast<unsigned char>(byte)]);
  return name;
}

}  // namespace polyglyph::unicode
