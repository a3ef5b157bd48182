#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "cli/terminal.h"

namespace polyglyph::cli {

namespace {

using namespace std::chrono_literals;

constexpr auto kQuietFor = 1s;
constexpr auto kInterval = 100ms;

void write_stderr(std::string_view text) {
  [[maybe_unused]] ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

std::string human_bytes(double bytes) {
  constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  while (bytes >= 1000 && unit + 1 < std::size(kUnits)) {
    bytes /= 1000;
    ++unit;
  }
  return fmt::format("{:.{}f} {}", bytes, bytes < 10 && unit > 0 ? 1 : 0, kUnits[unit]);
}

// An eighth of a column is the finest step that block characters give.
std::string bar(double part, std::size_t width) {
  constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  auto eighths = static_cast<std::size_t>(std::clamp(part, 0.0, 1.0) * static_cast<double>(width) * 8);
  std::string drawn;
  for (std::size_t i = 0; i < eighths / 8; ++i) drawn += "█";
  drawn += kEighths[eighths % 8];
  std::size_t used = eighths / 8 + (eighths % 8 != 0);
  return drawn + std::string(width - used, ' ');
}

}  // namespace

Progress::Progress(std::uint64_t total) : total_(total), enabled_(is_terminal(STDERR_FILENO)) {}

void Progress::clear() {
  if (drawn_) write_stderr("\r\x1B[K");
  drawn_ = false;
}

void Progress::update(std::uint64_t done, std::string_view note) {
  auto now = Clock::now();
  if (!enabled_ || now - start_ < kQuietFor || now - last_ < kInterval) return;
  last_ = now;
  double seconds = std::chrono::duration<double>(now - start_).count();
  double speed = static_cast<double>(done) / seconds;
  std::string line;
  if (total_ > 0) {
    // Files may grow while they are read.
    double part = std::min(1.0, static_cast<double>(done) / static_cast<double>(total_));
    double left = speed > 0 ? static_cast<double>(total_ - std::min(done, total_)) / speed : 0;
    line = fmt::format("{:3.0f}% ▕{}▏ {} of {}  {}/s  {:.0f} s left", part * 100, bar(part, 24),
                       human_bytes(static_cast<double>(done)), human_bytes(static_cast<double>(total_)),
                       human_bytes(speed), left);
  } else {
    line = fmt::format("{} read  {}/s", human_bytes(static_cast<double>(done)), human_bytes(speed));
  }
  if (!note.empty()) line += fmt::format("  {}", note);
  write_stderr("\r\x1B[K" + line);
  drawn_ = true;
}

}  // namespace polyglyph::cli
