// The header of a GGUF file: its metadata, key by key. Tensors, which make up nearly all of such a file, are
// never looked at.
//
//   const GgufHeader header = GgufHeader::parse("model.gguf", data, file_size).value();
//   header.text("tokenizer.ggml.model");
//   for (const std::string_view token : header.texts("tokenizer.ggml.tokens")) ...
//
// Every length in the file is compared with what is left of the file before it is used, so that a header of a
// hundred bytes cannot ask for more; what comes out are views into `data`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "polyglyph/error.h"

namespace polyglyph::vocab {

inline constexpr std::string_view kGgufMagic = "GGUF";

class GgufHeader {
 public:
  enum class Type : std::uint32_t {
    uint8,
    int8,
    uint16,
    int16,
    uint32,
    int32,
    float32,
    boolean,
    text,
    array,
    uint64,
    int64,
    float64,
  };

  // `data`: what the file begins with; `file_size`: how long all of it is. Nothing if the header goes on
  // behind `data`: read more, and parse again. Throws Error(malformed, unsupported, limit). `data` must
  // outlive the header.
  static std::optional<GgufHeader> parse(const std::string& file, std::string_view data,
                                         std::uint64_t file_size);

  const std::string& file() const { return file_; }
  std::size_t size() const { return size_; }  // in bytes
  bool has(std::string_view key) const { return find(key) != nullptr; }

  // The value of a key; nothing if the file has no such key. Throws Error(malformed) if it is of another
  // type. An unsigned integer may be stored in any width that holds it.
  std::optional<std::string_view> find_text(std::string_view key) const;
  std::optional<bool> find_boolean(std::string_view key) const;
  std::optional<std::uint64_t> find_unsigned(std::string_view key) const;

  // Arrays; empty if the file has no such key. Floats may be stored as integers.
  std::vector<std::string_view> find_texts(std::string_view key) const;
  std::vector<std::int32_t> find_integers(std::string_view key) const;
  std::vector<float> find_floats(std::string_view key) const;
  std::string_view find_bytes(std::string_view key) const;

  [[noreturn]] void malformed(std::string_view key, const std::string& what) const;
  [[noreturn]] void fail(ErrorCode code, std::string_view key, const std::string& what) const;

 private:
  struct Value {
    std::string_view key;
    Type type;
    Type element;         // of an array
    std::uint64_t count;  // of an array
    std::string_view bytes;
  };
  class Reader;

  const Value* find(std::string_view key) const;
  const Value* find(std::string_view key, Type type, const char* name) const;
  const Value* find_array(std::string_view key, std::initializer_list<Type> elements, const char* name) const;

  std::string file_;
  std::vector<Value> values_;  // by key
  std::size_t size_ = 0;
};

}  // namespace polyglyph::vocab
