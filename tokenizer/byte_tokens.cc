#include "tokenizer/byte_tokens.h"

#include "unicode/utf8.h"

namespace polyglyph::tokenizer {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

int byte_of_name(std::string_view name) noexcept {
  if (name.size() != 6 || !name.starts_with("<0x") || name[5] != '>') return -1;
  const int high = name[3] == '+' ? 0 : hex_digit(name[3]);  // the reference reads +1 as a number, too
  const int low = hex_digit(name[4]);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

void append_replacements(std::string& out, std::size_t count) {
  for (; count > 0; --count) unicode::append(out, unicode::kReplacement);
}

void take_complete(std::string& bytes, std::string& out, bool one_a_byte) {
  const std::size_t complete = bytes.size() - unicode::unfinished_tail(bytes);
  const char* const end = bytes.data() + complete;
  for (const char* p = bytes.data(); p < end;) {
    const unicode::Decoded c = unicode::decode(p, end);
    if (c.valid) {
      out.append(p, c.size);
    } else {
      append_replacements(out, one_a_byte ? c.size : 1);
    }
    p += c.size;
  }
  bytes.erase(0, complete);
}

}  // namespace polyglyph::tokenizer
