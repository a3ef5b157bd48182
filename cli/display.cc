// Width is the C library's wcwidth under a UTF-8 locale: it follows Unicode's East Asian Width and the
// combining classes, which is what terminals go by too. A table of our own would only disagree with both.

#include "cli/display.h"

#include <fmt/format.h>
#include <locale.h>
#include <wchar.h>

#include "polyglyph/text.h"

namespace polyglyph::cli {

namespace {

// wcwidth reads the locale of the thread. C.UTF-8 is built into glibc from 2.35 on and is installed by
// distributions before; its width table is the same as that of any other UTF-8 locale.
int width_of(char32_t c) {
  static const bool ready = [] {
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    if (utf8 == nullptr) utf8 = newlocale(LC_CTYPE_MASK, "", nullptr);
    if (utf8 != nullptr) uselocale(utf8);
    return utf8 != nullptr;
  }();
  if (!ready) return c < 0x20 || c == 0x7F ? -1 : 1;
  return wcwidth(static_cast<wchar_t>(c));
}

// Bytes of the character at the front of a text that is not empty; 0 if it begins with no valid one.
std::size_t character_size(std::string_view text) {
  auto lead = static_cast<unsigned char>(text[0]);
  std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return size <= text.size() && is_utf8(text.substr(0, size)) ? size : 0;
}

char32_t decode(std::string_view character) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 1) return byte(0);
  char32_t c = byte(0) & (0x7F >> character.size());
  for (std::size_t i = 1; i < character.size(); ++i) c = c << 6 | (byte(i) & 0x3F);
  return c;
}

// Characters that show nothing, or that change how their neighbours are shown: soft hyphen, zero-width and
// bidirectional controls, variation tags, interlinear marks.
bool is_invisible(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || c == 0x180E ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
         c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F);
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    std::size_t size = character_size(text);
    int columns = size == 0 ? 1 : width_of(decode(text.substr(0, size)));
    width += columns < 0 ? 1 : static_cast<std::size_t>(columns);
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return width;
}

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    std::size_t size = character_size(text);
    if (size == 0) {
      shown += fmt::format("\\x{:02X}", static_cast<unsigned char>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    char32_t c = decode(text.substr(0, size));
    if (!is_invisible(c)) {
      shown += text.substr(0, size);
    } else if (c < 0x80) {
      shown += fmt::format("\\x{:02X}", static_cast<unsigned>(c));
    } else {
      shown += fmt::format("\\u{{{:X}}}", static_cast<unsigned>(c));
    }
    text.remove_prefix(size);
  }
  return shown;
}

std::string shorten(std::string_view text, std::size_t width) {
  std::size_t excess = display_width(text);
  if (excess <= width) return std::string(text);
  // One column goes to the ellipsis; leading characters go until the rest fits beside it.
  while (excess + 1 > width && !text.empty()) {
    std::size_t size = std::max<std::size_t>(1, character_size(text));
    excess -= display_width(text.substr(0, size));
    text.remove_prefix(size);
  }
  return "…" + std::string(text);
}

std::vector<VisiblePart> visible_parts(std::string_view token) {
  using Kind = VisiblePart::Kind;
  std::vector<VisiblePart> parts;
  auto add = [&](Kind kind, std::string_view shown, std::string_view separator = "") {
    if (parts.empty() || parts.back().kind != kind) {
      parts.push_back({kind, std::string(shown)});
    } else {
      parts.back().shown.append(separator).append(shown);
    }
  };
  while (!token.empty()) {
    std::size_t size = character_size(token);
    if (size == 0) {
      add(Kind::bytes, fmt::format("{:02X}", static_cast<unsigned char>(token[0])), " ");
      token.remove_prefix(1);
      continue;
    }
    std::string_view character = token.substr(0, size);
    char32_t c = decode(character);
    int width = width_of(c);
    if (c == ' ') {
      add(Kind::blank, "·");
    } else if (c == '\n') {
      add(Kind::blank, "↵");
    } else if (c == '\t') {
      add(Kind::blank, "→");
    } else if (is_invisible(c) || width < 0 || c == 0xA0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200A)) {
      add(Kind::code, fmt::format("U+{:04X}", static_cast<unsigned>(c)), " ");
    } else {
      bool on_a_base = !parts.empty() && parts.back().kind == Kind::text;
      add(Kind::text, width == 0 && !on_a_base ? "◌" + std::string(character) : character);
    }
    token.remove_prefix(size);
  }
  return parts;
}

}  // namespace polyglyph::cli
