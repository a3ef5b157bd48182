// Shards of Arrow and Parquet, which the Python package reads and writes.
#pragma once

#include <string>
#include <vector>

#include "cli/tokenizers.h"
#include "polyglyph/shard.h"

namespace polyglyph::cli {

// polyglyph::shard by polyglyph.shard of Python; `options.format` is not looked at. Throws what that raises,
// and Error(unsupported) where there is no Python that can.
ShardSummary shard_through_python(const TokenizerChoice& tokenizer, const std::vector<std::string>& inputs,
                                  const std::string& output, const std::string& format,
                                  const ShardOptions& options);

}  // namespace polyglyph::cli
