// The numbers of `count`, for people and for programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/count_files.h"
#include "cli/output.h"
#include "cli/terminal.h"

namespace polyglyph::cli {

enum class CountFormat { table, json, tsv, csv };

struct CountLayout {
  std::vector<std::string> names;      // of the tokenizers
  std::optional<std::uint64_t> limit;  // tokens; each file is held against it
  CountFormat format = CountFormat::table;
  When color = When::automatic;
};

// Files with a problem are left out; the last row is the total.
void print_counts(Output& out, const std::vector<FileCount>& counts, const CountLayout& layout);

}  // namespace polyglyph::cli
