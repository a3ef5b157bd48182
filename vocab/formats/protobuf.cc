#include "vocab/formats/protobuf.h"

#include <fmt/format.h>

#include <protozero/exception.hpp>

namespace polyglyph::vocab {
namespace {

const char* name_of(protozero::pbf_wire_type type) {
  switch (type) {
    case protozero::pbf_wire_type::varint:
      return "a number";
    case protozero::pbf_wire_type::fixed32:
      return "a number of four bytes";
    case protozero::pbf_wire_type::length_delimited:
      return "a string or a message";
    default:
      return "something else";
  }
}

constexpr const char* kCutOff = "ends in the middle of a field; was the file downloaded whole?";
constexpr const char* kNoField = "is no field of a protobuf message; is this a SentencePiece model?";

}  // namespace

void ProtoReader::fail_at(std::size_t place, ErrorCode code, const std::string& what) const {
  throw Error(code, what, fmt::format("{}: byte {}", file_, place));
}

bool ProtoReader::next() {
  place_ = here();
  try {
    return reader_.next();
  } catch (const protozero::end_of_buffer_exception&) {
    malformed(kCutOff);
  } catch (const protozero::exception&) {
    malformed(kNoField);
  }
}

template <class Read>
auto ProtoReader::read(protozero::pbf_wire_type type, const char* name, Read read) {
  if (reader_.wire_type() != type) {
    malformed(fmt::format("the field {} must be {}, and is {}; the file is damaged, get it again", name,
                          name_of(type), name_of(reader_.wire_type())));
  }
  try {
    return read();
  } catch (const protozero::end_of_buffer_exception&) {
    malformed(kCutOff);
  } catch (const protozero::exception&) {
    malformed(fmt::format("the field {} is no number; the file is damaged, get it again", name));
  }
}

std::string_view ProtoReader::bytes(const char* name) {
  return read(protozero::pbf_wire_type::length_delimited, name, [&] {
    const protozero::data_view view = reader_.get_view();
    return std::string_view(view.data(), view.size());
  });
}

std::uint64_t ProtoReader::number(const char* name) {
  return read(protozero::pbf_wire_type::varint, name, [&] { return reader_.get_uint64(); });
}

float ProtoReader::real(const char* name) {
  return read(protozero::pbf_wire_type::fixed32, name, [&] { return reader_.get_float(); });
}

void ProtoReader::skip() {
  try {
    reader_.skip();
  } catch (const protozero::end_of_buffer_exception&) {
    malformed(kCutOff);
  } catch (const protozero::exception&) {
    malformed(kNoField);
  }
}

}  // namespace polyglyph::vocab
