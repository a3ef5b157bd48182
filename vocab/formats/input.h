// Reading files: whole, or from the beginning as far as somebody wants.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

namespace polyglyph::vocab {

class Input {
 public:
  // Throws Error(not_found, io).
  explicit Input(const std::filesystem::path& path);

  const std::string& name() const { return name_; }
  std::uintmax_t size() const { return size_; }  // a hint, as files may grow; 0 for a pipe
  const std::string& content() const { return content_; }

  // Reads on until there are `size` bytes; false if the file ends before. Throws Error(limit) for more than
  // any vocabulary has: a wrong path should not fill the memory.
  bool read_to(std::size_t size);
  const std::string& read_all();

 private:
  [[noreturn]] void fail(int error) const;

  std::string name_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_{nullptr, &std::fclose};
  std::uintmax_t size_ = 0;
  std::string content_;
};

std::string read_content(const std::filesystem::path& path);

}  // namespace polyglyph::vocab
