// Rows under headers, aligned by what the eye sees.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/output.h"

namespace polyglyph::cli {

struct Column {
  std::string header;
  bool right = false;  // numbers
  bool faint = false;  // of less weight, in color
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  // printable text, one cell a column
  bool has_total = false;                      // the last row is a total: a line above it
  std::size_t width = 0;                       // the first column is shortened to keep to it; 0 for no bound
  bool color = false;

  void print(Output& out) const;
};

// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number);

}  // namespace polyglyph::cli
