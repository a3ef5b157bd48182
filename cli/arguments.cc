#include "cli/arguments.h"

#include <fmt/format.h>
#include <unistd.h>

#include "cli/input.h"
#include "polyglyph/error.h"

namespace polyglyph::cli {

namespace {

constexpr std::size_t kHelpColumn = 30;
constexpr std::size_t kHelpWidth = 100;
constexpr char kMark = '\x1F';

// `left`, then `right` wrapped in a column of its own.
std::string help_entry(const std::string& left, const std::string& right) {
  std::string entry = "  " + left;
  std::size_t column = entry.size();
  auto new_line = [&] {
    entry += "\n" + std::string(kHelpColumn, ' ');
    column = kHelpColumn;
  };
  if (column + 2 > kHelpColumn) {
    new_line();
  } else {
    entry.append(kHelpColumn - column, ' ');
    column = kHelpColumn;
  }
  std::size_t at = 0;
  while (at < right.size()) {
    std::size_t end = std::min(right.find(' ', at), right.size());
    if (column > kHelpColumn && column + 1 + end - at > kHelpWidth) new_line();
    if (column > kHelpColumn) {
      entry += ' ';
      ++column;
    }
    entry.append(right, at, end - at);
    column += end - at;
    at = end + 1;
  }
  return entry + "\n";
}

}  // namespace

std::string HelpFormatter::make_usage(const CLI::App* app, std::string name) const {
  std::string usage = "\nUsage: " + name;
  if (!app->get_subcommands({}).empty()) return usage + " COMMAND [options] ...\n";
  usage += " [options]";
  for (const CLI::Option* option : app->get_options([](auto* o) { return o->get_positional(); })) {
    std::string word = option->get_name(true, false);
    if (option->get_expected_max() > 1) word += "...";
    usage += option->get_required() ? " " + word : " [" + word + "]";
  }
  return usage + "\n";
}

std::string HelpFormatter::make_group(std::string group, bool is_positional,
                                      std::vector<const CLI::Option*> options) const {
  std::string text = "\n" + (is_positional ? "Arguments" : group) + ":\n";
  for (const CLI::Option* option : options) text += make_option(option, is_positional);
  return text;
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  std::string left;
  if (is_positional) {
    left = option->get_name(true, false);
  } else {
    for (const auto& name : option->get_snames()) left += (left.empty() ? "-" : ", -") + name;
    for (const auto& name : option->get_lnames()) left += (left.empty() ? "    --" : ", --") + name;
    if (option->get_expected_max() > 0) {  // not a flag
      std::string type = option->get_type_name();
      left += option->get_expected_min() == 0 ? " [" + type + "]" : " " + type;
    }
  }
  std::string right = option->get_description();
  if (!option->get_default_str().empty()) right += " (default: " + option->get_default_str() + ")";
  return help_entry(left, right);
}

std::string HelpFormatter::make_subcommand(const CLI::App* sub) const {
  std::string description = sub->get_description();
  return help_entry(sub->get_name(), description.substr(0, description.find('\n')));
}

std::vector<std::string> protect(std::vector<std::string> arguments) {
  std::vector<std::string> marked;
  bool all_positional = false;
  for (std::string& argument : arguments) {
    if (argument == "--" && !all_positional) {
      all_positional = true;
      continue;
    }
    bool misread = argument.starts_with('[') || argument.starts_with(kMark) ||
                   (all_positional && argument.starts_with('-'));
    marked.push_back(misread ? kMark + argument : std::move(argument));
  }
  return marked;
}

std::string unprotect(std::string argument) {
  if (argument.starts_with(kMark)) argument.erase(0, 1);
  return argument;
}

std::string message_of(const CLI::ParseError& error) {
  std::string message = error.what();
  std::erase(message, kMark);
  return message;
}

CLI::Option* add_word(CLI::App& app, const std::string& names, std::string& value, const std::string& help) {
  CLI::callback_t store = [&value](const CLI::results_t& results) {
    value = unprotect(results.back());
    return true;
  };
  return app.add_option(names, store, help)->type_name("TEXT");
}

CLI::Option* add_words(CLI::App& app, const std::string& names, std::vector<std::string>& values,
                       const std::string& help) {
  CLI::callback_t store = [&values](const CLI::results_t& results) {
    values.clear();
    for (const auto& result : results) values.push_back(unprotect(result));
    return true;
  };
  CLI::Option* option = app.add_option(names, store, help)->type_name("TEXT")->take_all();
  if (option->get_positional()) {
    return option->expected(0, CLI::detail::expected_max_vector_size)->allow_extra_args();
  }
  return option->expected(1)->allow_extra_args(false);
}

void add_color_option(CLI::App& app, When& when) {
  add_choice(app, "--color", when,
             {{"auto", When::automatic}, {"always", When::always}, {"never", When::never}},
             "Colors; auto is for terminals, and off where NO_COLOR is set");
}

void add_tokenizer_options(CLI::App& app, TokenizerChoice& choice, bool several) {
  add_words(
      app, "-t,--tokenizer", choice.names,
      several
          ? "Built-in tokenizers ('polyglyph list' shows them) or files: tokenizer.json, .model, .tiktoken, "
            ".pgv, "
            "or a directory that holds a tokenizer.json; several, with commas or by repeating the option, "
            "stand side by side"
          : "A built-in tokenizer ('polyglyph list' shows them) or a file: tokenizer.json, .model, "
            ".tiktoken, "
            ".pgv, or a directory that holds a tokenizer.json")
      ->type_name(several ? "NAME[,NAME...]" : "NAME")
      ->default_str("qwen3");
  add_pattern_option(app, choice);
}

void add_pattern_option(CLI::App& app, TokenizerChoice& choice) {
  add_word(
      app, "--pattern", choice.pattern,
      "For .tiktoken files of other names: how they split text, o200k, cl100k, p50k, r50k, qwen or a regular "
      "expression")
      ->type_name("PATTERN");
}

void add_encode_options(CLI::App& app, EncodeOptions& options) {
  add_choice(
      app, "--special-tokens", options.special_tokens,
      {{"text", SpecialTokens::text}, {"parse", SpecialTokens::parse}, {"reject", SpecialTokens::reject}},
      "What a control token spelled out in the text means: ordinary text, its id, or an error");
  app.add_flag("--add-special-tokens", options.add_special_tokens,
               "Add what the tokenizer's own template puts around a text");
}

void TextSource::check(std::string_view command) const {
  auto refuse = [&](std::string_view why) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: {}; see 'polyglyph {} --help'", command, why, command));
  };
  if (argument.size() > 1) refuse("one text at a time; put quotes around a text that has spaces");
  if (!argument.empty() && !file.empty()) refuse("give a text or --file, not both");
  if (argument.empty() && file.empty() && is_terminal(STDIN_FILENO)) {
    refuse("no text; give one in quotes, name a --file, or pipe one in");
  }
}

std::string TextSource::read() const {
  return argument.empty() ? read_all(path()) : argument[0];
}

void add_text_source(CLI::App& app, TextSource& source) {
  add_words(app, "TEXT", source.argument,
            "The text; without it and --file, standard input. Put -- before a text that begins with a dash");
  add_word(app, "-f,--file", source.file, "Read the text from a file; - is standard input")
      ->type_name("FILE");
}

}  // namespace polyglyph::cli
