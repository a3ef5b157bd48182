// ProtoReader: the fields of a protobuf message, one after the other, with errors that say where.
//
// protozero takes messages apart; what it leaves to its caller is to ask for the right type, and its errors
// do not know of files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <protozero/pbf_reader.hpp>

#include "polyglyph/error.h"

namespace polyglyph::vocab {

class ProtoReader {
 public:
  // `message` lies in `content`, the whole of the file.
  ProtoReader(const std::string& file, std::string_view content, std::string_view message)
      : file_(file), content_(content), reader_(message.data(), message.size()) {}

  // Goes to the next field; false behind the last one.
  bool next();
  std::uint32_t tag() const { return reader_.tag(); }

  // The value of the field, which is called `name` in errors.
  std::string_view bytes(const char* name);
  std::uint64_t number(const char* name);
  bool boolean(const char* name) { return number(name) != 0; }
  float real(const char* name);
  void skip();

  // The message that the field holds.
  ProtoReader message(const char* name) { return {file_, content_, bytes(name)}; }

  std::size_t place() const { return place_; }  // where the field begins in the file

  // Throws Error for the field.
  [[noreturn]] void fail(ErrorCode code, const std::string& what) const { fail_at(place_, code, what); }
  [[noreturn]] void malformed(const std::string& what) const { fail(ErrorCode::malformed, what); }
  [[noreturn]] void fail_at(std::size_t place, ErrorCode code, const std::string& what) const;

 private:
  template <class Read>
  auto read(protozero::pbf_wire_type type, const char* name, Read read);
  std::size_t here() const { return static_cast<std::size_t>(reader_.data().data() - content_.data()); }

  const std::string& file_;
  std::string_view content_;
  protozero::pbf_reader reader_;
  std::size_t place_ = 0;
};

}  // namespace polyglyph::vocab
