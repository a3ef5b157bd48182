// polyglyph completion: scripts with which a shell completes the command's words.
//
// They are made from the same description of the options that --help prints, so they cannot fall behind it.
// The type of an option says what may follow it: "table|json|tsv" is a list of words, NAME a tokenizer, FILE
// and PATH a file.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "polyglyph/tokenizer.h"

namespace polyglyph::cli {

namespace {

constexpr const char* kDescription =
    "Print a script that completes this command in your shell\n\n"
    "It completes commands, options, their values and file names.";

constexpr const char* kExamples =
    R"(How to install it:
  bash   echo 'source <(polyglyph completion bash)' >> ~/.bashrc
  zsh    polyglyph completion zsh > "${fpath[1]}/_polyglyph"
  fish   polyglyph completion fish > ~/.config/fish/completions/polyglyph.fish)";

enum class Shell { bash, zsh, fish };

struct OptionInfo {
  std::vector<std::string> names;  // with their dashes
  std::string description;
  bool takes_value = false;
  bool is_tokenizer = false;
  bool is_list = false;  // of tokenizers, with commas
  bool is_file = false;
  std::string words;  // that may follow, with spaces between them
};

struct CommandInfo {
  std::string name, summary;
  std::vector<OptionInfo> options;
  OptionInfo argument;  // what a word that is no option may be
};

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

// The first sentence of an explanation: a menu has one line for each option.
std::string first_clause(const std::string& text) {
  return text.substr(0, text.find_first_of(";:("));
}

std::string joined(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + word;
  return line;
}

OptionInfo describe(const CLI::Option& option) {
  OptionInfo info;
  for (const auto& name : option.get_snames()) info.names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) info.names.push_back("--" + name);
  info.description = first_clause(option.get_description());
  info.takes_value = option.get_expected_max() > 0;
  std::string type = option.get_type_name();
  if (!info.takes_value) return info;
  info.is_tokenizer = type.starts_with("NAME");
  info.is_list = type.find(',') != std::string::npos;
  info.is_file = type == "FILE" || type == "PATH";
  if (info.is_tokenizer) info.words = joined(Tokenizer::builtins());
  if (type.find('|') != std::string::npos) {
    for (char c : type) info.words += c == '|' ? ' ' : c;
  }
  return info;
}

std::vector<CommandInfo> describe(const CLI::App& root) {
  std::vector<CommandInfo> commands;
  for (const CLI::App* app : root.get_subcommands({})) {
    CommandInfo command{app->get_name(), first_line(app->get_description()), {}, {}};
    for (const CLI::Option* option : app->get_options()) {
      if (option->get_positional()) {
        if (!command.argument.takes_value) command.argument = describe(*option);  // the first of several
      } else {
        command.options.push_back(describe(*option));
      }
    }
    commands.push_back(std::move(command));
  }
  return commands;
}

std::vector<std::string> names_of(const std::vector<CommandInfo>& commands) {
  std::vector<std::string> names;
  for (const CommandInfo& command : commands) names.push_back(command.name);
  return names;
}

// In single quotes for any of the three shells; `special` get a backslash before that.
std::string shell_word(std::string_view text, std::string_view special = "") {
  std::string safe = "'";
  for (char c : text) {
    if (special.find(c) != std::string_view::npos) safe += '\\';
    safe += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return safe + "'";
}

void print_bash(Output& out, const std::vector<CommandInfo>& commands) {
  out.write(R"(# bash completion for polyglyph

_polyglyph() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words="" done=""
  # "--format=json" reaches this function as three words.
  if [[ $current == "=" ]]; then
    current=""
  elif [[ $previous == "=" ]]; then
    previous=${COMP_WORDS[COMP_CWORD-2]}
  fi
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
)");
  out.print("    COMPREPLY=($(compgen -W \"{} --help --version\" -- \"$current\"))\n    return\n  fi\n",
            joined(names_of(commands)));
  out.write("  case ${COMP_WORDS[1]}:$previous in\n");
  for (const CommandInfo& command : commands) {
    for (const OptionInfo& option : command.options) {
      if (!option.takes_value) continue;
      std::string pattern;
      for (const std::string& name : option.names)
        pattern += (pattern.empty() ? "" : "|") + command.name + ":" + name;
      std::string list = option.is_list ? "; [[ $current == *,* ]] && done=${current%,*}," : "";
      std::string files = option.is_tokenizer ? "; COMPREPLY=($(compgen -f -- \"$current\"))" : "";
      if (option.words.empty()) {
        // Files come from "complete -o default" when nothing else is offered.
        out.print("    {}) return ;;\n", pattern);
      } else {
        out.print("    {}) words=\"{}\"{}{} ;;\n", pattern, option.words, list, files);
      }
    }
  }
  out.write("  esac\n  if [[ -z $words ]]; then\n    case ${COMP_WORDS[1]}:$current in\n");
  for (const CommandInfo& command : commands) {
    std::vector<std::string> names;
    for (const OptionInfo& option : command.options)
      names.insert(names.end(), option.names.begin(), option.names.end());
    out.print("      {}:-*) words=\"{}\" ;;\n", command.name, joined(names));
    if (!command.argument.words.empty())
      out.print("      {}:*) words=\"{}\" ;;\n", command.name, command.argument.words);
  }
  out.write(R"(    esac
  fi
  [[ -n $words ]] && COMPREPLY+=($(compgen -P "$done" -W "$words" -- "${current#"$done"}"))
}

complete -o bashdefault -o default -F _polyglyph polyglyph
)");
}

