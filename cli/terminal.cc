#include "cli/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace polyglyph::cli {

bool is_terminal(int descriptor) {
  return isatty(descriptor) == 1;
}

bool use_color(int descriptor, When when) {
  if (when != When::automatic) return when == When::always;
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  const char* term = std::getenv("TERM");
  return is_terminal(descriptor) && term != nullptr && std::string_view(term) != "dumb";
}

std::size_t terminal_width(int descriptor, std::size_t otherwise) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return otherwise;
}

std::string styled(std::string_view text, std::string_view codes, bool enabled) {
  if (!enabled || codes.empty()) return std::string(text);
  return fmt::format("\x1B[{}m{}\x1B[0m", codes, text);
}

}  // namespace polyglyph::cli
