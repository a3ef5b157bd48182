// The bytes of a file, with gzip or Zstandard taken off.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace polyglyph::packing {

class TextFile {
 public:
  // Throws Error(io).
  explicit TextFile(const std::filesystem::path& path);
  TextFile(TextFile&&) noexcept;
  TextFile& operator=(TextFile&&) noexcept;
  ~TextFile();

  // Fills the buffer as far as there are bytes; fewer come only at the end. Throws Error(io, malformed).
  std::size_t read(std::span<char> buffer);

  // Of the file as it lies on the disk.
  std::uint64_t bytes_read() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace polyglyph::packing
