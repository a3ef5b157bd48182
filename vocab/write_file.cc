#include "vocab/write_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>

#include "polyglyph/error.h"

namespace polyglyph::vocab {

void write_file(const std::filesystem::path& path, std::string_view content) {
  static std::atomic<unsigned> count{0};
  const std::string temporary =
      path.string() + ".tmp" + std::to_string(::getpid()) + "." + std::to_string(count++);
  const auto fail = [&](int error) {
    ::unlink(temporary.c_str());
    throw Error(ErrorCode::io, std::string("cannot be written: ") + std::strerror(error), path.string());
  };
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) fail(errno);
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int error = errno;
      ::close(file);
      fail(error);
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::close(file) != 0) fail(errno);
  if (::rename(temporary.c_str(), path.c_str()) != 0) fail(errno);
}

}  // namespace polyglyph::vocab
