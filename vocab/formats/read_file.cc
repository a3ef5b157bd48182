// From a path to a loader. The format is found by what a file holds: a GGUF file begins with its magic, a
// rank file with a line of base64, a space and a number, merges with their version, and a SentencePiece model
// is a row of its message's fields. Of the JSON files, a vocab.json begins with a token and its id, and a
// tekken.json with one of its sections. Names of files serve to say what was expected, and to know a
// vocab.txt, which could be any text.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "polyglyph/error.h"
#include "vocab/formats/formats.h"
#include "vocab/formats/gguf.h"
#include "vocab/formats/input.h"
#include "vocab/formats/model_config.h"
#include "vocab/formats/sentencepiece.h"

namespace polyglyph::vocab {
namespace {

namespace fs = std::filesystem;

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

enum class Format { tokenizer_json, tekken, vocab_json, merges, vocab_txt, ranks, sentencepiece };

// By the first member: its key, or what its value begins with.
Format json_format(std::string_view begin) {
  const std::string_view key = skip_space(begin.substr(1));
  for (const std::string_view section : {"\"config\"", "\"vocab\"", "\"special_tokens\""}) {
    if (key.starts_with(section)) return Format::tekken;
  }
  if (!key.starts_with('"')) return Format::tokenizer_json;
  std::size_t end = 1;
  while (end < key.size() && key[end] != '"') end += key[end] == '\\' ? 2 : 1;
  std::string_view value = skip_space(key.substr(std::min(end + 1, key.size())));
  if (value.starts_with(':')) value = skip_space(value.substr(1));
  const bool is_number = !value.empty() && value.front() >= '0' && value.front() <= '9';
  return is_number ? Format::vocab_json : Format::tokenizer_json;
}

// What the file holds; where that is not clear, what it is called.
Format format_of(const fs::path& path, std::string_view content) {
  const std::string_view begin = skip_space(content);
  const auto fail = [&](ErrorCode code, const char* what) { throw Error(code, what, path.string()); };
  if (begin.empty()) fail(ErrorCode::malformed, "is empty; was it downloaded whole?");
  if (begin.starts_with("version https://git-lfs"))
    fail(ErrorCode::malformed, "is a Git LFS pointer, not the file itself; fetch it with git lfs pull");
  const std::string name = path.filename().string();
  if (name.ends_with("vocab.txt")) return Format::vocab_txt;
  if (begin.starts_with("#version") || name.ends_with("merges.txt")) return Format::merges;
  if (looks_like_sentencepiece(content)) return Format::sentencepiece;
  if (begin.front() == '{') return json_format(begin);
  if (looks_like_ranks(begin)) return Format::ranks;
  const fs::path extension = path.extension();
  if (extension == ".json") return Format::tokenizer_json;
  if (extension == ".tiktoken") return Format::ranks;
  if (extension == ".model") return Format::sentencepiece;
  throw Error(
      ErrorCode::unsupported,
      "is none of the formats that are supported: tokenizer.json, a SentencePiece model, .gguf, .tiktoken, "
      "tekken.json, vocab.json with merges.txt, vocab.txt",
      path.string());
}

// `name` with the last part of it, `old`, replaced; empty if it does not end so.
fs::path other_half(const fs::path& path, std::string_view old, std::string_view other) {
  std::string name = path.filename().string();
  if (!name.ends_with(old)) return {};
  name.replace(name.size() - old.size(), old.size(), other);
  return path.parent_path() / name;
}

fs::path folder_of(const fs::path& path) {
  return path.parent_path().empty() ? fs::path(".") : path.parent_path();
}

// Either of vocab.json and merges.txt finds the other beside it.
TokenizerSpec read_pair(const fs::path& path, const std::string& content, bool is_vocab,
                        const LoadOptions& options) {
  const fs::path other =
      is_vocab ? other_half(path, "vocab.json", "merges.txt") : other_half(path, "merges.txt", "vocab.json");
  std::error_code error;
  if (other.empty() || !fs::exists(other, error)) {
    throw Error(ErrorCode::not_found,
                "is one of a pair of files, vocab.json and merges.txt, and the other one is not beside it; "
                "get that one, too",
                path.string());
  }
  const std::string beside = read_content(other);
  const ModelConfig config = read_model_config(folder_of(path));
  TokenizerSpec spec = is_vocab
                           ? read_vocab_json(path.string(), content, other.string(), beside, config, options)
                           : read_vocab_json(other.string(), beside, path.string(), content, config, options);
  apply_tokens(config, spec);
  return spec;
}

// What the file itself says about splitting and special tokens is not the caller's to change.
void refuse_options(const std::string& name, const LoadOptions& options, bool pattern_too = true) {
  if (!(pattern_too && !options.pattern.empty()) && options.special_tokens.empty()) return;
  throw Error(
      ErrorCode::invalid_argument,
      "special tokens can be given for .tiktoken files alone, and a pattern for those and for vocab.json; "
      "other formats have their own",
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
  const bool is_pair = format == Format::vocab_json || format == Format::merges;
  refuse_options(name, options, !is_pair);
  if (is_pair) return read_pair(path, content, format == Format::vocab_json, options);
  if (format == Format::tekken) return read_tekken(name, content);
  if (format == Format::sentencepiece) return read_sentencepiece(name, content);
  if (format == Format::tokenizer_json) return read_tokenizer_json(name, content);
  const ModelConfig config = read_model_config(folder_of(path));
  TokenizerSpec spec = read_vocab_txt(name, content, config);
  apply_tokens(config, spec);
  return spec;
}

}  // namespace

TokenizerSpec read_file(const fs::path& path, const LoadOptions& options) {
  std::error_code error;
  return fs::is_directory(path, error) ? read_directory(path, options) : read_one_file(path, options);
}

}  // namespace polyglyph::vocab
