#include "polyglyph/text.h"

#include "unicode/utf8.h"

namespace polyglyph {

std::size_t count_characters(std::string_view text) noexcept {
  return unicode::count_characters(text);
}

bool is_utf8(std::string_view text) noexcept {
  return unicode::is_valid(text);
}

std::string to_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  unicode::append_lossy(out, text);
  return out;
}

}  // namespace polyglyph
