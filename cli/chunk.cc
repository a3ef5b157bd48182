// polyglyph chunk: files cut into parts of so many tokens, in memory that does not depend on their size.

#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/display.h"
#include "cli/input.h"
#include "cli/json_text.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/tokenizers.h"
#include "cli/walk.h"
#include "polyglyph/chunk.h"
#include "polyglyph/error.h"

namespace polyglyph::cli {

namespace {

constexpr const char* kDescription =
    "Cut texts into parts of at most so many tokens, where a reader would cut them\n\n"
    "Directories are read with everything below them, except .git and what .gitignore files leave out;\n"
    "files that cannot be read or are binary are named on standard error and skipped. The parts of a text\n"
    "put together are the text; with --overlap each also repeats the end of the one before it. Files may\n"
    "be larger than memory.";

constexpr const char* kExamples =
    R"(Examples:
  polyglyph chunk book.txt --max-tokens 512 --overlap 64
  polyglyph chunk docs/ --boundary markdown --format jsonl > chunks.jsonl
  polyglyph chunk src/ -n 1000 --boundary code --format tsv    where they lie, without their text
  curl -s https://example.org/a.txt | polyglyph chunk -n 2000)";

enum class Format { text, jsonl, tsv };

struct Arguments {
  std::vector<std::string> paths;
  TokenizerChoice tokenizer;
  ChunkOptions chunk;
  Format format = Format::text;
  When color = When::automatic;
};

class Printer {
 public:
  Printer(Output& out, Format format, bool color) : out_(out), format_(format), color_(color) {
    if (format_ == Format::tsv) out_.write("path\tbegin\tend\ttokens\n");
  }

  void print(const std::string& path, const Chunk& chunk, std::string_view text) {
    const auto [begin, end] = chunk.span;
    switch (format_) {
      case Format::text:
        return print_text(path, chunk, text);
      case Format::jsonl:
        return out_.print("{{{}, \"begin\": {}, \"end\": {}, \"tokens\": {}, {}}}\n",
                          json_member("path", path), begin, end, chunk.tokens, json_member("text", text));
      case Format::tsv:
        return out_.print("{}\t{}\t{}\t{}\n", printable(path), begin, end, chunk.tokens);
    }
  }

 private:
  // A line that names the chunk, and its text; nothing in it steers a terminal.
  void print_text(const std::string& path, const Chunk& chunk, std::string_view text) {
    const std::string line =
        fmt::format("── {} {}–{}, {} token{} ──", printable(input_name(path)), grouped(chunk.span.begin),
                    grouped(chunk.span.end), grouped(chunk.tokens), chunk.tokens == 1 ? "" : "s");
    out_.print("{}\n", styled(line, "1", color_));
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      out_.print("{}\n", printable(text.substr(begin, end - begin)));
      begin = end + 1;
    }
  }

  Output& out_;
  Format format_;
  bool color_;
};

std::uint64_t chunk_file(const std::string& path, ChunkStream& stream, Printer& printer, Progress& progress,
                         std::uint64_t done) {
  Input input(path);
  const auto take = [&](const Chunk& chunk, std::string_view text) { printer.print(path, chunk, text); };
  std::vector<char> buffer(1 << 18);
  for (bool first = true; const std::size_t got = input.read(buffer); first = false) {
    const std::string_view part(buffer.data(), got);
    if (first) {
      if (const auto problem = binary_problem(part)) throw Error(ErrorCode::io, *problem, input_name(path));
    }
    stream.feed(part, take);
    progress.update(done += got);
  }
  stream.finish(take);
  return done;
}

int run(Arguments arguments) {
  if (arguments.paths.empty()) {
    if (is_terminal(STDIN_FILENO)) {
      throw Error(ErrorCode::invalid_argument,
                  "chunk: nothing to cut; name files or directories, or pipe a text in; see "
                  "'polyglyph chunk --help'");
    }
    arguments.paths.push_back("-");
  }
  const Tokenizer tokenizer = load_tokenizer(arguments.tokenizer).tokenizer;
  const std::vector<FoundFile> files = find_files(arguments.paths, {});
  ChunkStream stream(tokenizer, arguments.chunk);
  Printer printer(standard_output(), arguments.format, use_color(STDOUT_FILENO, arguments.color));
  std::uint64_t total = 0, done = 0;
  for (const FoundFile& file : files) total += file.size.value_or(0);
  Progress progress(total);
  int status = kSuccess;
  for (const FoundFile& file : files) {
    try {
      if (!file.problem.empty()) throw Error(ErrorCode::io, file.problem, file.path);
      done = chunk_file(file.path, stream, printer, progress, done);
    } catch (const Error& error) {
      report(error.code() == ErrorCode::control_token ? input_name(file.path) + ": " + error.what()
                                                      : error.what());
      status = kFailedInput;
      stream = ChunkStream(tokenizer, arguments.chunk);
    }
  }
  return status;
}

}  // namespace

Command add_chunk(CLI::App& root) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* app = root.add_subcommand("chunk", kDescription);
  app->footer(kExamples);
  add_words(*app, "PATH", arguments->paths,
            "Files, directories, or - for standard input, which is also what an empty list means")
      ->type_name("PATH");
  add_tokenizer_options(*app, arguments->tokenizer, false);
  add_encode_options(*app, arguments->chunk.encode);
  add_token_count(*app, "-n,--max-tokens", arguments->chunk.max_tokens, 1, "Tokens of a chunk at most")
      ->capture_default_str();
  add_token_count(
      *app, "--overlap", arguments->chunk.overlap, 0,
      "Tokens, at most, that a chunk repeats of the one before it: whole sentences, lines or words")
      ->capture_default_str();
  add_choice(
      *app, "--boundary", arguments->chunk.boundary,
      {{"sentence", ChunkBoundary::sentence},
       {"paragraph", ChunkBoundary::paragraph},
       {"markdown", ChunkBoundary::markdown},
       {"code", ChunkBoundary::code},
       {"token", ChunkBoundary::token}},
      "What is not cut if it fits by itself: sentences, paragraphs, blocks of Markdown (whose headings "
      "stay with what follows them), lines of code, or nothing");
  add_word(*app, "--locale", arguments->chunk.locale,
           "The texts' language, such as en or el: its sentences do not end after its abbreviations")
      ->type_name("LANGUAGE");
  add_choice(*app, "--unit", arguments->chunk.unit,
             {{"bytes", OffsetUnit::bytes}, {"chars", OffsetUnit::chars}, {"utf16", OffsetUnit::utf16}},
             "What begin and end count");
  add_choice(*app, "--format", arguments->format,
             {{"text", Format::text}, {"jsonl", Format::jsonl}, {"tsv", Format::tsv}},
             "How to print: to be read; a JSON object a line; or where chunks lie, between tabs");
  add_color_option(*app, arguments->color);
  return {app, [arguments] { return run(*arguments); }};
}

}  // namespace polyglyph::cli
