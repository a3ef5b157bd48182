// The arguments go to `python3 -m polyglyph._shard_command` as they are, the options as JSON. What it has to
// say comes back line by line, fields between tabs: "progress", "skipped", and at last "done" or "error".
#include "cli/shard_python.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>

#include "cli/json_text.h"
#include "polyglyph/error.h"

extern char** environ;

namespace polyglyph::cli {
namespace {

// The one beside this command, as in a virtual environment, or the one that the shell would find.
std::string python() {
  if (const char* named = std::getenv("POLYGLYPH_PYTHON")) return named;
  std::error_code error;
  const auto beside = std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "python3";
  return !error && std::filesystem::exists(beside) ? beside.string() : "python3";
}

template <class Enum, std::size_t N>
std::string word(Enum value, const char* const (&words)[N]) {
  return json_string(words[static_cast<std::size_t>(value)]);
}

std::string options_json(const TokenizerChoice& tokenizer, const std::string& format,
                         const ShardOptions& options) {
  std::string json = fmt::format(
      "{{\"format\": {}, \"shard_tokens\": {}, \"rows\": {}, \"field\": {}, \"end\": {}, \"special_tokens\": "
      "{}, "
      "\"add_special_tokens\": {}, \"bad_rows\": {}, \"jobs\": {}, \"pattern\": {}",
      json_string(format), options.shard_tokens, word(options.rows, {"automatic", "jsonl", "lines", "text"}),
      json_string(options.field), options.end ? std::to_string(*options.end) : "null",
      word(options.encode.special_tokens, {"text", "parse", "reject"}), options.encode.add_special_tokens,
      word(options.bad_rows, {"error", "skip"}), options.jobs,
      tokenizer.pattern.empty() ? "null" : json_string(tokenizer.pattern));
  if (const auto& pack = options.pack) {
    json += fmt::format(
        ", \"pack\": {}, \"strategy\": {}, \"overlong\": {}, \"max_documents\": {}, \"pad_each_to\": {}, "
        "\"seed\": {}",
        pack->capacity, word(pack->strategy, {"best_fit", "first_fit", "sequential", "concat"}),
        word(pack->overlong, {"split", "truncate", "drop", "error"}), pack->max_documents, pack->pad_each_to,
        pack->seed ? std::to_string(*pack->seed) : "null");
  }
  return json + "}";
}

class Process {
 public:
  explicit Process(std::vector<std::string> arguments) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw Error(ErrorCode::io, std::strerror(errno));
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    const int error = ::posix_spawnp(&process_, pointers[0], &actions, nullptr, pointers.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    output_ = ends[0];
    if (error != 0) {
      ::close(output_);
      throw Error(ErrorCode::unsupported,
                  fmt::format("cannot be started ({}); arrow and parquet need Python and 'polyglyph[arrow]'",
                              std::strerror(error)),
                  arguments[0]);
    }
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    ::close(output_);
    if (process_ > 0) ::waitpid(process_, nullptr, 0);
  }

  // The next line; nothing at the end.
  std::optional<std::string> line() {
    for (;;) {
      if (const std::size_t end = text_.find('\n'); end != std::string::npos) {
        std::string line = text_.substr(0, end);
        text_.erase(0, end + 1);
        return line;
      }
      char buffer[4096];
      const ssize_t got = ::read(output_, buffer, sizeof buffer);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return std::nullopt;
      text_.append(buffer, static_cast<std::size_t>(got));
    }
  }

 private:
  pid_t process_ = 0;
  int output_ = -1;
  std::string text_;
};

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  for (const char c : line) {
    if (c == '\t') {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

std::uint64_t number(const std::vector<std::string>& fields, std::size_t i) {
  std::uint64_t value = 0;
  if (i < fields.size()) std::from_chars(fields[i].data(), fields[i].data() + fields[i].size(), value);
  return value;
}

ErrorCode code_of(const std::string& name) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::cancelled); ++code) {
    if (name == to_string(static_cast<ErrorCode>(code))) return static_cast<ErrorCode>(code);
  }
  return ErrorCode::io;
}

}  // namespace

ShardSummary shard_through_python(const TokenizerChoice& tokenizer, const std::vector<std::string>& inputs,
                                  const std::string& output, const std::string& format,
                                  const ShardOptions& options) {
  std::vector<std::string> arguments = {python(),
                                        "-m",
                                        "polyglyph._shard_command",
                                        options_json(tokenizer, format, options),
                                        tokenizer.names.front(),
                                        output};
  arguments.insert(arguments.end(), inputs.begin(), inputs.end());
  Process process(std::move(arguments));
  while (const auto line = process.line()) {
    const std::vector<std::string> fields = fields_of(*line);
    if (fields[0] == "progress" && options.progress) {
      options.progress({number(fields, 1), number(fields, 2), number(fields, 3), number(fields, 4),
                        number(fields, 5), number(fields, 6) != 0});
    } else if (fields[0] == "skipped" && fields.size() == 3 && options.skipped) {
      options.skipped(fields[1], fields[2]);
    } else if (fields[0] == "error" && fields.size() == 3) {
      throw Error(code_of(fields[1]), fields[2]);
    } else if (fields[0] == "done") {
      ShardSummary summary;
      summary.shards = number(fields, 1);
      summary.documents = number(fields, 2);
      summary.empty_documents = number(fields, 3);
      summary.skipped_rows = number(fields, 4);
      summary.tokens = number(fields, 5);
      summary.shards_before = number(fields, 6);
      if (options.pack) {
        PackReport& pack = summary.pack.emplace();
        pack.split_documents = static_cast<std::int64_t>(number(fields, 7));
        pack.truncated_tokens = static_cast<std::int64_t>(number(fields, 8));
        pack.dropped_tokens = static_cast<std::int64_t>(number(fields, 9));
        pack.bins = static_cast<std::int64_t>(number(fields, 10));
        pack.tokens = static_cast<std::int64_t>(summary.tokens);
        if (pack.bins > 0) {
          pack.fill = static_cast<double>(pack.tokens) /
                      (static_cast<double>(pack.bins) * static_cast<double>(options.pack->capacity));
        }
      }
      return summary;
    }
  }
  throw Error(
      ErrorCode::unsupported,
      "arrow and parquet are read and written by the Python package; pip install 'polyglyph[arrow]', or name "
      "a Python that has it in POLYGLYPH_PYTHON");
}

}  // namespace polyglyph::cli
