#include "cli/tokenizers.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "polyglyph/error.h"

namespace polyglyph::cli {

namespace {

// A built-in's name means the built-in, also where a file is called so ("./qwen3" means the file). What looks
// like a path is one even if nothing is there, so that the error speaks of the file.
Tokenizer load(const std::string& name, const std::string& pattern) {
  std::vector<std::string> builtins = Tokenizer::builtins();
  bool known = std::find(builtins.begin(), builtins.end(), name) != builtins.end();
  std::error_code ignored;
  bool is_path = name.find_first_of("/.") != std::string::npos || std::filesystem::exists(name, ignored);
  if (known || !is_path) return Tokenizer::builtin(name);
  LoadOptions options;
  options.pattern = pattern;
  return Tokenizer::from_file(name, options);
}

std::vector<std::string> split_names(const TokenizerChoice& choice) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const std::string& value : choice.names) {
    if (std::filesystem::exists(value, ignored)) {  // a path may hold a comma
      names.push_back(value);
      continue;
    }
    for (std::size_t at = 0; at <= value.size();) {
      std::size_t end = std::min(value.find(',', at), value.size());
      if (end > at) names.push_back(value.substr(at, end - at));
      at = end + 1;
    }
  }
  return names;
}

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorCode::invalid_argument, "--tokenizer: " + why);
}

}  // namespace

std::vector<NamedTokenizer> load_tokenizers(const TokenizerChoice& choice) {
  std::vector<NamedTokenizer> tokenizers;
  for (const std::string& name : split_names(choice)) {
    auto same = [&](const NamedTokenizer& other) { return other.name == name; };
    if (std::any_of(tokenizers.begin(), tokenizers.end(), same))
      refuse(fmt::format("'{}' is named twice", name));
    tokenizers.push_back({name, load(name, choice.pattern)});
  }
  if (tokenizers.empty()) refuse("no name; 'polyglyph list' shows the built-in ones");
  return tokenizers;
}

NamedTokenizer load_tokenizer(const TokenizerChoice& choice) {
  std::vector<std::string> names = split_names(choice);
  if (names.size() > 1) refuse("only one is possible here");
  return load_tokenizers(choice).front();
}

}  // namespace polyglyph::cli
