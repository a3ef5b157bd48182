// A buffer in front of write(2). stdio would do, but for two things: it reports an error only if one asks at
// the right moments, and it keeps no reason. Here each flush throws with the reason.

#include "cli/output.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/display.h"
#include "polyglyph/error.h"

namespace polyglyph::cli {

namespace {

[[noreturn]] void fail(const std::string& name, int error) {
  throw Error(ErrorCode::io, fmt::format("cannot write: {}", std::strerror(error)), printable(name));
}

// A shell expects a writer whose reader left to be ended by the signal. Where a parent made the process
// ignore it, write fails instead; this makes both the same.
[[noreturn]] void end_by_sigpipe() {
  signal(SIGPIPE, SIG_DFL);
  raise(SIGPIPE);
  _exit(1);
}

}  // namespace

Output::Output(const std::string& path)
    : descriptor_(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)),
      name_(path),
      owned_(true) {
  if (descriptor_ < 0) fail(name_, errno);
}

Output::~Output() {
  if (owned_) close(descriptor_);
}

void Output::write(std::string_view bytes) {
  if (buffer_.size() + bytes.size() > kFlushAt) flush();
  buffer_.append(bytes);
  if (buffer_.size() >= kFlushAt) flush();
}

void Output::flush() {
  if (buffer_.empty()) return;
  // Emptied first: after an error nothing is left for a second attempt to write twice.
  std::string bytes = std::move(buffer_);
  buffer_.clear();
  std::string_view rest = bytes;
  while (!rest.empty()) {
    ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      if (errno == EPIPE) end_by_sigpipe();
      fail(name_, errno);
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  bytes.clear();
  buffer_ = std::move(bytes);  // its capacity serves again
}

Output& standard_output() {
  static Output output(STDOUT_FILENO, "standard output");
  return output;
}

void report(std::string_view message) {
  std::string line = fmt::format("polyglyph: {}\n", printable(message));
  // Nobody is left to tell when standard error itself fails.
  [[maybe_unused]] ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

void reserve_standard_descriptors() {
  constexpr int kUseless[] = {O_WRONLY, O_RDONLY, O_RDONLY};
  for (int descriptor = 0; descriptor <= 2; ++descriptor) {
    // open takes the lowest free number, which is this one.
    if (fcntl(descriptor, F_GETFD) < 0) (void)open("/dev/null", kUseless[descriptor]);
  }
}

}  // namespace polyglyph::cli
