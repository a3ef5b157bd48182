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

}  // namespace polyglyph::cli
