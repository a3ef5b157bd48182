// polyglyph add, prune, extend and unreachable: vocabularies changed, and where each id went.

#include <algorithm>
#include <charconv>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/display.h"
#include "cli/id_map.h"
#include "cli/input.h"
#include "cli/json_text.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "cli/tokenizers.h"
#include "cli/walk.h"
#include "polyglyph/error.h"
#include "polyglyph/surgery.h"

namespace polyglyph::cli {

namespace {

// What the three commands that write a tokenizer share.
struct Result {
  TokenizerChoice tokenizer;
  std::string name;
  std::string output;
  std::string map;

  Tokenizer load(const std::string& which) {
    tokenizer.names = {which};
    return load_tokenizer(tokenizer).tokenizer;
  }

  void check() const {
    if (!map.empty()) check_id_map_name(map);
  }

  void write(const Tokenizer& before, const Surgery& surgery) const {
    surgery.tokenizer.save(output);
    if (!map.empty()) write_id_map(map, surgery.new_ids);
    const std::size_t old_size = before.vocab().size(), new_size = surgery.tokenizer.vocab().size();
    standard_output().print("{}: {} ids, {} before\n", printable(output), grouped(new_size),
                            grouped(old_size));
  }
};

void add_result_options(CLI::App& app, Result& result) {
  add_word(app, "NAME", result.name, "The tokenizer: a name or a path")->type_name("NAME")->required();
  add_word(app, "-o,--output", result.output, "The file to write: .pgv or .json")
      ->type_name("FILE")
      ->required();
  add_word(
      app, "-m,--map", result.map,
      "Also write where each old id went, for the rows of an embedding matrix: .npy (an array of int64 by "
      "old id), .json or .tsv; -1 (null in JSON) for what is gone")
      ->type_name("FILE");
  add_pattern_option(app, result.tokenizer);
}

// add

constexpr const char* kAddDescription =
    "Add tokens to a vocabulary\n\n"
    "Each is found in text before anything is split. A token that the vocabulary has as an ordinary\n"
    "entry keeps that entry's id; others get the next free ids, in the order given. No other id changes.";

constexpr const char* kAddExamples =
    R"(Examples:
  polyglyph add qwen3 '<|tool|>' '<|end_tool|>' --special -o mine.pgv
  polyglyph add tokenizer.json -o mine.pgv -- hello-world --flag)";

struct AddArguments : Result {
  std::vector<std::string> tokens;
  AddedToken kind;
};

int run_add(AddArguments arguments) {
  arguments.check();
  if (arguments.tokens.empty())
    throw Error(ErrorCode::invalid_argument, "add: no token to add; name one or more");
  const Tokenizer before = arguments.load(arguments.name);
  std::vector<AddedToken> tokens;
  for (const std::string& content : arguments.tokens) {
    tokens.push_back(arguments.kind);
    tokens.back().content = content;
  }
  arguments.write(before, add_tokens(before, tokens));
  return kSuccess;
}

// prune

constexpr const char* kPruneDescription =
    "Reduce a vocabulary to the tokens that texts use\n\n"
    "Keeps the tokens of the files given, or of a list of ids, and what has to stay: added tokens, what\n"
    "stands in for unknown text, in byte-level vocabularies all bytes, and the tokens that kept ones are\n"
    "merged from. Ids are closed up. The texts are encoded to the same tokens as before.";

constexpr const char* kPruneExamples =
    R"(Examples:
  polyglyph prune qwen3 corpus/ -o smaller.pgv --map rows.npy
  polyglyph prune qwen3 corpus/ --at-least 10 -o smaller.pgv    tokens that occur ten times or more
  polyglyph prune qwen3 --ids keep.txt -o smaller.pgv           ids, with white space between them)";

struct PruneArguments : Result {
  std::vector<std::string> paths;
  std::string ids;
  std::uint64_t at_least = 1;
};

