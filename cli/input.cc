#include "cli/input.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "polyglyph/error.h"

namespace polyglyph::cli {

namespace {

[[noreturn]] void fail(const std::string& path, int error) {
  throw Error(ErrorCode::io, std::strerror(error), input_name(path));
}

}  // namespace

std::string input_name(const std::string& path) {
  return path == "-" ? "standard input" : path;
}

Input::Input(const std::string& path)
    : path_(path), descriptor_(path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) fail(path_, errno);
}

Input::~Input() {
  if (descriptor_ != STDIN_FILENO) close(descriptor_);
}

std::size_t Input::read_some(std::span<char> buffer) {
  for (;;) {
    ssize_t got = ::read(descriptor_, buffer.data(), buffer.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) fail(path_, errno);
  }
}

std::size_t Input::read(std::span<char> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    std::size_t got = read_some(buffer.subspan(filled));
    if (got == 0) break;
    filled += got;
  }
  return filled;
}

std::string read_all(const std::string& path) {
  Input input(path);
  std::string text;
  std::size_t size = 0;
  for (;;) {
    if (text.size() - size < (1 << 16)) text.resize(std::max<std::size_t>(1 << 17, text.size() * 2));
    std::size_t got = input.read_some(std::span(text).subspan(size));
    if (got == 0) break;
    size += got;
  }
  text.resize(size);
  return text;
}

std::optional<std::string> binary_problem(std::string_view beginning) {
  constexpr std::size_t kWindow = 8 << 10;
  if (beginning.substr(0, kWindow).find('\0') == std::string_view::npos) return std::nullopt;
  if (beginning.starts_with("\xFF\xFE") || beginning.starts_with("\xFE\xFF")) {
    return "UTF-16, not UTF-8; convert it first: iconv -f UTF-16 -t UTF-8";
  }
  return "a binary file (it has NUL bytes)";
}

}  // namespace polyglyph::cli
