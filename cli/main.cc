// The command: finds the subcommand, runs it, and turns what goes wrong into one line and an exit status.

#include <CLI/CLI.hpp>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <new>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "polyglyph/error.h"
#include "polyglyph/version.h"

namespace polyglyph::cli {

namespace {

constexpr const char* kDescription =
    "polyglyph turns text in any language into the exact token ids a model expects, counts them,\n"
    "and turns ids back into text. Everything happens on this machine.";

constexpr const char* kExamples =
    R"(Examples:
  polyglyph count README.md docs/                           how many tokens a file and in all
  polyglyph count docs/ -t qwen3,deepseek-v3,o200k          three tokenizers side by side
  echo "안녕하세요 세계" | polyglyph show                   where the tokens begin and end
  polyglyph encode "Hello, world" | polyglyph decode        ids, and back to the same bytes
  polyglyph inspect path/to/tokenizer.json                  what a tokenizer is made of
  polyglyph verify tokenizer.json model.gguf                whether two give the same ids
  polyglyph chunk book.txt --max-tokens 512                 parts of so many tokens, between sentences
  polyglyph pack corpus/ --capacity 8192 --html bins.html   documents laid into bins of one size
  polyglyph shard corpus/ --pack 131072 --output shards     files of token ids, for training

'polyglyph COMMAND --help' says more about each.)";

// The line for a mistake on the command line.
std::string usage_message(const CLI::App& app, const CLI::ParseError& error,
                          const std::vector<std::string>& args) {
  for (const CLI::App* sub : app.get_subcommands()) {
    return sub->get_name() + ": " + message_of(error) + "; see 'polyglyph " + sub->get_name() + " --help'";
  }
  for (const std::string& arg : args) {
    if (!arg.starts_with('-')) {
      return "no command is called '" + arg + "'; see 'polyglyph --help', or try 'polyglyph count " + arg +
             "'";
    }
  }
  return message_of(error) + "; see 'polyglyph --help'";
}

int run(std::vector<std::string> args) {
  CLI::App app(kDescription, "polyglyph");
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_help_flag("-h,--help", "Show this help");
  app.set_version_flag("--version", std::string("polyglyph ") + version(), "Show the version");
  app.get_formatter()->label("Subcommands", "Commands");
  app.require_subcommand(0, 1);
  app.footer(kExamples);

  std::vector<Command> commands = {
      add_count(app),   add_encode(app), add_decode(app),      add_show(app),
      add_inspect(app), add_verify(app), add_convert(app),     add_add(app),
      add_prune(app),   add_extend(app), add_unreachable(app), add_chunk(app),
      add_pack(app),    add_shard(app),  add_list(app),        add_completion(app)};
  try {
    std::vector<std::string> reversed = protect(args);
    std::reverse(reversed.begin(), reversed.end());
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    standard_output().write(app.help());
    return kSuccess;
  } catch (const CLI::CallForVersion& version) {
    standard_output().print("{}\n", version.what());
    return kSuccess;
  } catch (const CLI::ParseError& error) {
    report(usage_message(app, error, args));
    return kUsage;
  }
  for (const Command& command : commands) {
    if (command.app->parsed()) return command.run();
  }
  report(
      "no command; 'polyglyph count FILE' counts the tokens of a file, 'polyglyph --help' shows everything");
  return kUsage;
}

// Runs `work`; what it throws becomes a line and a status.
template <class Work>
int guarded(Work work) {
  try {
    return work();
  } catch (const Error& error) {
    report(error.what());
    bool usage = error.code() == ErrorCode::invalid_argument || error.code() == ErrorCode::not_found;
    return usage ? kUsage : kFailedInput;
  } catch (const std::bad_alloc&) {
    report("out of memory");
  } catch (const std::exception& error) {
    report(error.what());
  }
  return kFailedInput;
}

}  // namespace

}  // namespace polyglyph::cli

int main(int argc, char** argv) {
  using namespace polyglyph::cli;
  reserve_standard_descriptors();
  int status = guarded([&] { return run(std::vector<std::string>(argv + std::min(argc, 1), argv + argc)); });
  // Also after a failure: what was computed before it is still output.
  int flushed = guarded([] {
    standard_output().flush();
    return kSuccess;
  });
  return status != kSuccess ? status : flushed;
}
