// The lock is on the folder itself (flock), so that nothing of it is left when a process is killed.
#include "packing/shards/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "polyglyph/error.h"

namespace polyglyph::packing {
namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 20;

[[noreturn]] void fail(int error, const std::string& path) {
  throw Error(ErrorCode::io,
              std::string(std::strerror(error)) +
                  "; the shards before it are whole, and the same call goes on behind them",
              path);
}

}  // namespace

NewFile::NewFile(const std::filesystem::path& path)
    : path_(path.string()),
      descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) fail(errno, path_);
  buffer_.reserve(kBuffer);
}

NewFile::~NewFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void NewFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, kBuffer - buffer_.size());
    buffer_.insert(buffer_.end(), part.begin(), part.end());
    bytes.remove_prefix(part.size());
    if (buffer_.size() == kBuffer) flush();
  }
}

void NewFile::flush() {
  for (std::size_t done = 0; done < buffer_.size();) {
    const ssize_t written = ::write(descriptor_, buffer_.data() + done, buffer_.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(errno, path_);
    done += static_cast<std::size_t>(written);
  }
  buffer_.clear();
}

void NewFile::close() {
  flush();
  const int descriptor = descriptor_;
  descriptor_ = -1;
  if (::close(descriptor) != 0) fail(errno, path_);
}

LockedFolder::LockedFolder(const std::filesystem::path& path) : path_(path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error)
    throw Error(ErrorCode::io, "cannot be made: " + error.message() + "; check the path", path.string());
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor_ < 0)
    throw Error(ErrorCode::io, std::string(std::strerror(errno)) + "; check the path", path.string());
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  const int problem = errno;
  ::close(descriptor_);
  if (problem != EWOULDBLOCK) fail(problem, path.string());
  throw Error(ErrorCode::invalid_argument,
              "another run is at work in this folder; let it end, or choose another", path.string());
}

LockedFolder::~LockedFolder() {
  ::close(descriptor_);
}

void LockedFolder::publish(const std::string& name) const {
  const std::filesystem::path from = partial(name), to = file(name);
  const int written = ::open(from.c_str(), O_RDONLY | O_CLOEXEC);
  if (written < 0) fail(errno, from.string());
  const int error = ::fsync(written) == 0 ? 0 : errno;
  ::close(written);
  if (error != 0) fail(error, from.string());
  if (::rename(from.c_str(), to.c_str()) != 0) fail(errno, to.string());
}

void LockedFolder::sync() const {
  if (::fsync(descriptor_) != 0) fail(errno, path_.string());
}

void LockedFolder::write(const std::string& name, std::string_view content) const {
  NewFile out(partial(name));
  out.write(content);
  out.close();
  publish(name);
  sync();
}

}  // namespace polyglyph::packing
