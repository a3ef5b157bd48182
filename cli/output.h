// Bytes out, with every error seen: a full disk must not look like success.
#pragma once

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>

namespace polyglyph::cli {

class Output {
 public:
  // Writes to an open descriptor, which stays open.
  Output(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}

  // Creates or replaces a file.
  explicit Output(const std::string& path);

  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output();  // closes the file; what was not flushed is lost

  void write(std::string_view bytes);

  template <class... Args>
  void print(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(buffer_), format, std::forward<Args>(args)...);
    if (buffer_.size() >= kFlushAt) flush();
  }

  // Throws Error(io). When the reader of a pipe has gone, the process ends as any other does: by SIGPIPE.
  void flush();

 private:
  static constexpr std::size_t kFlushAt = 1 << 16;

  int descriptor_;
  std::string name_;
  bool owned_ = false;
  std::string buffer_;
};

// Standard output. main flushes it at the end.
Output& standard_output();

// One line on standard error, "polyglyph: ...", with control characters made harmless.
void report(std::string_view message);

// Descriptors 0, 1 and 2 that the caller closed would be given to the next file opened, and output would go
// into it. They are taken by files on which reading or writing fails.
void reserve_standard_descriptors();

}  // namespace polyglyph::cli
