// What the terminal at the other end can show.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace polyglyph::cli {

enum class When { automatic, always, never };

bool is_terminal(int descriptor);

// Automatic: on a terminal that is not "dumb", unless NO_COLOR is set (https://no-color.org).
bool use_color(int descriptor, When when);

// Columns; `otherwise` where there is no terminal.
std::size_t terminal_width(int descriptor, std::size_t otherwise);

// The text between the escape sequence that SGR `codes` name and the one that ends it; the bare text when not
// `enabled` or without codes.
std::string styled(std::string_view text, std::string_view codes, bool enabled);

}  // namespace polyglyph::cli