std::vector<TokenId> read_ids(const std::string& path) {
  const std::string text = read_all(path);
  std::vector<TokenId> ids;
  for (const char *p = text.data(), *const end = p + text.size(); p != end;) {
    if (std::string_view(" \t\r\n,").find(*p) != std::string_view::npos) {
      ++p;
      continue;
    }
    TokenId id = 0;
    const auto [after, problem] = std::from_chars(p, end, id);
    if (problem != std::errc()) {
      throw Error(ErrorCode::malformed, "a list of ids holds numbers alone; remove what else is there",
                  fmt::format("{}: byte {}", path, p - text.data()));
    }
    ids.push_back(id);
    p = after;
  }
  return ids;
}

// The tokens of the files; what cannot be read is reported and makes the status a failure.
std::vector<TokenId> used_ids(const PruneArguments& arguments, const Tokenizer& tokenizer, int& status) {
  std::vector<std::uint64_t> counts(tokenizer.vocab().size());
  const std::vector<FoundFile> files = find_files(arguments.paths, {});
  std::uint64_t total = 0, done = 0;
  for (const FoundFile& file : files) total += file.size.value_or(0);
  Progress progress(total);
  std::vector<char> buffer(std::size_t{1} << 20);
  for (const FoundFile& file : files) {
    try {
      if (!file.problem.empty()) throw Error(ErrorCode::io, file.problem, file.path);
      Input input(file.path);
      EncodeStream stream = tokenizer.encode_stream();
      std::vector<TokenId> ids;
      for (std::size_t size; (size = input.read(buffer)) > 0; ids.clear()) {
        stream.feed({buffer.data(), size}, ids);
        for (const TokenId id : ids) ++counts[id];
        progress.update(done += size);
      }
      stream.finish(ids);
      for (const TokenId id : ids) ++counts[id];
    } catch (const Error& error) {
      report(error.what());
      status = kFailedInput;
    }
  }
  std::vector<TokenId> used;
  for (TokenId id = 0; id < counts.size(); ++id) {
    if (counts[id] >= std::max<std::uint64_t>(1, arguments.at_least)) used.push_back(id);
  }
  return used;
}

int run_prune(PruneArguments arguments) {
  arguments.check();
  if (arguments.paths.empty() == arguments.ids.empty()) {
    throw Error(ErrorCode::invalid_argument,
                "prune: name files and directories whose tokens are kept, or a list of them with --ids");
  }
  const Tokenizer before = arguments.load(arguments.name);
  int status = kSuccess;
  const std::vector<TokenId> keep =
      arguments.ids.empty() ? used_ids(arguments, before, status) : read_ids(arguments.ids);
  arguments.write(before, prune(before, keep));
  return status;
}

// extend

constexpr const char* kExtendDescription =
    "Extend a vocabulary with the tokens of another\n\n"
    "Entries and merges that the first one lacks are put behind its own. Its ids stay, and its own\n"
    "merges go first. Both must be of one kind.";

constexpr const char* kExtendExamples =
    R"(Example:
  polyglyph extend qwen3 trained/tokenizer.json -o both.pgv)";

struct ExtendArguments : Result {
  std::string other;
};

int run_extend(ExtendArguments arguments) {
  arguments.check();
  const Tokenizer before = arguments.load(arguments.name), other = arguments.load(arguments.other);
  arguments.write(before, extend(before, other));
  return kSuccess;
}

// unreachable

constexpr const char* kUnreachableDescription =
    "List the tokens that no text is ever encoded to\n\n"
    "Their rows of the embedding matrix are never used. Added tokens are not among them.";

constexpr const char* kUnreachableExamples =
    R"(Examples:
  polyglyph unreachable deepseek-v3
  polyglyph unreachable tokenizer.json --format tsv | cut -f1)";

enum class ListFormat { text, json, tsv };

struct UnreachableArguments {
  TokenizerChoice tokenizer;
  std::string name;
  ListFormat format = ListFormat::text;
};

