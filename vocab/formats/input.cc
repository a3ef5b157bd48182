#include "vocab/formats/input.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "polyglyph/error.h"

namespace polyglyph::vocab {

namespace fs = std::filesystem;

// Far above any vocabulary (the largest public one is 33 MB).
constexpr std::size_t kMaxFileSize = std::size_t{1} << 30;

Input::Input(const fs::path& path) : name_(path.string()) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    throw Error(ErrorCode::not_found, "no such file or directory; check the path, or see the built-in names",
                name_);
  }
  file_.reset(std::fopen(path.c_str(), "rb"));
  if (!file_) fail(errno);
  const auto size = fs::file_size(path, error);
  size_ = error ? 0 : size;
}

bool Input::read_to(std::size_t size) {
  if (size > kMaxFileSize) {
    throw Error(ErrorCode::limit,
                fmt::format("is larger than {} bytes; this is not a vocabulary", kMaxFileSize), name_);
  }
  const std::size_t before = content_.size();
  if (size <= before) return true;
  content_.resize(size);
  const std::size_t got = std::fread(content_.data() + before, 1, size - before, file_.get());
  content_.resize(before + got);
  if (std::ferror(file_.get())) fail(errno);
  return content_.size() == size;
}

const std::string& Input::read_all() {
  // One more than expected, to meet the end of the file.
  for (std::uintmax_t wanted = size_ + 1; read_to(std::min<std::uintmax_t>(wanted, SIZE_MAX));) {
    wanted = content_.size() * 2 + 4096;
  }
  return content_;
}

void Input::fail(int error) const {
  throw Error(ErrorCode::io,
              fmt::format("cannot be read: {}; check the path and its permissions",
                          std::generic_category().message(error)),
              name_);
}

std::string read_content(const fs::path& path) {
  return Input(path).read_all();
}

}  // namespace polyglyph::vocab
