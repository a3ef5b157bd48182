// A batch is about a megabyte: little enough for many to be at work on at once, and enough that handing it
// over costs nothing. Of rows that do not come from a file, the digest is over each one's length and its
// bytes.
#include "packing/shards/row_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "polyglyph/error.h"

namespace polyglyph::packing {
namespace {

constexpr std::size_t kBatch = std::size_t{1} << 20;

// Stands for the length of a row without text.
constexpr std::uint64_t kMissing = ~std::uint64_t{0};

[[noreturn]] void too_long(const std::string& place) {
  throw Error(
      ErrorCode::limit,
      fmt::format("is longer than {} bytes, more than a document may have; cut it up", kMaxDocumentBytes),
      place);
}

// "A.JSONL" as ".jsonl".
std::string ending_of(const std::filesystem::path& name) {
  std::string ending = name.extension().string();
  for (char& c : ending) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return ending;
}

ShardRows kind_of(const std::filesystem::path& path) {
  std::filesystem::path name = path.filename();
  const std::string outer = ending_of(name);
  if (outer == ".gz" || outer == ".gzip" || outer == ".zst" || outer == ".zstd") name.replace_extension();
  const std::string ending = ending_of(name);
  return ending == ".jsonl" || ending == ".ndjson" || ending == ".json" ? ShardRows::jsonl : ShardRows::text;
}

}  // namespace

std::string place_of(const ShardInput& input, ShardRows kind, std::uint64_t row) {
  if (input.rows) return fmt::format("{}: row {}", input.path.string(), row);
  return kind == ShardRows::text ? input.path.string()
                                 : fmt::format("{}: line {}", input.path.string(), row + 1);
}

RowReader::RowReader(std::span<const ShardInput> inputs, ShardRows rows) : inputs_(inputs), asked_(rows) {
  if (inputs.empty())
    throw Error(ErrorCode::invalid_argument, "there are none; name at least one file", "inputs");
  for (const ShardInput& input : inputs) {
    if (input.rows) continue;
    std::error_code error;
    if (std::filesystem::is_directory(input.path, error)) {
      throw Error(ErrorCode::invalid_argument, "is a directory; name the files in it", input.path.string());
    }
    const std::uintmax_t size = std::filesystem::file_size(input.path, error);
    if (error) throw Error(ErrorCode::io, error.message() + "; check the path", input.path.string());
    total_bytes_ += size;
  }
}

std::uint64_t RowReader::bytes_read() const {
  return bytes_before_ + (file_ ? file_->bytes_read() : 0);
}

void RowReader::open() {
  const ShardInput& input = inputs_[input_];
  given_ = static_cast<bool>(input.rows);
  kind_ = given_ ? ShardRows::text : asked_ == ShardRows::automatic ? kind_of(input.path) : asked_;
  if (!given_) file_.emplace(input.path);
  row_ = byte_ = 0;
  digest_ = Digest();
  rest_.clear();
}

std::optional<RowBatch> RowReader::next() {
  if (input_ == inputs_.size()) return std::nullopt;
  if (!file_ && !given_) open();
  RowBatch batch = given_ ? given_rows() : kind_ == ShardRows::text ? whole_text() : lines();
  batch.input = input_;
  batch.kind = kind_;
  batch.first_row = row_;
  batch.first_byte = byte_;
  batch.before = digest_;
  digest_.update(batch.bytes);
  row_ += batch.rows.size();
  byte_ += batch.bytes.size();
  if (batch.ends_input) {
    bytes_before_ = bytes_read();
    file_.reset();
    given_ = false;
    ++input_;
  }
  return batch;
}

RowBatch RowReader::lines() {
  RowBatch batch;
  batch.bytes = std::move(rest_);
  rest_.clear();
  std::size_t last = std::string::npos;  // the last newline
  for (std::size_t size = kBatch; last == std::string::npos && !batch.ends_input; size *= 2) {
    const std::size_t known = batch.bytes.size();
    if (known > kMaxDocumentBytes) too_long(place_of(inputs_[input_], kind_, row_));
    batch.bytes.resize(known + size);
    const std::size_t got = file_->read(std::span(batch.bytes).subspan(known));
    batch.bytes.resize(known + got);
    batch.ends_input = got < size;
    last = batch.bytes.rfind('\n');
    if (last != std::string::npos && last < known) last = std::string::npos;
  }
  if (!batch.ends_input) {
    rest_ = batch.bytes.substr(last + 1);
    batch.bytes.resize(last + 1);
  }
  const std::string_view bytes = batch.bytes;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t newline = bytes.find('\n', begin);
    const std::size_t next = newline == std::string_view::npos ? bytes.size() : newline + 1;
    std::size_t end = newline == std::string_view::npos ? bytes.size() : newline;
    if (end > begin && bytes[end - 1] == '\r') --end;
    if (end - begin > kMaxDocumentBytes) too_long(place_of(inputs_[input_], kind_, row_ + batch.rows.size()));
    batch.starts.push_back(begin);
    batch.rows.push_back({begin, end});
    begin = next;
  }
  return batch;
}

RowBatch RowReader::whole_text() {
  RowBatch batch;
  for (std::size_t size = kBatch; !batch.ends_input; size *= 2) {
    const std::size_t known = batch.bytes.size();
    if (known > kMaxDocumentBytes) too_long(place_of(inputs_[input_], kind_, 0));
    batch.bytes.resize(known + size);
    const std::size_t got = file_->read(std::span(batch.bytes).subspan(known));
    batch.bytes.resize(known + got);
    batch.ends_input = got < size;
  }
  if (batch.bytes.size() > kMaxDocumentBytes) too_long(place_of(inputs_[input_], kind_, 0));
  batch.starts.push_back(0);
  batch.rows.push_back({0, batch.bytes.size()});
  return batch;
}

RowBatch RowReader::given_rows() {
  RowBatch batch;
  std::vector<std::optional<std::string>> rows;
  while (batch.bytes.size() < kBatch && !batch.ends_input) {
    batch.ends_input = !inputs_[input_].rows(rows);
    if (batch.ends_input) break;
    for (const std::optional<std::string>& row : rows) {
      const std::uint64_t size = row ? row->size() : kMissing;
      if (row && size > kMaxDocumentBytes)
        too_long(place_of(inputs_[input_], kind_, row_ + batch.rows.size()));
      char length[sizeof size];
      std::memcpy(length, &size, sizeof size);
      batch.starts.push_back(batch.bytes.size());
      batch.bytes.append(length, sizeof length);
      const std::size_t begin = batch.bytes.size();
      if (row) batch.bytes += *row;
      batch.rows.push_back({begin, row ? batch.bytes.size() : 0});
    }
  }
  return batch;
}

}  // namespace polyglyph::packing
