#include "cli/json_text.h"

#include <fmt/format.h>

#include "polyglyph/text.h"

namespace polyglyph::cli {

std::string json_string(std::string_view text) {
  std::string quoted = "\"";
  for (char c : to_utf8(text)) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string json_member(std::string_view key, std::string_view text) {
  std::string member = fmt::format("\"{}\": {}", key, json_string(text));
  if (is_utf8(text)) return member;
  member += fmt::format(", \"{}_bytes\": \"", key);
  for (const char byte : text) member += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return member + '"';
}

}  // namespace polyglyph::cli
