// Text for people's eyes: how wide it is in a terminal, and how to show what has no shape of its own.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace polyglyph::cli {

// Columns that a terminal gives to valid UTF-8 without control characters.
std::size_t display_width(std::string_view text);

// Valid UTF-8 in which nothing steers a terminal or misleads the eye: control characters, invisible
// formatting and bytes that are no UTF-8 are spelled out, "\x1B" or "\u{202E}". For paths, names and
// messages.
std::string printable(std::string_view text);

// At most `width` columns of printable text, the end kept, because the end of a path says the most.
std::string shorten(std::string_view text, std::size_t width);

// A token cut into what can be shown as it is and what stands for something else.
struct VisiblePart {
  enum class Kind {
    text,   // characters as they are; a combining mark without a base sits on U+25CC
    blank,  // whitespace, by a sign: · → ↵
    code,   // an invisible or unassigned character: U+200D
    bytes,  // a part of a character: E4 B8
  };
  Kind kind;
  std::string shown;
};
std::vector<VisiblePart> visible_parts(std::string_view token);

}  // namespace polyglyph::cli
