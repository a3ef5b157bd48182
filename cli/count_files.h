// Counting many files at once, in memory that does not depend on their size.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/tokenizers.h"
#include "cli/walk.h"
#include "polyglyph/options.h"

namespace polyglyph::cli {

struct FileCount {
  std::string path;
  std::string problem;  // not empty: skipped, and why; the numbers then mean nothing
  std::uint64_t bytes = 0;
  std::uint64_t characters = 0;
  std::vector<std::uint64_t> tokens;  // by tokenizer
};

struct CountSettings {
  EncodeOptions encode;
  bool binary = false;      // count files with NUL bytes, too
  std::string binary_hint;  // behind the problem of one that is not counted
  unsigned jobs = 1;
};

// In the order of `files`, whatever the number of jobs. Shows progress on standard error.
std::vector<FileCount> count_files(const std::vector<FoundFile>& files,
                                   const std::vector<NamedTokenizer>& tokenizers,
                                   const CountSettings& settings);

}  // namespace polyglyph::cli
