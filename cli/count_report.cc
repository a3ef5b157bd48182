#include "cli/count_report.h"

#include <unistd.h>

#include <string_view>

#include "cli/display.h"
#include "cli/json_text.h"
#include "cli/table.h"

namespace polyglyph::cli {

namespace {

FileCount sum(const std::vector<FileCount>& counts, std::size_t tokenizers) {
  FileCount total;
  total.path = "total";
  total.tokens.assign(tokenizers, 0);
  for (const FileCount& count : counts) {
    if (!count.problem.empty()) continue;
    total.bytes += count.bytes;
    total.characters += count.characters;
    for (std::size_t t = 0; t < tokenizers; ++t) total.tokens[t] += count.tokens[t];
  }
  return total;
}

// Empty for a text without tokens.
std::string characters_per_token(const FileCount& count, std::size_t tokenizer) {
  std::uint64_t tokens = count.tokens[tokenizer];
  if (tokens == 0) return "";
  return fmt::format("{:.2f}", static_cast<double>(count.characters) / static_cast<double>(tokens));
}

// The share of a limit that a file takes.
std::string share(std::uint64_t tokens, std::uint64_t limit) {
  const double percent = 100 * static_cast<double>(tokens) / static_cast<double>(limit);
  return tokens > limit ? fmt::format("{:.1f} % over", percent - 100) : fmt::format("{:.1f} %", percent);
}

void print_table(Output& out, const std::vector<FileCount>& counts, const FileCount& total,
                 const CountLayout& layout) {
  const std::vector<std::string>& names = layout.names;
  Table table;
  table.columns = {{"file"}, {"bytes", true, true}, {"characters", true, true}};
  for (const std::string& name : names) {
    table.columns.push_back({printable(name), true});
    if (layout.limit) table.columns.push_back({"of " + grouped(*layout.limit), true});
    table.columns.push_back({"chars/token", true, true});
  }
  auto add = [&](const FileCount& count, std::string name) {
    std::vector<std::string> row = {std::move(name), grouped(count.bytes), grouped(count.characters)};
    for (std::size_t t = 0; t < names.size(); ++t) {
      row.push_back(grouped(count.tokens[t]));
      if (layout.limit) row.push_back(&count == &total ? "" : share(count.tokens[t], *layout.limit));
      row.push_back(characters_per_token(count, t));
    }
    table.rows.push_back(std::move(row));
  };
  for (const FileCount& count : counts) {
    if (count.problem.empty()) add(count, printable(count.path));
  }
  std::size_t files = table.rows.size();
  add(total, fmt::format("total, {} file{}", grouped(files), files == 1 ? "" : "s"));
  table.has_total = true;
  table.width = terminal_width(STDOUT_FILENO, 0);
  table.color = use_color(STDOUT_FILENO, layout.color);
  table.print(out);
}

void print_json(Output& out, const std::vector<FileCount>& counts, const FileCount& total,
                const CountLayout& layout) {
  const std::vector<std::string>& names = layout.names;
  auto print_numbers = [&](const FileCount& count) {
    out.print("\"bytes\": {}, \"characters\": {}, \"tokens\": {{", count.bytes, count.characters);
    for (std::size_t t = 0; t < names.size(); ++t) {
      out.print("{}{}: {}", t == 0 ? "" : ", ", json_string(names[t]), count.tokens[t]);
    }
    if (layout.limit && &count != &total) {
      out.write("}, \"fits\": {");
      for (std::size_t t = 0; t < names.size(); ++t) {
        out.print("{}{}: {}", t == 0 ? "" : ", ", json_string(names[t]), count.tokens[t] <= *layout.limit);
      }
    }
    out.write("}}");
  };
  out.write("{\"files\": [");
  bool first = true;
  for (const FileCount& count : counts) {
    if (!count.problem.empty()) continue;
    out.print("{}\n  {{{}, ", first ? "" : ",", json_member("path", count.path));
    print_numbers(count);
    first = false;
  }
  out.print("{}], ", first ? "" : "\n");
  if (layout.limit) out.print("\"limit\": {}, ", *layout.limit);
  out.write("\"total\": {");
  print_numbers(total);
  out.write("}\n");
}

// Tab-separated: a backslash stands before n, r, t and itself, and nothing else is special. Comma-separated:
// quotes as RFC 4180 has them. Bytes that are no UTF-8 stay as they are.
std::string field(std::string_view text, CountFormat format) {
  std::string quoted;
  if (format == CountFormat::csv) {
    if (text.find_first_of("\",\r\n") == std::string_view::npos) return std::string(text);
    for (char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return '"' + quoted + '"';
  }
  for (char c : text) {
    switch (c) {
      case '\t':
        quoted += "\\t";
        break;
      case '\n':
        quoted += "\\n";
        break;
      case '\r':
        quoted += "\\r";
        break;
      case '\\':
        quoted += "\\\\";
        break;
      default:
        quoted += c;
    }
  }
  return quoted;
}

void print_separated(Output& out, const std::vector<FileCount>& counts, const FileCount& total,
                     const CountLayout& layout) {
  const std::vector<std::string>& names = layout.names;
  const CountFormat format = layout.format;
  char separator = format == CountFormat::csv ? ',' : '\t';
  const char* line_end = format == CountFormat::csv ? "\r\n" : "\n";
  auto print_row = [&](const std::vector<std::string>& fields) {
    std::string row;
    for (const std::string& text : fields) {
      if (&text != &fields.front()) row += separator;
      row += field(text, format);
    }
    out.write(row + line_end);
  };
  auto print_count = [&](const FileCount& count) {
    std::vector<std::string> fields = {count.path, std::to_string(count.bytes),
                                       std::to_string(count.characters)};
    for (std::size_t t = 0; t < names.size(); ++t) {
      fields.push_back(std::to_string(count.tokens[t]));
      if (layout.limit)
        fields.push_back(&count == &total ? "" : count.tokens[t] <= *layout.limit ? "true" : "false");
      fields.push_back(characters_per_token(count, t));
    }
    print_row(fields);
  };
  std::vector<std::string> header = {"path", "bytes", "characters"};
  for (const std::string& name : names) {
    header.push_back(name);
    if (layout.limit) header.push_back(fmt::format("{} fits {}", name, *layout.limit));
    header.push_back(name + " characters/token");
  }
  print_row(header);
  for (const FileCount& count : counts) {
    if (count.problem.empty()) print_count(count);
  }
  print_count(total);
}

}  // namespace

void print_counts(Output& out, const std::vector<FileCount>& counts, const CountLayout& layout) {
  FileCount total = sum(counts, layout.names.size());
  switch (layout.format) {
    case CountFormat::table:
      return print_table(out, counts, total, layout);
    case CountFormat::json:
      return print_json(out, counts, total, layout);
    case CountFormat::tsv:
    case CountFormat::csv:
      return print_separated(out, counts, total, layout);
  }
}

}  // namespace polyglyph::cli
