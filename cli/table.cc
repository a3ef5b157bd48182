#include "cli/table.h"

#include <algorithm>
#include <numeric>

#include "cli/display.h"
#include "cli/terminal.h"

namespace polyglyph::cli {

namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kShortestFirst = 16;

}  // namespace

void Table::print(Output& out) const {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    std::size_t widest = display_width(columns[c].header);
    for (const auto& row : rows) widest = std::max(widest, display_width(row[c]));
    widths.push_back(widest);
  }
  auto total_width = [&] {
    return std::accumulate(widths.begin(), widths.end(), std::size_t{0}) + kGap * (widths.size() - 1);
  };
  if (width != 0 && total_width() > width && widths[0] > kShortestFirst) {
    widths[0] -= std::min(total_width() - width, widths[0] - kShortestFirst);
  }

  auto print_row = [&](const std::vector<std::string>& cells, std::string_view style) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      std::string cell = c == 0 ? shorten(cells[c], widths[c]) : cells[c];
      std::string padding(widths[c] - std::min(widths[c], display_width(cell)), ' ');
      std::string shown = styled(cell, style.empty() && columns[c].faint ? "2" : style, color);
      bool last = c + 1 == columns.size();
      if (columns[c].right) {
        out.print("{}{}", padding, shown);
      } else {
        out.print("{}{}", shown, last ? "" : padding);
      }
      out.write(last ? "\n" : std::string(kGap, ' '));
    }
  };

  std::vector<std::string> headers;
  for (const auto& column : columns) headers.push_back(column.header);
  print_row(headers, "2");
  for (std::size_t r = 0; r < rows.size(); ++r) {
    bool total = has_total && r + 1 == rows.size();
    if (total) {
      std::string line;
      for (std::size_t i = 0; i < total_width(); ++i) line += "─";
      out.print("{}\n", styled(line, "2", color));
    }
    print_row(rows[r], total ? "1" : "");
  }
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number), text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

}  // namespace polyglyph::cli
