// polyglyph verify: do two tokenizers give the same ids, and where do they part if not?

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/display.h"
#include "cli/input.h"
#include "cli/json_text.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "cli/tokenizers.h"
#include "cli/walk.h"
#include "polyglyph/error.h"
#include "polyglyph/verify.h"

namespace polyglyph::cli {

namespace {

constexpr const char* kDescription =
    "Check that two tokenizers give the same ids\n\n"
    "Compares the ids of the files given, else of a built-in set of texts: every assigned character\n"
    "in context, the places where tokenizers are known to part, and all tokens of both. The first\n"
    "difference is shown on the smallest text that shows it, with the stage that causes it. The exit\n"
    "status is 0 when all ids are the same and 1 when not.";

constexpr const char* kExamples =
    R"(Examples:
  polyglyph verify tokenizer.json converted.pgv
  polyglyph verify qwen3 model.gguf corpus/             the ids of the files below corpus/
  polyglyph verify qwen3 qwen.tiktoken                  what a format leaves out
  polyglyph verify a.json b.json --special-tokens parse --format json)";

enum class Format { text, json };

struct Arguments {
  std::string left, right;
  std::vector<std::string> paths;
  TokenizerChoice tokenizers;
  EncodeOptions encode;
  Format format = Format::text;
};

// A text to compare, read when its turn comes.
struct Sample {
  std::string path;  // empty: `text` is the text
  std::string text;
};

struct Outcome {
  std::size_t texts = 0;
  std::size_t bytes = 0;
  std::optional<Difference> difference;
  std::string path;  // the file of the difference
  int status = kSuccess;
};

std::vector<Sample> samples_of(const Arguments& arguments, const Tokenizer& left, const Tokenizer& right) {
  std::vector<Sample> samples;
  if (!arguments.paths.empty()) {
    for (FoundFile& file : find_files(arguments.paths, {})) samples.push_back({std::move(file.path), {}});
  } else {
    for (std::string& text : probe_texts(left, right)) samples.push_back({{}, std::move(text)});
  }
  return samples;
}

Outcome compare(const Tokenizer& left, const Tokenizer& right, std::vector<Sample> samples,
                const EncodeOptions& options) {
  Outcome outcome;
  Progress progress(0);
  for (Sample& sample : samples) {
    if (!sample.path.empty()) {
      try {
        sample.text = read_all(sample.path);
      } catch (const Error& error) {
        report(error.what());
        outcome.status = kFailedInput;
        continue;
      }
    }
    outcome.difference = find_difference(left, right, sample.text, options);
    ++outcome.texts;
    progress.update(outcome.bytes += sample.text.size());
    if (outcome.difference) {
      outcome.path = sample.path;
      outcome.status = kFailedInput;
      return outcome;
    }
    sample.text = {};
  }
  return outcome;
}

std::string list_of(const std::vector<TokenId>& ids) {
  std::string out;
  for (const TokenId id : ids) out += (out.empty() ? "" : ", ") + std::to_string(id);
  return "[" + out + "]";
}

std::string character_in_words(const Difference& d) {
  const std::string age = d.age.empty()    ? "not assigned"
                          : d.age == "5.0" ? "Unicode 5.0 or before"
                                           : "Unicode " + d.age;
  return fmt::format("U+{:04X} ({}, {})", static_cast<std::uint32_t>(d.code_point), d.category, age);
}

void print_text(Output& out, const NamedTokenizer& left, const NamedTokenizer& right,
                const Outcome& outcome) {
  if (!outcome.difference) {
    if (outcome.texts > 0)
      out.print("the same ids on {} text{}, {} bytes\n", grouped(outcome.texts),
                outcome.texts == 1 ? "" : "s", grouped(outcome.bytes));
    return;
  }
  const Difference& d = *outcome.difference;
  out.print("different{}\n", outcome.path.empty() ? "" : " in " + printable(outcome.path));
  out.print("text       \"{}\"\n", printable(d.text));
  out.print("left ids   {}  {}\n", list_of(d.left), printable(left.name));
  out.print("right ids  {}  {}\n", list_of(d.right), printable(right.name));
  out.print("stage      {}: {}\n", to_string(d.stage), printable(d.explanation));
  out.print("character  {}\n", character_in_words(d));
}

void print_json(Output& out, const Outcome& outcome) {
  out.print("{{\n  \"same\": {},\n  \"texts\": {},\n  \"bytes\": {}", !outcome.difference, outcome.texts,
            outcome.bytes);
  if (const auto& d = outcome.difference) {
    out.print(",\n  {},\n  {},\n  \"left\": {},\n  \"right\": {},\n",
              outcome.path.empty() ? "\"path\": null" : json_member("path", outcome.path),
              json_member("text", d->text), list_of(d->left), list_of(d->right));
    out.print("  \"stage\": \"{}\",\n  \"explanation\": {},\n", to_string(d->stage),
              json_string(d->explanation));
    out.print("  \"code_point\": {},\n  \"category\": \"{}\",\n  \"age\": {}",
              static_cast<std::uint32_t>(d->code_point), d->category,
              d->age.empty() ? "null" : "\"" + d->age + "\"");
  }
  out.write("\n}\n");
}

int run(Arguments arguments) {
  const auto load = [&](const std::string& name) {
    arguments.tokenizers.names = {name};
    return load_tokenizer(arguments.tokenizers);
  };
  const NamedTokenizer left = load(arguments.left), right = load(arguments.right);
  const Outcome outcome = compare(left.tokenizer, right.tokenizer,
                                  samples_of(arguments, left.tokenizer, right.tokenizer), arguments.encode);
  if (arguments.format == Format::json) {
    print_json(standard_output(), outcome);
  } else {
    print_text(standard_output(), left, right, outcome);
  }
  return outcome.status;
}

}  // namespace

Command add_verify(CLI::App& root) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* app = root.add_subcommand("verify", kDescription);
  app->footer(kExamples);
  add_word(*app, "LEFT", arguments->left, "A tokenizer: a name or a path")->type_name("NAME")->required();
  add_word(*app, "RIGHT", arguments->right, "The one it is compared with")->type_name("NAME")->required();
  add_words(*app, "PATH", arguments->paths,
            "Files and directories whose text is compared; - for standard input")
      ->type_name("PATH");
  add_pattern_option(*app, arguments->tokenizers);
  add_encode_options(*app, arguments->encode);
  add_choice(*app, "--format", arguments->format, {{"text", Format::text}, {"json", Format::json}},
             "Lines for people, or JSON for programs");
  return {app, [arguments] { return run(*arguments); }};
}

}  // namespace polyglyph::cli
