// polyglyph list: the tokenizers that are built in.

#include <unistd.h>
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/display.h"
#include "cli/json_text.h"
#include "cli/output.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "polyglyph/error.h"
#include "polyglyph/tokenizer.h"

namespace polyglyph::cli {

namespace {

constexpr const char* kDescription =
    "List the built-in tokenizers\n\n"
    "Their names, sizes and licences, and where their images lie. The exit status is 1 if one is missing.";

constexpr const char* kExamples =
    R"(Examples:
  polyglyph list
  polyglyph list --format json | jq -r '.[].name')";

// What the images do not say of themselves.
struct About {
  std::string_view name, licence, description;
};
constexpr About kAbout[] = {
    {"qwen3", "Apache-2.0", "Qwen3 by Alibaba Cloud"},
    {"deepseek-v3", "MIT", "DeepSeek-V3 and R1"},
    {"o200k", "MIT", "OpenAI, GPT-4o and later"},
    {"cl100k", "MIT", "OpenAI, GPT-4 and GPT-3.5"},
    {"gpt-oss", "Apache-2.0", "OpenAI, gpt-oss-20b and -120b"},
};

enum class Format { table, json };

struct Builtin {
  std::string name, licence, description;
  std::size_t vocab_size = 0, image_bytes = 0;
  std::string image;    // its path
  std::string problem;  // not empty: cannot be opened, and why
};

Builtin look_up(const std::string& name) {
  Builtin builtin;
  builtin.name = name;
  const auto* about =
      std::find_if(std::begin(kAbout), std::end(kAbout), [&](auto& a) { return a.name == name; });
  if (about != std::end(kAbout)) {
    builtin.licence = about->licence;
    builtin.description = about->description;
  }
  try {
    builtin.image = Tokenizer::builtin_image(name).string();
    Description description = Tokenizer::builtin(name).description();
    builtin.vocab_size = description.vocab_size;
    builtin.image_bytes = description.image_bytes;
  } catch (const Error& error) {
    builtin.problem = error.what();
  }
  return builtin;
}

void print_table(Output& out, const std::vector<Builtin>& builtins) {
  Table table;
  table.columns = {{"name"}, {"entries", true}, {"licence"}, {"for"}, {"image", false, true}};
  for (const Builtin& builtin : builtins) {
    bool found = builtin.problem.empty();
    table.rows.push_back({builtin.name, found ? grouped(builtin.vocab_size) : "", builtin.licence,
                          builtin.description, found ? printable(builtin.image) : "missing"});
  }
  table.color = use_color(STDOUT_FILENO, When::automatic);
  table.print(out);
}

void print_json(Output& out, const std::vector<Builtin>& builtins) {
  out.write("[");
  for (const Builtin& builtin : builtins) {
    out.print("{}\n  {{\"name\": {}, \"licence\": {}, \"description\": {}, ",
              &builtin == &builtins.front() ? "" : ",", json_string(builtin.name),
              json_string(builtin.licence), json_string(builtin.description));
    if (builtin.problem.empty()) {
      out.print("\"vocab_size\": {}, \"image_bytes\": {}, {}}}", builtin.vocab_size, builtin.image_bytes,
                json_member("image", builtin.image));
    } else {
      out.print("\"vocab_size\": null, \"image_bytes\": null, \"image\": null}}");
    }
  }
  out.write("\n]\n");
}

int run(Format format) {
  std::vector<Builtin> builtins;
  int status = kSuccess;
  for (const std::string& name : Tokenizer::builtins()) {
    builtins.push_back(look_up(name));
    if (builtins.back().problem.empty()) continue;
    report(builtins.back().problem);
    status = kFailedInput;
  }
  format == Format::json ? print_json(standard_output(), builtins) : print_table(standard_output(), builtins);
  return status;
}

}  // namespace

Command add_list(CLI::App& root) {
  auto format = std::make_shared<Format>(Format::table);
  CLI::App* app = root.add_subcommand("list", kDescription);
  app->footer(kExamples);
  add_choice(*app, "--format", *format, {{"table", Format::table}, {"json", Format::json}},
             "A table for people, or JSON for programs");
  return {app, [format] { return run(*format); }};
}

}  // namespace polyglyph::cli