int run_unreachable(UnreachableArguments arguments) {
  arguments.tokenizer.names = {arguments.name};
  const Tokenizer tokenizer = load_tokenizer(arguments.tokenizer).tokenizer;
  const std::vector<UnreachableToken> tokens = unreachable_tokens(tokenizer);
  Output& out = standard_output();
  if (arguments.format == ListFormat::json) out.write("[");
  if (arguments.format == ListFormat::tsv) out.write("id\ttoken\treason\n");
  for (const UnreachableToken& token : tokens) {
    const std::string name = tokenizer.vocab().token_name(token.id);
    if (arguments.format == ListFormat::json) {
      out.print("{}\n  {{\"id\": {}, {}, \"reason\": {}}}", &token == tokens.data() ? "" : ",", token.id,
                json_member("token", name), json_string(token.reason));
    } else if (arguments.format == ListFormat::tsv) {
      out.print("{}\t{}\t{}\n", token.id, printable(name), printable(token.reason));
    } else {
      out.print("{:>8}  \"{}\": {}\n", token.id, printable(name), printable(token.reason));
    }
  }
  if (arguments.format == ListFormat::json) out.write(tokens.empty() ? "]\n" : "\n]\n");
  if (arguments.format == ListFormat::text) {
    const Description description = tokenizer.description();
    out.print("{} of {} entries\n", grouped(tokens.size()), grouped(description.model_entries));
  }
  return kSuccess;
}

}  // namespace

Command add_add(CLI::App& root) {
  auto arguments = std::make_shared<AddArguments>();
  CLI::App* app = root.add_subcommand("add", kAddDescription);
  app->footer(kAddExamples);
  add_result_options(*app, *arguments);
  add_words(*app, "TOKEN", arguments->tokens, "The tokens; put -- before those that begin with a dash");
  app->add_flag("--special", arguments->kind.special, "Mark them as special: decoding can leave them out");
  app->add_flag("--single-word", arguments->kind.single_word,
                "Find them between characters that are no part of a word");
  app->add_flag("--normalized", arguments->kind.normalized, "Find them in the normalized text");
  app->add_flag("--lstrip", arguments->kind.lstrip, "Take the white space before them along");
  app->add_flag("--rstrip", arguments->kind.rstrip, "Take the white space after them along");
  return {app, [arguments] { return run_add(*arguments); }};
}

Command add_prune(CLI::App& root) {
  auto arguments = std::make_shared<PruneArguments>();
  CLI::App* app = root.add_subcommand("prune", kPruneDescription);
  app->footer(kPruneExamples);
  add_result_options(*app, *arguments);
  add_words(*app, "PATH", arguments->paths,
            "Files and directories whose tokens are kept; - for standard input")
      ->type_name("PATH");
  add_word(*app, "--ids", arguments->ids, "Keep the ids that this file lists instead")->type_name("FILE");
  app->add_option("--at-least", arguments->at_least, "Keep tokens that occur at least so many times")
      ->type_name("N");
  return {app, [arguments] { return run_prune(*arguments); }};
}

Command add_extend(CLI::App& root) {
  auto arguments = std::make_shared<ExtendArguments>();
  CLI::App* app = root.add_subcommand("extend", kExtendDescription);
  app->footer(kExtendExamples);
  add_result_options(*app, *arguments);
  add_word(*app, "OTHER", arguments->other, "The one whose tokens are taken over")
      ->type_name("NAME")
      ->required();
  return {app, [arguments] { return run_extend(*arguments); }};
}

Command add_unreachable(CLI::App& root) {
  auto arguments = std::make_shared<UnreachableArguments>();
  CLI::App* app = root.add_subcommand("unreachable", kUnreachableDescription);
  app->footer(kUnreachableExamples);
  add_word(*app, "NAME", arguments->name, "The tokenizer: a name or a path")->type_name("NAME")->required();
  add_pattern_option(*app, arguments->tokenizer);
  add_choice(*app, "--format", arguments->format,
             {{"text", ListFormat::text}, {"json", ListFormat::json}, {"tsv", ListFormat::tsv}},
             "Lines for people, or JSON or TSV for programs");
  return {app, [arguments] { return run_unreachable(*arguments); }};
}

}  // namespace polyglyph::cli