void print_zsh(Output& out, const std::vector<CommandInfo>& commands) {
  constexpr std::string_view kSpecial = "[]:\\";
  // What _arguments does for the value of an option or for an argument.
  auto action = [](const OptionInfo& option) -> std::string {
    if (option.is_list) return ":tokenizer:_polyglyph_tokenizers";
    if (option.is_tokenizer) return ":tokenizer:_polyglyph_tokenizer";
    if (!option.words.empty()) return ":value:(" + option.words + ")";
    return option.is_file ? ":file:_files" : ":value:";
  };
  out.write("#compdef polyglyph\n\n");
  out.print(R"(_polyglyph_tokenizer() {{
  _alternative 'builtins:built-in tokenizer:({0})' 'files:file:_files'
}}

_polyglyph_tokenizers() {{
  _alternative 'builtins:built-in tokenizer:_sequence compadd - {0}' 'files:file:_files'
}}

_polyglyph() {{
  local -a commands
  commands=(
)",
            joined(Tokenizer::builtins()));
  for (const CommandInfo& command : commands) {
    out.print("    {}\n", shell_word(command.name + ":" + command.summary));
  }
  out.write(R"(  )
  if ((CURRENT == 2)); then
    _describe command commands
    _arguments '--help[Show this help]' '--version[Show the version]'
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
)");
  for (const CommandInfo& command : commands) {
    out.print("    {})\n      _arguments -s", command.name);
    for (const OptionInfo& option : command.options) {
      for (const std::string& name : option.names) {
        std::string value = option.takes_value ? action(option) : "";
        out.print(" \\\n        {}{}{}", shell_word(name + "["), shell_word(option.description, kSpecial),
                  shell_word(fmt::format("]{}", value)));
      }
    }
    if (command.argument.takes_value) {
      out.print(" \\\n        {}", shell_word("*" + action(command.argument)));
    }
    out.write(" ;;\n");
  }
  out.write(R"(  esac
}

if [[ $funcstack[1] == _polyglyph ]]; then
  _polyglyph "$@"
else
  compdef _polyglyph polyglyph
fi
)");
}

void print_fish(Output& out, const std::vector<CommandInfo>& commands) {
  out.write("# fish completion for polyglyph\n\n");
  out.write("complete -c polyglyph -n __fish_use_subcommand -l help -s h -d 'Show help'\n");
  out.write("complete -c polyglyph -n __fish_use_subcommand -l version -d 'Show the version'\n");
  for (const CommandInfo& command : commands) {
    out.print("\ncomplete -c polyglyph -f -n __fish_use_subcommand -a {} -d {}\n", command.name,
              shell_word(command.summary));
    std::string seen = fmt::format("complete -c polyglyph -n '__fish_seen_subcommand_from {}'", command.name);
    if (!command.argument.words.empty()) out.print("{} -a {}\n", seen, shell_word(command.argument.words));
    if (command.argument.takes_value && command.argument.is_file) out.print("{} -F\n", seen);
    for (const OptionInfo& option : command.options) {
      std::string line = seen;
      for (const std::string& name : option.names) {
        line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      }
      if (option.takes_value) line += option.is_file || option.is_tokenizer ? " -r -F" : " -x";
      if (!option.words.empty()) line += " -a " + shell_word(option.words);
      out.print("{} -d {}\n", line, shell_word(option.description));
    }
  }
}

int run(const CLI::App& root, Shell shell) {
  std::vector<CommandInfo> commands = describe(root);
  switch (shell) {
    case Shell::bash:
      print_bash(standard_output(), commands);
      break;
    case Shell::zsh:
      print_zsh(standard_output(), commands);
      break;
    case Shell::fish:
      print_fish(standard_output(), commands);
      break;
  }
  return kSuccess;
}

}  // namespace

Command add_completion(CLI::App& root) {
  auto shell = std::make_shared<Shell>(Shell::bash);
  CLI::App* app = root.add_subcommand("completion", kDescription);
  app->footer(kExamples);
  add_choice(*app, "SHELL", *shell, {{"bash", Shell::bash}, {"zsh", Shell::zsh}, {"fish", Shell::fish}},
             "The shell: bash, zsh or fish")
      ->required()
      ->default_str("");
  return {app, [&root, shell] { return run(root, *shell); }};
}

}  // namespace polyglyph::cli
