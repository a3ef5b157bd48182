// polyglyph count: how many tokens there are in files, directories and pipes.

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/count_files.h"
#include "cli/count_report.h"
#include "cli/output.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/tokenizers.h"
#include "cli/walk.h"
#include "polyglyph/error.h"

namespace polyglyph::cli {

namespace {

constexpr const char* kDescription =
    "Count the tokens of files, directories or standard input\n\n"
    "Prints a row a file and a total: bytes, characters, and for each tokenizer the tokens and the\n"
    "characters per token. Directories are read with everything below them, except .git and what\n"
    ".gitignore files leave out. Files that cannot be read or are binary are named on standard error\n"
    "and skipped; the exit status is then 1. In JSON, a path that is not UTF-8 is also given byte for\n"
    "byte, in hexadecimal, as path_bytes.";

constexpr const char* kExamples =
    R"(Examples:
  polyglyph count README.md docs/                       two paths, with qwen3
  polyglyph count . --glob '*.md' --glob '!drafts/'     only Markdown, and none of the drafts
  polyglyph count corpus/ -t qwen3,o200k,./my.json      two built-ins and a file, side by side
  git show HEAD | polyglyph count                       what a pipe carries
  polyglyph count prompts/ --limit 131072               which of them are too long for a model
  polyglyph count src --format json | jq .total.tokens.qwen3)";

struct Arguments {
  std::vector<std::string> paths;
  TokenizerChoice tokenizers;
  WalkOptions walk;
  CountSettings settings;
  CountLayout layout;
  bool no_gitignore = false;
};

// Files that have more tokens than that, with any of the tokenizers.
std::size_t count_over(const std::vector<FileCount>& counts, std::uint64_t limit) {
  return static_cast<std::size_t>(std::count_if(counts.begin(), counts.end(), [&](const FileCount& count) {
    return count.problem.empty() && std::any_of(count.tokens.begin(), count.tokens.end(),
                                                [&](std::uint64_t tokens) { return tokens > limit; });
  }));
}

int run(Arguments arguments) {
  if (arguments.paths.empty()) {
    if (is_terminal(STDIN_FILENO)) {
      throw Error(ErrorCode::invalid_argument,
                  "count: nothing to count; name files or directories, or pipe a text in; see "
                  "'polyglyph count --help'");
    }
    arguments.paths.push_back("-");
  }
  std::vector<NamedTokenizer> tokenizers = load_tokenizers(arguments.tokenizers);
  arguments.settings.binary_hint = "; --binary counts it all the same";
  arguments.walk.gitignore = !arguments.no_gitignore;
  std::vector<FileCount> counts =
      count_files(find_files(arguments.paths, arguments.walk), tokenizers, arguments.settings);

  int status = kSuccess;
  for (const FileCount& count : counts) {
    if (count.problem.empty()) continue;
    report((count.path == "-" ? "standard input" : count.path) + ": " + count.problem);
    status = kFailedInput;
  }
  for (const NamedTokenizer& tokenizer : tokenizers) arguments.layout.names.push_back(tokenizer.name);
  print_counts(standard_output(), counts, arguments.layout);
  if (arguments.layout.limit) {
    if (const std::size_t over = count_over(counts, *arguments.layout.limit)) {
      report(fmt::format("{} file{} more than {} tokens", over, over == 1 ? " has" : "s have",
                         grouped(*arguments.layout.limit)));
      status = kFailedInput;
    }
  }
  return status;
}

}  // namespace

Command add_count(CLI::App& root) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* app = root.add_subcommand("count", kDescription);
  app->footer(kExamples);
  add_words(*app, "PATH", arguments->paths,
            "Files, directories, or - for standard input, which is also what an empty list means")
      ->type_name("PATH");
  add_tokenizer_options(*app, arguments->tokenizers, true);
  add_encode_options(*app, arguments->settings.encode);
  add_words(
      *app, "-g,--glob", arguments->walk.globs,
      "Of the files in directories, count those that match one of these; !PATTERN leaves out. Patterns are "
      "those of .gitignore: *.md is at any depth, /*.md at the top, docs/**/*.md below docs")
      ->type_name("PATTERN");
  app->add_flag("--no-gitignore", arguments->no_gitignore, "Count what .gitignore files leave out, too");
  app->add_flag("-L,--follow", arguments->walk.follow, "Follow symbolic links in directories");
  app->add_flag("--binary", arguments->settings.binary, "Count binary files, too");
  arguments->settings.jobs = std::max(1u, std::thread::hardware_concurrency());
  app->add_option("-j,--jobs", arguments->settings.jobs,
                  "Files to read at the same time (default: one a processor)")
      ->type_name("N")
      ->check(CLI::Range(1u, 1024u).description(""));
  add_token_count(*app, "-l,--limit", arguments->layout.limit, 1,
                  "Say how much of so many tokens each file takes; the exit status is 1 if one has more");
  add_choice(*app, "--format", arguments->layout.format,
             {{"table", CountFormat::table},
              {"json", CountFormat::json},
              {"tsv", CountFormat::tsv},
              {"csv", CountFormat::csv}},
             "How to print; the last three are for programs");
  add_color_option(*app, arguments->layout.color);
  return {app, [arguments] { return run(*arguments); }};
}

}  // namespace polyglyph::cli
