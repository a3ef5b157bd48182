// Rows into documents into ids.
#pragma once

#include <cstddef>
#include <vector>

#include "packing/shards/row_reader.h"
#include "polyglyph/error.h"
#include "polyglyph/shard.h"
#include "polyglyph/tokenizer.h"

namespace polyglyph::packing {

struct EncodedBatch {
  struct Document {
    std::size_t row;  // in the batch
    std::size_t end;  // in `ids`; it begins where the one before it ends
  };
  struct Fault {
    std::size_t row;
    Error error;  // names the row's place
  };
  RowBatch rows;
  std::vector<TokenId> ids;
  std::vector<Document> documents;  // by row, at most one each; blank lines are none
  std::vector<Fault> faults;        // by row; a row that has one is no document
};

// The batch is one of `input`. Throws Error(cancelled) alone.
EncodedBatch encode_rows(const Tokenizer& tokenizer, RowBatch batch, const ShardInput& input,
                         const ShardOptions& options);

}  // namespace polyglyph::packing
