// Bytes in, in pieces of the caller's size: a file, a pipe or standard input.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace polyglyph::cli {

class Input {
 public:
  // "-" is standard input. Throws Error(io).
  explicit Input(const std::string& path);
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  ~Input();

  // Fills the buffer as far as there are bytes; fewer come only at the end. Throws Error(io).
  std::size_t read(std::span<char> buffer);

  // At least one byte, as soon as there is one; 0 only at the end. Throws Error(io).
  std::size_t read_some(std::span<char> buffer);

 private:
  std::string path_;
  int descriptor_;
};

// All of it. Throws Error(io).
std::string read_all(const std::string& path);

// Why a file that begins like this is no text; nothing if it is.
std::optional<std::string> binary_problem(std::string_view beginning);

// What "-" is called in messages.
std::string input_name(const std::string& path);

}  // namespace polyglyph::cli
