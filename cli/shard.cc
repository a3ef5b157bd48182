// polyglyph shard: files of text into files of token ids, for training.

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/display.h"
#include "cli/output.h"
#include "cli/pack_options.h"
#include "cli/progress.h"
#include "cli/shard_python.h"
#include "cli/table.h"
#include "cli/tokenizers.h"
#include "cli/walk.h"
#include "polyglyph/error.h"
#include "polyglyph/shard.h"
#include "polyglyph/vocab.h"

namespace polyglyph::cli {

namespace {

constexpr const char* kDescription =
    "Turn files of text into files of token ids, for training\n\n"
    "Reads JSON lines and text, plain or compressed by gzip or Zstandard, and Parquet; directories with\n"
    "everything below them. Writes shards of about as many tokens as --shard-tokens says and, last of all,\n"
    "manifest.json, which says what they were made of. Ended in any way, the same command takes the work up\n"
    "behind the last whole shard; finished, it checks the inputs and writes nothing. The same bytes come "
    "out\n"
    "whatever the number of jobs. arrow, parquet and inputs in .parquet are read and written by the Python\n"
    "package: pip install 'polyglyph[arrow]'.";

constexpr const char* kExamples =
    R"(Examples:
  polyglyph shard corpus/*.jsonl.zst --output shards --end '<|endoftext|>'
  polyglyph shard corpus/ -o shards --pack 131072 --jobs 8
  polyglyph shard a.jsonl --field body --format npy -o out --bad-rows skip
  polyglyph shard a.parquet --format parquet --pack 8192 -o out)";

struct Arguments {
  std::vector<std::string> paths;
  TokenizerChoice tokenizer;
  std::string output, end, format = "megatron";
  std::optional<std::int64_t> pack;
  PackArguments packing;
  ShardOptions shard;
};

TokenId end_token(const Tokenizer& tokenizer, const std::string& token) {
  if (const auto id = tokenizer.vocab().find(token)) return *id;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("the tokenizer has no token '{}'; 'polyglyph inspect' shows those that end a text",
                          printable(token)),
              "--end");
}

// A folder that is read whole may hold the shards.
bool lies_in(const std::string& path, const std::string& folder) {
  std::error_code error;
  const std::filesystem::path outer = std::filesystem::weakly_canonical(folder, error);
  const std::filesystem::path inner = std::filesystem::weakly_canonical(path, error);
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

bool ends_in_parquet(std::string path) {
  for (char& c : path) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return path.ends_with(".parquet");
}

void print_summary(const ShardSummary& summary) {
  Output& out = standard_output();
  const auto row = [&](const std::string& name, std::uint64_t number, bool always = false) {
    if (always || number != 0) out.print("{:<24}{:>16}\n", name, grouped(number));
  };
  row("documents", summary.documents, true);
  row("  of no tokens", summary.empty_documents);
  row("  rows left out", summary.skipped_rows);
  row("tokens", summary.tokens, true);
  if (const auto& pack = summary.pack) {
    row("  cut off", static_cast<std::uint64_t>(pack->truncated_tokens));
    row("  dropped", static_cast<std::uint64_t>(pack->dropped_tokens));
    row("documents split", static_cast<std::uint64_t>(pack->split_documents));
    row("bins", static_cast<std::uint64_t>(pack->bins), true);
    out.print("{:<24}{:>14.2f} %\n", "fill", 100 * pack->fill);
  }
  row("shards", summary.shards, true);
  row("  made before", summary.shards_before);
}

int run(Arguments arguments) {
  const Tokenizer tokenizer = load_tokenizer(arguments.tokenizer).tokenizer;
  ShardOptions& options = arguments.shard;
  if (!arguments.end.empty()) options.end = end_token(tokenizer, arguments.end);
  if (arguments.pack) {
    options.pack = arguments.packing.options();
    options.pack->capacity = *arguments.pack;
  } else if (arguments.packing.given()) {
    throw Error(ErrorCode::invalid_argument,
                "shard: options for packing go with --pack N; see 'polyglyph shard --help'");
  }

  std::vector<std::string> paths;
  std::uint64_t total = 0;
  WalkOptions everything;
  everything.gitignore = false;
  everything.follow = true;
  for (const FoundFile& file : find_files(arguments.paths, everything)) {
    if (file.path == "-")
      throw Error(ErrorCode::invalid_argument,
                  "shard: standard input cannot be read again when a run is taken up; name files");
    if (!file.problem.empty()) throw Error(ErrorCode::io, file.problem + "; check the path", file.path);
    const bool named = std::ranges::find(arguments.paths, file.path) != arguments.paths.end();
    if (!named && lies_in(file.path, arguments.output)) continue;
    paths.push_back(file.path);
    total += file.size.value_or(0);
  }

  Progress progress(total);
  options.progress = [&](const ShardProgress& at) {
    progress.update(at.bytes, at.checking ? "checking what is there"
                                          : fmt::format("{} tokens, {} shard{}", grouped(at.tokens),
                                                        grouped(at.shards), at.shards == 1 ? "" : "s"));
  };
  options.skipped = [](const std::string& where, const std::string& why) {
    report("left out: " + where + ": " + why);
  };
  const bool through_python = arguments.format == "arrow" || arguments.format == "parquet" ||
                              std::any_of(paths.begin(), paths.end(), ends_in_parquet);
  ShardSummary summary;
  if (through_python) {
    summary = shard_through_python(arguments.tokenizer, paths, arguments.output, arguments.format, options);
  } else {
    options.format = arguments.format == "npy" ? npy_format(tokenizer, options.pack.has_value())
                                               : megatron_format(tokenizer);
    std::vector<ShardInput> inputs;
    for (const std::string& path : paths) inputs.push_back({path});
    summary = shard(tokenizer, inputs, arguments.output, options);
  }
  progress.clear();
  print_summary(summary);
  return kSuccess;
}

}  // namespace

Command add_shard(CLI::App& root) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* app = root.add_subcommand("shard", kDescription);
  app->footer(kExamples);
  add_words(*app, "INPUT", arguments->paths, "Files and directories")->type_name("PATH")->required();
  add_word(*app, "-o,--output", arguments->output, "The folder for the shards")->type_name("DIR")->required();
  add_tokenizer_options(*app, arguments->tokenizer, false);
  add_encode_options(*app, arguments->shard.encode);
  add_choice(*app, "--format", arguments->format,
             {{"megatron", std::string("megatron")},
              {"npy", std::string("npy")},
              {"arrow", std::string("arrow")},
              {"parquet", std::string("parquet")}},
             "megatron: .bin and .idx; npy: arrays for numpy; arrow and parquet: a column input_ids");
  add_token_count(*app, "--shard-tokens", arguments->shard.shard_tokens, 1,
                  "A shard ends behind the document that reaches so many tokens")
      ->capture_default_str();
  add_choice(
      *app, "--rows", arguments->shard.rows,
      {{"automatic", ShardRows::automatic},
       {"jsonl", ShardRows::jsonl},
       {"lines", ShardRows::lines},
       {"text", ShardRows::text}},
      "What a file holds: a JSON object a line (what automatic takes .jsonl, .ndjson and .json for), a "
      "document a line, or one document");
  add_word(*app, "--field", arguments->shard.field,
           "The member of JSON objects, or the column of Parquet, that is the text")
      ->type_name("NAME")
      ->default_str("text");
  add_word(*app, "--end", arguments->end, "A token to put behind each document, '<|endoftext|>' say")
      ->type_name("TOKEN");
  add_choice(*app, "--bad-rows", arguments->shard.bad_rows,
             {{"error", BadRows::error}, {"skip", BadRows::skip}},
             "Rows that are not JSON, or have no text: end there, or leave them out and say so");
  app->add_option("-j,--jobs", arguments->shard.jobs, "Threads that encode (default: one a processor)")
      ->type_name("N")
      ->check(CLI::Range(1u, 1024u).description(""));
  add_token_count(*app, "-p,--pack", arguments->pack, 1,
                  "Lay documents into bins of so many tokens; see 'polyglyph pack'");
  add_pack_options(*app, arguments->packing);
  return {app, [arguments] { return run(*arguments); }};
}

}  // namespace polyglyph::cli
