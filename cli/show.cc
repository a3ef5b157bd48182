// polyglyph show: where the tokens of a text begin and end, and which they are.

#include "cli/show.h"

#include <unistd.h>

#include <memory>
#include <unordered_set>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/table.h"
#include "cli/tokenizers.h"
#include "polyglyph/error.h"
#include "polyglyph/text.h"

namespace polyglyph::cli {

namespace {

constexpr const char* kDescription =
    "Show the tokens of a text, each in its own color with its id\n\n"
    "A space is shown as ·, a newline as ↵, a tab as →; a token that holds a part of a character as its "
    "bytes\n"
    "in hexadecimal. Control tokens are dark. With --html, the same as a page for a browser.";

constexpr const char* kExamples =
    R"(Examples:
  polyglyph show "Hello, 世界! नमस्ते"                  in the terminal
  polyglyph show -f README.md --color always | less -R
  polyglyph show "안녕하세요" -t qwen3,o200k,cl100k     how three tokenizers see it
  polyglyph show -f story.txt -t qwen3,o200k --html story.html)";

struct Arguments {
  TextSource source;
  TokenizerChoice tokenizers;
  EncodeOptions encode;
  bool html = false;
  std::string html_file;
  When color = When::automatic;
};

ShownText tokens_of(const NamedTokenizer& named, const std::string& text, const EncodeOptions& options) {
  const Vocab& vocab = named.tokenizer.vocab();
  std::unordered_set<TokenId> control;
  for (const AddedToken& token : vocab.added_tokens()) {
    if (token.control) control.insert(token.id);
  }
  ShownText shown{named.name, {}, text.size(), count_characters(text)};
  for (TokenId id : named.tokenizer.encode(text, options)) {
    shown.tokens.push_back({id, vocab.token_bytes(id), control.contains(id)});
  }
  return shown;
}

// The word after --html is a file's name, never a text that would be overwritten or lost: "--html 'some
// text'" is told apart by its ending.
void check_html_file(const std::string& file) {
  if (file.empty() || file.ends_with(".html") || file.ends_with(".htm")) return;
  throw Error(ErrorCode::invalid_argument, "show: --html: '" + file +
                                               "' does not end in .html; put a text before --html, or leave "
                                               "the file out and use > for other names");
}

int run(const Arguments& arguments) {
  check_html_file(arguments.html_file);
  arguments.source.check("show");
  std::vector<NamedTokenizer> tokenizers = load_tokenizers(arguments.tokenizers);
  std::string text = arguments.source.read();
  std::vector<ShownText> texts;
  for (const NamedTokenizer& named : tokenizers) texts.push_back(tokens_of(named, text, arguments.encode));
  if (!arguments.html) {
    show_in_terminal(standard_output(), texts, terminal_width(STDOUT_FILENO, 100),
                     use_color(STDOUT_FILENO, arguments.color));
  } else if (arguments.html_file.empty()) {
    show_as_html(standard_output(), texts);
  } else {
    Output file(arguments.html_file);
    show_as_html(file, texts);
    file.flush();
  }
  return kSuccess;
}

}  // namespace

std::string summary(const ShownText& text) {
  auto counted = [](std::size_t number, const char* noun) {
    return fmt::format("{} {}{}", grouped(number), noun, number == 1 ? "" : "s");
  };
  std::string line = counted(text.tokens.size(), "token") + " · " + counted(text.bytes, "byte") + " · " +
                     counted(text.characters, "character");
  if (text.tokens.empty()) return line;
  double rate = static_cast<double>(text.characters) / static_cast<double>(text.tokens.size());
  return line + fmt::format(" · {:.2f} characters per token", rate);
}

Command add_show(CLI::App& root) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* app = root.add_subcommand("show", kDescription);
  app->footer(kExamples);
  add_text_source(*app, arguments->source);
  add_tokenizer_options(*app, arguments->tokenizers, true);
  add_encode_options(*app, arguments->encode);
  CLI::callback_t store_html = [arguments = arguments.get()](const CLI::results_t& results) {
    arguments->html = true;
    // Without a file CLI11 hands in an empty list or an empty word.
    if (!results.empty()) arguments->html_file = unprotect(results.back());
    return true;
  };
  app->add_option("--html", store_html, "Write a page for the browser instead, to FILE or to standard output")
      ->type_name("FILE")
      ->expected(0, 1);
  add_color_option(*app, arguments->color);
  return {app, [arguments] { return run(*arguments); }};
}

}  // namespace polyglyph::cli
