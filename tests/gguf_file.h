// Writes small GGUF files, for tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace polyglyph::test {

class GgufFile {
 public:
  explicit GgufFile(std::uint32_t version = 3) : version_(version) {}

  GgufFile& text(std::string_view key, std::string_view value) {
    begin(key, 8);
    put_text(value);
    return *this;
  }
  GgufFile& boolean(std::string_view key, bool value) {
    begin(key, 7);
    pairs_ += value ? '\1' : '\0';
    return *this;
  }
  GgufFile& number(std::string_view key, std::uint32_t value) {
    begin(key, 4);
    put(value);
    return *this;
  }
  GgufFile& texts(std::string_view key, const std::vector<std::string>& values) {
    begin_array(key, 8, values.size());
    for (const std::string& value : values) put_text(value);
    return *this;
  }
  GgufFile& integers(std::string_view key, const std::vector<std::int32_t>& values) {
    begin_array(key, 5, values.size());
    for (const std::int32_t value : values) put(value);
    return *this;
  }
  GgufFile& floats(std::string_view key, const std::vector<float>& values) {
    begin_array(key, 6, values.size());
    for (const float value : values) put(value);
    return *this;
  }
  GgufFile& bytes(std::string_view key, std::string_view value) {
    begin_array(key, 0, value.size());
    pairs_ += value;
    return *this;
  }
  // A value of any type, by its bytes.
  GgufFile& raw(std::string_view key, std::uint32_t type, std::string_view value) {
    begin(key, type);
    pairs_ += value;
    return *this;
  }

  std::string content() const {
    return "GGUF" + spelled(version_) + spelled(std::uint64_t{0}) + spelled(count_) + pairs_;
  }

  template <class T>
  static std::string spelled(T value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
  }

 private:
  void begin(std::string_view key, std::uint32_t type) {
    ++count_;
    put_text(key);
    put(type);
  }
  void begin_array(std::string_view key, std::uint32_t element, std::uint64_t size) {
    begin(key, 9);
    put(element);
    put(size);
  }
  void put_text(std::string_view value) {
    put(std::uint64_t{value.size()});
    pairs_ += value;
  }
  template <class T>
  void put(T value) {
    pairs_ += spelled(value);
  }

  std::uint32_t version_;
  std::uint64_t count_ = 0;
  std::string pairs_;
};

}  // namespace polyglyph::test
