// From a path to a loader. The format is found by what a file holds: JSON begins with a brace, a rank file
// with a line of base64, a space and a number, and a SentencePiece model is a row of its message's fields;
// names of files only serve to say what was expected. A directory stands for the tokenizer.json in it; its
// tokenizer_config.json and chat template, where they are there, name control tokens.
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "json/json.h"
#include "vocab/control_tokens.h"
#include "vocab/formats/formats.h"
#include "vocab/formats/sentencepiece.h"

namespace polyglyph::vocab {
namespace {

namespace fs = std::filesystem;

// Far above any vocabulary (the largest public one is 33 MB): a wrong path should not fill the memory.
constexpr std::size_t kMaxFileSize = std::size_t{1} << 30;

std::string read_content(const fs::path& path) {
  const std::string name = path.string();
  const auto fail = [&](int error) {
    throw Error(ErrorCode::io, fmt::format("cannot be read: {}", std::generic_category().message(error)),
                name);
  };
  std::error_code error;
  if (!fs::exists(path, error))
    throw Error(ErrorCode::not_found, "no such file or directory; check the path, or see the built-in names",
                name);

  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) fail(errno);
  // The size is a hint: a pipe has none.
  const auto size = fs::file_size(path, error);
  std::string content;
  std::size_t capacity = error ? 0 : static_cast<std::size_t>(size);
  for (;;) {
    if (capacity > kMaxFileSize) {
      throw Error(ErrorCode::limit,
                  fmt::format("is larger than {} bytes; this is not a vocabulary", kMaxFileSize), name);
    }
    const std::size_t before = content.size();
    content.resize(capacity + 1);  // one more than expected, to meet the end of the file
    const std::size_t wanted = content.size() - before;
    const std::size_t got = std::fread(content.data() + before, 1, wanted, file.get());
    content.resize(before + got);
    if (std::ferror(file.get())) fail(errno);
    if (got < wanted) return content;
    capacity = content.size() * 2 + 4096;
  }
}

std::string_view skip_space(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

// A line of base64, one space and digits, possibly cut off: what a rank file begins with.
bool looks_like_ranks(std::string_view text) {
  constexpr std::string_view base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
  const std::size_t space = text.find_first_not_of(base64);
  if (space == 0 || space == std::string_view::npos || text[space] != ' ') return false;
  const std::size_t end = text.find_first_not_of("0123456789", space + 1);
  return end > space + 1 && (end == std::string_view::npos || text[end] == '\n' || text[end] == '\r');
}

enum class Format { tokenizer_json, ranks, sentencepiece };

// What the file holds; where that is not clear, what it is called.
Format format_of(const fs::path& path, std::string_view content) {
  const std::string_view begin = skip_space(content);
  const auto fail = [&](ErrorCode code, const char* what) { throw Error(code, what, path.string()); };
  if (begin.empty()) fail(ErrorCode::malformed, "is empty; was it downloaded whole?");
  if (begin.starts_with("version https://git-lfs"))
    fail(ErrorCode::malformed, "is a Git LFS pointer, not the file itself; fetch it with git lfs pull");
  if (looks_like_sentencepiece(content)) return Format::sentencepiece;
  if (begin.front() == '{') return Format::tokenizer_json;
  if (looks_like_ranks(begin)) return Format::ranks;
  const fs::path extension = path.extension();
  if (extension == ".json") return Format::tokenizer_json;
  if (extension == ".tiktoken") return Format::ranks;
  if (extension == ".model") return Format::sentencepiece;
  throw Error(ErrorCode::unsupported,
              "is neither a tokenizer.json, a SentencePiece model nor a .tiktoken file, the formats that are "
              "supported yet",
              path.string());
}

TokenizerSpec read_one_file(const fs::path& path, const LoadOptions& options) {
  const std::string content = read_content(path);
  const std::string name = path.string();
  const Format format = format_of(path, content);
  if (format == Format::ranks) {
    TokenizerSpec spec = read_tiktoken(name, content, options);
    check_ranks(name, spec, options);
    return spec;
  }
  if (!options.pattern.empty() || !options.special_tokens.empty()) {
    throw Error(
        ErrorCode::invalid_argument,
        "a pattern and special tokens can be given for .tiktoken files alone; other formats have their own",
        name);
  }
  return format == Format::sentencepiece ? read_sentencepiece(name, content)
                                         : read_tokenizer_json(name, content);
}

void add_names(const json::Value& value, ControlHints& hints) {
  if (const auto name = value.string()) hints.add_name(*name);
  for (const json::Member member : value.members()) {
    if (member.key == "content") add_names(member.value, hints);  // {"__type": "AddedToken", "content": ...}
  }
  for (const json::Value element : value.elements()) {
    if (element.type() != json::Type::array) add_names(element, hints);
  }
}

void add_templates(const json::Value& value, ControlHints& hints) {
  if (const auto text = value.string()) hints.add_template(*text);
  for (const json::Value element : value.elements()) {  // [{"name": ..., "template": ...}, ...]
    for (const json::Member member : element.members()) {
      if (const auto text = member.value.string(); text && member.key == "template")
        hints.add_template(*text);
    }
  }
}

ControlHints read_hints(const fs::path& directory) {
  ControlHints hints;
  if (const fs::path path = directory / "tokenizer_config.json"; fs::exists(path)) {
    const json::Document document = json::Document::parse(read_content(path), path.string());
    for (const json::Member field : document.root().value().members()) {
      if (field.key == "chat_template") add_templates(field.value, hints);
      if (field.key == "additional_special_tokens" || field.key.ends_with("_token"))
        add_names(field.value, hints);
      if (field.key == "extra_special_tokens") {
        add_names(field.value, hints);
        for (const json::Member member : field.value.members()) add_names(member.value, hints);
      }
    }
  }
  if (const fs::path path = directory / "chat_template.jinja"; fs::exists(path))
    hints.add_template(read_content(path));
  return hints;
}

TokenizerSpec read_directory(const fs::path& directory, const LoadOptions& options) {
  const fs::path path = directory / "tokenizer.json";
  if (!fs::exists(path)) {
    throw Error(
        ErrorCode::not_found,
        "the directory holds no tokenizer.json, which is what is looked for; name another file itself",
        directory.string());
  }
  TokenizerSpec spec = read_one_file(path, options);
  const ControlHints hints = read_hints(directory);
  for (AddedToken& token : spec.added_tokens) token.control = is_control_token(token, hints);
  const fs::path last = fs::absolute(directory).lexically_normal();
  spec.name = (last.has_filename() ? last : last.parent_path()).filename().string();
  return spec;
}

}  // namespace

TokenizerSpec read_file(const fs::path& path, const LoadOptions& options) {
  std::error_code error;
  return fs::is_directory(path, error) ? read_directory(path, options) : read_one_file(path, options);
}

}  // namespace polyglyph::vocab
