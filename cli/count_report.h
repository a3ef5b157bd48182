// The numbers of `count`, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "cli/count_files.h"
#include "cli/output.h"
#include "cli/terminal.h"

namespace polyglyph::cli {

enum class CountFormat { table, json, tsv, csv };

// Files with a problem are left out; the last row is the total. `names` are those of the tokenizers.
void print_counts(Output& out, const std::vector<FileCount>& counts, const std::vector<std::string>& names,
                  CountFormat format, When color);

}  // namespace polyglyph::cli
