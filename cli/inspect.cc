// polyglyph inspect: what a tokenizer is made of.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/display.h"
#include "cli/json_text.h"
#include "cli/output.h"
#include "cli/table.h"
#include "cli/tokenizers.h"
#include "cli/trace.h"
#include "polyglyph/description.h"

namespace polyglyph::cli {

namespace {

constexpr const char* kDescription =
    "Show what a tokenizer is made of\n\n"
    "Its kind, sizes, normalizer, splitter, Unicode versions, and its control tokens: those that\n"
    "--special-tokens decides over.";

constexpr const char* kExamples =
    R"(Examples:
  polyglyph inspect                                     the built-in qwen3
  polyglyph inspect path/to/tokenizer.json
  polyglyph inspect llama2/ --text "Héllo  world"       what each stage makes of a text
  polyglyph inspect deepseek-v3 --format json | jq .control_tokens)";

enum class Format { text, json };

struct Arguments {
  std::vector<std::string> name;
  TokenizerChoice tokenizer;
  Format format = Format::text;
  std::string sample;
  CLI::Option* text = nullptr;  // --text, under which a sample is shown instead of the tokenizer
  EncodeOptions encode;
};

// One line of the description. A text that is empty says `absent` to people.
struct Field {
  const char* label;
  const char* key;
  std::variant<std::string, std::size_t> value;
  const char* absent = "none";
};

std::vector<Field> fields_of(const Description& d) {
  return {
      {"name", "name", d.name},
      {"format", "format", d.format},
      {"model", "model", d.model},
      {"reference", "reference", d.reference},
      {"normalizer", "normalizer", d.normalizer},
      {"splitter", "splitter", d.splitter},
      {"scanner", "scanner", d.scanner},
      {"encoder", "encoder", d.encoder},
      {"Unicode, classes", "class_unicode_version", d.class_unicode_version, "not used"},
      {"Unicode, normal forms", "normal_unicode_version", d.normal_unicode_version, "not used"},
      {"put before a text", "prefix", d.prefix, "nothing"},
      {"put after a text", "suffix", d.suffix, "nothing"},
      {"truncation", "truncation", d.truncation, "none"},
      {"padding", "padding", d.padding, "none"},
      {"vocabulary size", "vocab_size", d.vocab_size},
      {"model entries", "model_entries", d.model_entries},
      {"merges", "merges", d.merges},
      {"unreachable entries", "unreachable", d.unreachable},
      {"image bytes", "image_bytes", d.image_bytes},
      {"fingerprint", "fingerprint", d.fingerprint},
      {"added tokens", "added_token_count", d.added_tokens},
      {"control tokens", "control_token_count", d.control_tokens},
  };
}

// The text with every run of digits replaced, to see that <|reserved_1|> and <|reserved_2|> are of one kind.
std::string without_numbers(std::string_view text) {
  std::string kind;
  for (char c : text) {
    bool digit = c >= '0' && c <= '9';
    if (!digit) kind += c;
    if (digit && !kind.ends_with('\0')) kind += '\0';
  }
  return kind;
}

// Control tokens a line each; long runs that differ by a number alone are one line.
void print_control_tokens(Output& out, const std::vector<AddedToken>& tokens) {
  constexpr std::size_t kLongRun = 5;
  std::vector<const AddedToken*> control;
  for (const AddedToken& token : tokens) {
    if (token.control) control.push_back(&token);
  }
  std::vector<std::pair<std::string, std::string>> lines;
  std::size_t widest = 0;
  for (std::size_t i = 0; i < control.size();) {
    std::string kind = without_numbers(control[i]->content);
    std::size_t end = i + 1;
    while (end < control.size() && control[end]->id == control[end - 1]->id + 1 &&
           without_numbers(control[end]->content) == kind) {
      ++end;
    }
    if (end - i < kLongRun) end = i + 1;
    std::string ids = std::to_string(control[i]->id), names = printable(control[i]->content);
    if (end - i > 1) {
      ids += "–" + std::to_string(control[end - 1]->id);
      names += " … " + printable(control[end - 1]->content);
    }
    widest = std::max(widest, display_width(ids));
    lines.emplace_back(std::move(ids), std::move(names));
    i = end;
  }
  for (const auto& [ids, names] : lines) {
    out.print("  {}{}  {}\n", std::string(widest - display_width(ids), ' '), ids, names);
  }
}

void print_text(Output& out, const Tokenizer& tokenizer) {
  std::vector<Field> fields = fields_of(tokenizer.description());
  std::size_t widest = 0;
  for (const Field& field : fields) widest = std::max(widest, std::string_view(field.label).size());
  for (const Field& field : fields) {
    std::string value;
    if (const auto* number = std::get_if<std::size_t>(&field.value)) {
      value = grouped(*number);
    } else {
      value = printable(std::get<std::string>(field.value));
      if (value.empty()) value = field.absent;
    }
    out.print("{:<{}}  {}\n", field.label, widest, value);
  }
  print_control_tokens(out, tokenizer.vocab().added_tokens());
}

void print_json(Output& out, const Tokenizer& tokenizer) {
  out.write("{\n");
  for (const Field& field : fields_of(tokenizer.description())) {
    const auto* number = std::get_if<std::size_t>(&field.value);
    out.print("  \"{}\": {},\n", field.key,
              number != nullptr ? std::to_string(*number) : json_string(std::get<std::string>(field.value)));
  }
  auto print_tokens = [&](const char* key, bool control, const char* after) {
    out.print("  \"{}\": [", key);
    bool first = true;
    for (const AddedToken& token : tokenizer.vocab().added_tokens()) {
      if (token.control != control) continue;
      out.print("{}\n    {{\"id\": {}, {}, \"special\": {}}}", first ? "" : ",", token.id,
                json_member("content", token.content), token.special);
      first = false;
    }
    out.print("{}]{}\n", first ? "" : "\n  ", after);
  };
  print_tokens("control_tokens", true, ",");
  print_tokens("other_added_tokens", false, "");
  out.write("}\n");
}

int run(Arguments arguments) {
  if (!arguments.name.empty()) arguments.tokenizer.names = arguments.name;
  Tokenizer tokenizer = load_tokenizer(arguments.tokenizer).tokenizer;
  if (arguments.text->count() > 0) {
    const Trace trace = tokenizer.trace(arguments.sample, arguments.encode);
    if (arguments.format == Format::json)
      print_trace_json(standard_output(), tokenizer, trace);
    else
      print_trace(standard_output(), tokenizer, arguments.sample, trace);
  } else if (arguments.format == Format::json) {
    print_json(standard_output(), tokenizer);
  } else {
    print_text(standard_output(), tokenizer);
  }
  return kSuccess;
}

}  // namespace

Command add_inspect(CLI::App& root) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* app = root.add_subcommand("inspect", kDescription);
  app->footer(kExamples);
  CLI::Option* name = add_words(*app, "NAME", arguments->name, "The tokenizer; the same as --tokenizer");
  name->type_name("NAME");
  add_tokenizer_options(*app, arguments->tokenizer, false);
  name->excludes(app->get_option("--tokenizer"));
  add_choice(*app, "--format", arguments->format, {{"text", Format::text}, {"json", Format::json}},
             "Lines for people, or JSON for programs");
  arguments->text = add_word(*app, "--text", arguments->sample,
                             "Show what each stage makes of this text, and nothing else");
  add_encode_options(*app, arguments->encode);
  return {app, [arguments] { return run(*arguments); }};
}

}  // namespace polyglyph::cli
