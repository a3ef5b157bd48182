// The rows of the inputs, in order, in batches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "packing/shards/digest.h"
#include "packing/shards/text_file.h"
#include "polyglyph/shard.h"

namespace polyglyph::packing {

struct RowBatch {
  std::size_t input = 0;
  ShardRows kind = ShardRows::text;
  std::uint64_t first_row = 0;  // its number in the input
  std::uint64_t first_byte = 0;
  std::string bytes;                // as they were read
  std::vector<Span> rows;           // in `bytes`, without line ends; they may be blank
  std::vector<std::size_t> starts;  // where each row begins, with what tells its length
  Digest before;                    // of the input up to this batch
  bool ends_input = false;

  // The row has no text; only where rows do not come from a file.
  bool missing(std::size_t i) const { return rows[i].end < rows[i].begin; }

  std::string_view row(std::size_t i) const {
    return std::string_view(bytes).substr(rows[i].begin, rows[i].end - rows[i].begin);
  }

  // The bytes of the first rows, with what stands between them.
  std::string_view up_to(std::size_t rows_read) const {
    return std::string_view(bytes).substr(0, rows_read < rows.size() ? starts[rows_read] : bytes.size());
  }
};

// "corpus.jsonl: line 3".
std::string place_of(const ShardInput& input, ShardRows kind, std::uint64_t row);

class RowReader {
 public:
  // Throws Error(invalid_argument) where there is no input, and Error(io) where one of them cannot be read.
  RowReader(std::span<const ShardInput> inputs, ShardRows rows);

  // The next rows, of one input; nothing behind the last. Throws Error(io, malformed, limit).
  std::optional<RowBatch> next();

  std::uint64_t bytes_read() const;
  std::uint64_t total_bytes() const { return total_bytes_; }

 private:
  void open();
  RowBatch lines();
  RowBatch whole_text();
  RowBatch given_rows();

  std::span<const ShardInput> inputs_;
  ShardRows asked_;
  std::uint64_t total_bytes_ = 0, bytes_before_ = 0;

  std::size_t input_ = 0;
  ShardRows kind_ = ShardRows::text;
  std::optional<TextFile> file_;  // open
  bool given_ = false;            // rows come from ShardInput::rows
  std::uint64_t row_ = 0, byte_ = 0;
  Digest digest_;
  std::string rest_;  // the beginning of a line
};

}  // namespace polyglyph::packing
