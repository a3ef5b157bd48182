// The .npy form follows NumPy's format version 1.0: a magic, the length of a header that is a Python literal,
// padded so that the data begins at a multiple of 64, and the numbers, little-endian.
#include "cli/id_map.h"

#include <bit>
#include <string_view>

#include "cli/output.h"
#include "polyglyph/error.h"

namespace polyglyph::cli {

namespace {

void write_npy(Output& out, std::span<const std::int64_t> new_ids) {
  static_assert(std::endian::native == std::endian::little);
  constexpr std::size_t kPreamble = 10;
  std::string header =
      fmt::format("{{'descr': '<i8', 'fortran_order': False, 'shape': ({},), }}", new_ids.size());
  header.append(63 - (kPreamble + header.size()) % 64, ' ');
  header += '\n';
  out.write(std::string_view("\x93NUMPY\x01\x00", 8));
  const char size[] = {static_cast<char>(header.size() & 0xFF), static_cast<char>(header.size() >> 8)};
  out.write(std::string_view(size, 2));
  out.write(header);
  out.write({reinterpret_cast<const char*>(new_ids.data()), new_ids.size_bytes()});
}

void write_json(Output& out, std::span<const std::int64_t> new_ids) {
  out.write("{");
  for (std::size_t id = 0; id < new_ids.size(); ++id) {
    out.print("{}\"{}\": {}", id == 0 ? "" : ", ", id,
              new_ids[id] < 0 ? "null" : std::to_string(new_ids[id]));
  }
  out.write("}\n");
}

void write_tsv(Output& out, std::span<const std::int64_t> new_ids) {
  out.write("old\tnew\n");
  for (std::size_t id = 0; id < new_ids.size(); ++id) out.print("{}\t{}\n", id, new_ids[id]);
}

using Write = void (*)(Output& out, std::span<const std::int64_t> new_ids);

Write writer_for(const std::string& path) {
  if (path.ends_with(".npy")) return write_npy;
  if (path.ends_with(".json")) return write_json;
  if (path.ends_with(".tsv")) return write_tsv;
  throw Error(ErrorCode::invalid_argument,
              "--map: '" + path + "' does not end in .npy, .json or .tsv; give a name that does");
}

}  // namespace

void check_id_map_name(const std::string& path) {
  writer_for(path);
}

void write_id_map(const std::string& path, std::span<const std::int64_t> new_ids) {
  const Write write = writer_for(path);
  Output out(path);
  write(out, new_ids);
  out.flush();
}

}  // namespace polyglyph::cli
