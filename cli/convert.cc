// polyglyph convert: a tokenizer from one format into another, if nothing is lost.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/display.h"
#include "cli/output.h"
#include "cli/table.h"
#include "cli/tokenizers.h"
#include "polyglyph/error.h"

namespace polyglyph::cli {

namespace {

constexpr const char* kDescription =
    "Convert a tokenizer to another format\n\n"
    "The name of the output decides: .json is a tokenizer.json, .pgv a mapped image, which opens in about\n"
    "a millisecond, and .tiktoken a rank file, which holds entries alone: its name has to be one that stands\n"
    "for a pattern and special tokens, like o200k_base.tiktoken. The output gives the same ids as the input;\n"
    "where the format cannot say what that takes, nothing is written, and the error names what would be lost.\n"
    "'polyglyph verify' compares the two.";

constexpr const char* kExamples =
    R"(Examples:
  polyglyph convert tokenizer.json tokenizer.pgv
  polyglyph convert o200k_base.tiktoken tokenizer.json
  polyglyph convert tokenizer.json o200k_base.tiktoken
  polyglyph convert mine.tiktoken tokenizer.json --pattern cl100k
  polyglyph convert qwen3 qwen3.json --force           a built-in, over a file that is there)";

struct Arguments {
  TokenizerChoice tokenizer;
  std::string input, output;
  bool force = false;
};

int run(Arguments arguments) {
  std::error_code ignored;
  if (!arguments.force && std::filesystem::exists(arguments.output, ignored)) {
    throw Error(ErrorCode::invalid_argument, "convert: the output exists; --force writes over it",
                arguments.output);
  }
  arguments.tokenizer.names = {arguments.input};
  const NamedTokenizer input = load_tokenizer(arguments.tokenizer);
  input.tokenizer.save(arguments.output);
  standard_output().print("{}: {} ids, the same as {}\n", printable(arguments.output),
                          grouped(input.tokenizer.vocab().size()), printable(input.name));
  return kSuccess;
}

}  // namespace

Command add_convert(CLI::App& root) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* app = root.add_subcommand("convert", kDescription);
  app->footer(kExamples);
  add_word(*app, "INPUT", arguments->input, "A tokenizer: a name or a path")->type_name("NAME")->required();
  add_word(*app, "OUTPUT", arguments->output, "The file to write: .json, .tiktoken or .pgv")
      ->type_name("FILE")
      ->required();
  app->add_flag("-f,--force", arguments->force, "Write over a file that exists");
  add_pattern_option(*app, arguments->tokenizer);
  return {app, [arguments] { return run(*arguments); }};
}

}  // namespace polyglyph::cli
