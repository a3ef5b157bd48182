// polyglyph decode: ids to the bytes they stand for.

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "cli/tokenizers.h"
#include "polyglyph/error.h"

namespace polyglyph::cli {

namespace {

constexpr const char* kDescription =
    "Turn token ids into the bytes they stand for\n\n"
    "Ids are decimal numbers; spaces, newlines, commas and square brackets may stand between them, so that\n"
    "what 'polyglyph encode' or Python prints can be put in as it is.";

constexpr const char* kExamples =
    R"(Examples:
  polyglyph decode 9707 11 1879                         Hello, world
  polyglyph encode -t o200k -f photo.jpg | polyglyph decode -t o200k > same.jpg
  polyglyph decode "[9707, 11, 1879]" -t qwen3
  polyglyph decode -t deepseek-v3 < ids.txt)";

struct Arguments {
  std::vector<std::string> ids;
  std::string file;
  TokenizerChoice tokenizer;
  DecodeOptions decode;
};

// Appends the ids in a text. `what` and the byte lead to the place of one that is none.
void parse_ids(std::string_view text, const std::string& what, std::vector<TokenId>& ids) {
  constexpr std::string_view kBetween = " \t\r\n,[]";
  for (std::size_t at = 0; (at = text.find_first_not_of(kBetween, at)) != std::string_view::npos;) {
    std::size_t end = std::min(text.find_first_of(kBetween, at), text.size());
    std::string_view word = text.substr(at, end - at);
    TokenId id = 0;
    auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), id);
    if (error != std::errc() || stop != word.data() + word.size()) {
      throw Error(
          ErrorCode::malformed,
          fmt::format("'{}' is no token id; ids are decimal numbers such as 9707", word.substr(0, 40)),
          fmt::format("{}, byte {}", what, at));
    }
    ids.push_back(id);
    at = end;
  }
}

int run(const Arguments& arguments) {
  if (arguments.ids.empty() && arguments.file.empty() && is_terminal(STDIN_FILENO)) {
    throw Error(ErrorCode::invalid_argument,
                "decode: no ids; give some, name a --file, or pipe them in; see 'polyglyph decode --help'");
  }
  if (!arguments.ids.empty() && !arguments.file.empty()) {
    throw Error(ErrorCode::invalid_argument,
                "decode: give ids or --file, not both; see 'polyglyph decode --help'");
  }
  std::vector<TokenId> ids;
  if (arguments.ids.empty()) {
    std::string path = arguments.file.empty() ? "-" : arguments.file;
    parse_ids(read_all(path), input_name(path), ids);
  }
  for (std::size_t i = 0; i < arguments.ids.size(); ++i) {
    parse_ids(arguments.ids[i], fmt::format("argument {}", i + 1), ids);
  }
  std::string bytes = load_tokenizer(arguments.tokenizer).tokenizer.decode(ids, arguments.decode);
  standard_output().write(bytes);
  // For the prompt's sake. Files and pipes get the bytes alone.
  if (is_terminal(STDOUT_FILENO) && !bytes.empty() && bytes.back() != '\n') standard_output().write("\n");
  return kSuccess;
}

}  // namespace

Command add_decode(CLI::App& root) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* app = root.add_subcommand("decode", kDescription);
  app->footer(kExamples);
  add_words(*app, "ID", arguments->ids, "Token ids; without them and --file, standard input");
  add_word(*app, "-f,--file", arguments->file, "Read the ids from a file; - is standard input")
      ->type_name("FILE");
  add_tokenizer_options(*app, arguments->tokenizer, false);
  app->add_flag("--skip-special-tokens", arguments->decode.skip_special_tokens,
                "Leave out the tokens that the tokenizer marks as special");
  add_choice(*app, "--unknown", arguments->decode.unknown,
             {{"error", UnknownIds::error}, {"skip", UnknownIds::skip}},
             "What to do with ids that mean nothing");
  return {app, [arguments] { return run(*arguments); }};
}

}  // namespace polyglyph::cli
