// The pieces from which the subcommands put their options together, so that each option is spelled, explained
// and completed in one place. Built on CLI11.
#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/terminal.h"
#include "cli/tokenizers.h"
#include "polyglyph/options.h"

namespace polyglyph::cli {

// Help that is laid out to be read: wrapped, defaults named, one line a subcommand.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* app, std::string name) const override;
  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_subcommand(const CLI::App* sub) const override;
};

// CLI11 would take an argument such as "[slug]" for a list, and forgets "--" in a subcommand whose arguments
// may be absent. protect puts a mark before such arguments, for the whole command line before it is parsed;
// the functions below take it off again.
std::vector<std::string> protect(std::vector<std::string> arguments);
std::string unprotect(std::string argument);
std::string message_of(const CLI::ParseError& error);  // without marks

// A string, and any number of strings: repeated options, or the rest of the positional arguments.
CLI::Option* add_word(CLI::App& app, const std::string& names, std::string& value, const std::string& help);
CLI::Option* add_words(CLI::App& app, const std::string& names, std::vector<std::string>& values,
                       const std::string& help);

// One of several names. The type that help shows, "table|json|tsv", is also what completion offers.
template <class E>
CLI::Option* add_choice(CLI::App& app, const std::string& names, E& value,
                        std::vector<std::pair<std::string, E>> choices, const std::string& help) {
  std::string all, standard;
  for (const auto& [name, choice] : choices) {
    all += (all.empty() ? "" : "|") + name;
    if (choice == value) standard = name;
  }
  CLI::callback_t parse = [&value, choices, all, names](const CLI::results_t& results) {
    for (const auto& [name, choice] : choices) {
      if (name == results.back()) {
        value = choice;
        return true;
      }
    }
    throw CLI::ValidationError(names.substr(names.rfind(',') + 1),
                               "'" + unprotect(results.back()) + "' is not one of " + all);
  };
  return app.add_option(names, parse, help)->type_name(all)->default_str(standard);
}

// A number of tokens, `least` or more.
template <class Number>
CLI::Option* add_token_count(CLI::App& app, const std::string& names, Number& value, std::uint64_t least,
                             const std::string& help) {
  // Above the range lies what CLI11 makes of negative numbers.
  return app.add_option(names, value, help)
      ->type_name("N")
      ->check(CLI::Range(least, std::uint64_t{1} << 62).description(""));
}

void add_color_option(CLI::App& app, When& when);

// --pattern alone, and with --tokenizer. With `several`, a list of tokenizers.
void add_pattern_option(CLI::App& app, TokenizerChoice& choice);
void add_tokenizer_options(CLI::App& app, TokenizerChoice& choice, bool several);

// --special-tokens and --add-special-tokens.
void add_encode_options(CLI::App& app, EncodeOptions& options);

// Where one text comes from: the argument, --file, or standard input.
struct TextSource {
  std::vector<std::string> argument;
  std::string file;

  // Throws Error(invalid_argument) when both are given, or none and standard input is a terminal.
  void check(std::string_view command) const;
  std::string path() const { return file.empty() ? "-" : file; }
  std::string read() const;
};
void add_text_source(CLI::App& app, TextSource& source);

}  // namespace polyglyph::cli
