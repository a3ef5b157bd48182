#include "vocab/formats/ranks.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "json/json.h"
#include "polyglyph/error.h"
#include "vocab/formats/name_table.h"

namespace polyglyph::vocab {

using json::excerpt;

TokenizerSpec rank_spec(const std::string& file, const char* format, std::string pattern) {
  TokenizerSpec spec;
  spec.name = std::filesystem::path(file).filename().string();
  spec.format = format;
  spec.reference = Reference::tiktoken;
  spec.merges_by_rank = true;
  spec.ignore_merges = true;
  SplitStep split;
  split.kind = SplitStep::Kind::regex;
  split.pattern = std::move(pattern);
  split.behavior = SplitBehavior::removed;
  split.invert = true;
  spec.splits.push_back(std::move(split));
  return spec;
}

void check_rank_entries(const std::string& file, const TokenizerSpec& spec) {
  NameTable ids(spec.entries.size(), static_cast<TokenId>(spec.entries.size() - 1));
  for (TokenId id = 0; id < spec.entries.size(); ++id) {
    const Entry& entry = spec.entries[id];
    if (entry.kind == Entry::Kind::absent) continue;
    const TokenId first = ids.add(ids.key(entry.bytes), id);
    if (first == kNoToken) continue;
    throw Error(ErrorCode::malformed,
                fmt::format("the token {} has two ranks, {} and {}; remove one line", excerpt(entry.bytes),
                            first, id),
                file);
  }
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if (ids.find(std::string_view(&c, 1)) != kNoToken) continue;
    throw Error(
        ErrorCode::malformed,
        fmt::format(
            "the single byte 0x{:02X} has no rank, so that not every text could be encoded; the file may "
            "have been cut off",
            byte),
        file);
  }
}

}  // namespace polyglyph::vocab
