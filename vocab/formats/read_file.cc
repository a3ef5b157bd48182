// From a path to a loader. The format is found by what a file holds: a GGUF file begins with its magic, JSON
// with a brace, a rank file with a line of base64, a space and a number, and a SentencePiece model is a row
// of its message's fields; names of files only serve to say what was expected. A directory stands for the
// tokenizer.json in it; its tokenizer_config.json and chat template, where they are there, name control
// tokens.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "json/json.h"
#include "vocab/control_tokens.h"
#include "vocab/formats/formats.h"
#include "vocab/formats/gguf.h"
#include "vocab/formats/sentencepiece.h"

namespace polyglyph::vocab {
namespace {

namespace fs = std::filesystem;

// Far above any vocabulary (the largest public one is 33 MB): a wrong path should not fill the memory.
constexpr std::size_t kMaxFileSize = std::size_t{1} << 30;

// A file that is read from its beginning as far as somebody wants it.
class Input {
 public:
  explicit Input(const fs::path& path) : name_(path.string()) {
    std::error_code error;
    if (!fs::exists(path, error)) {
      throw Error(ErrorCode::not_found,
                  "no such file or directory; check the path, or see the built-in names", name_);
    }
    file_.reset(std::fopen(path.c_str(), "rb"));
    if (!file_) fail(errno);
    const auto size = fs::file_size(path, error);  // a pipe has none
    size_ = error ? 0 : size;
  }

  const std::string& name() const { return name_; }
  std::uintmax_t size() const { return size_; }  // a hint, as files may grow
  const std::string& content() const { return content_; }

  // Reads on until there are `size` bytes; false if the file ends before.
  bool read_to(std::size_t size) {
    if (size > kMaxFileSize) {
      throw Error(ErrorCode::limit,
                  fmt::format("is larger than {} bytes; this is not a vocabulary", kMaxFileSize), name_);
    }
    const std::size_t before = content_.size();
    if (size <= before) return true;
    content_.resize(size);
    const std::size_t got = std::fread(content_.data() + before, 1, size - before, file_.get());
    content_.resize(before + got);
    if (std::ferror(file_.get())) fail(errno);
    return content_.size() == size;
  }

  const std::string& read_all() {
    // One more than expected, to meet the end of the file.
    for (std::uintmax_t wanted = size_ + 1; read_to(std::min<std::uintmax_t>(wanted, SIZE_MAX));) {
      wanted = content_.size() * 2 + 4096;
    }
    return content_;
  }

 private:
  [[noreturn]] void fail(int error) const {
    throw Error(ErrorCode::io, fmt::format("cannot be read: {}", std::generic_category().message(error)),
                name_);
  }

  std::string name_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_{nullptr, &std::fclose};
  std::uintmax_t size_ = 0;
  std::string content_;
};

std::string read_content(const fs::path& path) {
  return Input(path).read_all();
}

// The file of a whole model has gigabytes of tensors behind the header.
TokenizerSpec read_gguf_header(Input& input) {
  constexpr std::size_t kFirst = std::size_t{1} << 24;  // nearly every header fits in
  for (std::size_t wanted = kFirst;; wanted *= 2) {
    const bool more = input.read_to(wanted);
    const std::uintmax_t size =
        more ? std::max<std::uintmax_t>(input.size(), wanted) : input.content().size();
    if (auto spec = read_gguf(input.name(), input.content(), size)) return *std::move(spec);
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
              "is neither a tokenizer.json, a SentencePiece model, a GGUF file nor a .tiktoken file, the "
              "formats that are "
              "supported yet",
              path.string());
}

// What only .tiktoken files leave to the caller.
void refuse_options(const std::string& name, const LoadOptions& options) {
  if (options.pattern.empty() && options.special_tokens.empty()) return;
  throw Error(ErrorCode::invalid_argument,
              "a pattern and special tokens can be given for .tiktoken files alone; this file has its own",
              name);
}

TokenizerSpec read_one_file(const fs::path& path, const LoadOptions& options) {
  Input input(path);
  const std::string& name = input.name();
  if (input.read_to(kGgufMagic.size()) && input.content() == kGgufMagic) {
    refuse_options(name, options);
    return read_gguf_header(input);
  }
  const std::string& content = input.read_all();
  const Format format = format_of(path, content);
  if (format == Format::ranks) {
    TokenizerSpec spec = read_tiktoken(name, content, options);
    check_ranks(name, spec, options);
    return spec;
  }
  refuse_options(name, options);
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
