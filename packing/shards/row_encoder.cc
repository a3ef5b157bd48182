#include "packing/shards/row_encoder.h"

#include <string_view>
#include <utility>

#include "json/json.h"

namespace polyglyph::packing {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Bytes of a file that show whether it is text.
constexpr std::size_t kLooked = std::size_t{8} << 10;

}  // namespace

EncodedBatch encode_rows(const Tokenizer& tokenizer, RowBatch batch, const ShardInput& input,
                         const ShardOptions& options) {
  EncodedBatch encoded;
  encoded.rows = std::move(batch);
  const RowBatch& rows = encoded.rows;
  const auto encode = [&](std::size_t row, std::string_view text) {
    const std::vector<TokenId> ids = tokenizer.encode(text, options.encode);
    encoded.ids.insert(encoded.ids.end(), ids.begin(), ids.end());
    if (!ids.empty() && options.end) encoded.ids.push_back(*options.end);
    encoded.documents.push_back({row, encoded.ids.size()});
  };
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    const std::string_view row = rows.missing(i) ? std::string_view() : rows.row(i);
    const bool blank = row.find_first_not_of(" \t\r") == std::string_view::npos;
    if (rows.kind != ShardRows::text && blank) continue;
    const std::string place = place_of(input, rows.kind, rows.first_row + i);
    try {
      if (rows.missing(i)) {
        throw Error(ErrorCode::malformed, "has no text; fill it in, or leave such rows out", place);
      }
      if (rows.kind == ShardRows::jsonl) {
        const bool marked = rows.first_row + i == 0 && row.starts_with(kByteOrderMark);
        const json::Document document =
            json::Document::parse(marked ? row.substr(kByteOrderMark.size()) : row, place);
        encode(i, document.root().at(options.field).string());
      } else if (!input.rows && row.substr(0, kLooked).find('\0') != std::string_view::npos) {
        throw Error(ErrorCode::malformed,
                    "holds NUL bytes, as no text does; leave it out, or convert it first", place);
      } else {
        encode(i, row);
      }
    } catch (const Error& error) {
      if (error.code() == ErrorCode::cancelled) throw;
      const bool named = error.where().starts_with(place);
      encoded.faults.push_back({i, named ? error : Error(error.code(), error.what(), place)});
    }
  }
  return encoded;
}

}  // namespace polyglyph::packing
