// polyglyph pack: documents laid into bins of one size, as numbers, as a plan and as a picture.

#include <charconv>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/count_files.h"
#include "cli/display.h"
#include "cli/input.h"
#include "cli/json_text.h"
#include "cli/output.h"
#include "cli/pack_html.h"
#include "cli/pack_options.h"
#include "cli/table.h"
#include "cli/tokenizers.h"
#include "cli/walk.h"
#include "polyglyph/error.h"
#include "polyglyph/pack.h"

namespace polyglyph::cli {

namespace {

constexpr const char* kDescription =
    "Lay documents into bins of one size, so that batches are full of tokens\n\n"
    "Each file is a document (the lines of JSON lines are packed by 'polyglyph shard --pack'); directories\n"
    "are read with everything below them, except .git and what .gitignore files leave out. Prints how full\n"
    "the bins are, how many there could be at least, and what became of documents longer than a bin. --html\n"
    "draws the bins, --plan writes which tokens of which document lie where. The same documents and options\n"
    "give the same plan everywhere.";

constexpr const char* kExamples =
    R"(Examples:
  polyglyph pack corpus/ --capacity 8192
  polyglyph pack corpus/ --capacity 131072 --html bins.html --plan plan.tsv
  polyglyph pack --lengths lengths.txt --strategy first_fit --seed 1
  polyglyph pack corpus/ --capacity 4096 --overlong drop --format json)";

enum class Format { text, json };

struct Arguments {
  std::vector<std::string> paths;
  std::string lengths, html, plan;
  TokenizerChoice tokenizers;
  EncodeOptions encode;
  PackArguments packing;
  Format format = Format::text;
};

struct Documents {
  std::vector<std::string> names;
  std::vector<std::int64_t> lengths;
  int status = kSuccess;
};

// A number a line.
Documents read_lengths(const std::string& path) {
  Documents documents;
  const std::string text = read_all(path);
  std::size_t line = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    ++line;
    std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view number = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    std::int64_t length = 0;
    const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), length);
    const std::string_view rest = number.substr(static_cast<std::size_t>(stop - number.data()));
    if (error != std::errc{} || (!rest.empty() && rest != "\r")) {
      throw Error(ErrorCode::malformed,
                  fmt::format("'{}' is not a number of tokens; give one a line", printable(number)),
                  fmt::format("{}: line {}", input_name(path), line));
    }
    documents.names.push_back(fmt::format("document {}", line));
    documents.lengths.push_back(length);
  }
  return documents;
}

Documents count_documents(const Arguments& arguments) {
  std::vector<NamedTokenizer> tokenizers;
  tokenizers.push_back(load_tokenizer(arguments.tokenizers));
  CountSettings settings;
  settings.encode = arguments.encode;
  settings.jobs = std::max(1u, std::thread::hardware_concurrency());
  Documents documents;
  for (FileCount& count : count_files(find_files(arguments.paths, {}), tokenizers, settings)) {
    if (!count.problem.empty()) {
      report(count.path + ": " + count.problem);
      documents.status = kFailedInput;
      continue;
    }
    documents.names.push_back(std::move(count.path));
    documents.lengths.push_back(static_cast<std::int64_t>(count.tokens[0]));
  }
  return documents;
}

void write_plan(const std::string& path, const PackPlan& plan, const std::vector<std::string>& names) {
  Output out(path);
  out.write("bin\tdocument\tname\tstart\tlength\n");
  for (std::size_t bin = 0; bin + 1 < plan.bin_offsets.size(); ++bin) {
    for (auto i = plan.bin_offsets[bin]; i < plan.bin_offsets[bin + 1]; ++i) {
      const auto piece = static_cast<std::size_t>(i);
      const auto document = static_cast<std::size_t>(plan.document[piece]);
      out.print("{}\t{}\t{}\t{}\t{}\n", bin, document, printable(names[document]), plan.start[piece],
                plan.length[piece]);
    }
  }
  out.flush();
}

void print_report(const PackPlan& plan, Format format) {
  const PackReport& r = plan.report;
  Output& out = standard_output();
  if (format == Format::json) {
    out.print(
        "{{\"documents\": {}, \"empty_documents\": {}, \"split_documents\": {}, \"truncated_documents\": {}, "
        "\"dropped_documents\": {}, \"tokens\": {}, \"truncated_tokens\": {}, \"dropped_tokens\": {}, "
        "\"capacity\": {}, \"bins\": {}, \"lower_bound\": {}, \"fill\": {}}}\n",
        r.documents, r.empty_documents, r.split_documents, r.truncated_documents, r.dropped_documents,
        r.tokens, r.truncated_tokens, r.dropped_tokens, plan.options.capacity, r.bins, r.lower_bound, r.fill);
    return;
  }
  const auto row = [&](const std::string& name, std::int64_t number, bool always = false) {
    if (always || number != 0) out.print("{:<24}{:>16}\n", name, grouped(static_cast<std::uint64_t>(number)));
  };
  row("documents", r.documents, true);
  row("  of no tokens", r.empty_documents);
  row("  split", r.split_documents);
  row("  truncated", r.truncated_documents);
  row("  dropped", r.dropped_documents);
  row("tokens", r.tokens, true);
  row("  cut off", r.truncated_tokens);
  row("  dropped", r.dropped_tokens);
  row("bins of " + grouped(static_cast<std::uint64_t>(plan.options.capacity)), r.bins, true);
  row("  at least", r.lower_bound, true);
  out.print("{:<24}{:>14.2f} %\n", "fill", 100 * r.fill);
}

int run(Arguments arguments) {
  if (arguments.paths.empty() == arguments.lengths.empty()) {
    throw Error(ErrorCode::invalid_argument,
                "pack: name files or directories, or give --lengths FILE; see 'polyglyph pack --help'");
  }
  const Documents documents =
      arguments.paths.empty() ? read_lengths(arguments.lengths) : count_documents(arguments);
  const PackPlan plan = pack(documents.lengths, arguments.packing.options());
  print_report(plan, arguments.format);
  if (!arguments.plan.empty()) write_plan(arguments.plan, plan, documents.names);
  if (!arguments.html.empty()) {
    Output page(arguments.html);
    show_plan_as_html(page, plan, documents.names);
    page.flush();
  }
  return documents.status;
}

}  // namespace

Command add_pack(CLI::App& root) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* app = root.add_subcommand("pack", kDescription);
  app->footer(kExamples);
  add_words(*app, "PATH", arguments->paths, "Files and directories; each file is a document")
      ->type_name("PATH");
  add_tokenizer_options(*app, arguments->tokenizers, false);
  add_encode_options(*app, arguments->encode);
  add_word(*app, "--lengths", arguments->lengths,
           "Instead of paths: a file with a number of tokens a line, or - for standard input")
      ->type_name("FILE");
  app->add_option("-c,--capacity", arguments->packing.pack.capacity, "Tokens a bin")
      ->type_name("N")
      ->capture_default_str();
  add_pack_options(*app, arguments->packing);
  add_word(*app, "--html", arguments->html, "Draw the bins as a page for the browser")->type_name("FILE");
  add_word(*app, "--plan", arguments->plan,
           "Write the plan: a line a piece, with bin, document, name, start and length, between tabs")
      ->type_name("FILE");
  add_choice(*app, "--format", arguments->format, {{"text", Format::text}, {"json", Format::json}},
             "How to print; json is for programs");
  return {app, [arguments] { return run(*arguments); }};
}

}  // namespace polyglyph::cli
