// Any files as a model's directory: vocab.json with merges.txt, vocab.txt, tekken.json, and the configuration
// beside them. The input is the files one after the other, each behind a line of dashes and its name; what
// stands under another name than those below is left out.
#include <algorithm>

#include "fuzz/target.h"
#include "tests/temporary_folder.h"

namespace {

using namespace polyglyph;

constexpr std::string_view kNames[] = {
    "vocab.json",
    "merges.txt",
    "vocab.txt",
    "tekken.json",
    "tokenizer.json",
    "tokenizer.model",
    "qwen.tiktoken",
    "tokenizer_config.json",
    "config.json",
    "added_tokens.json",
    "special_tokens_map.json",
    "chat_template.jinja",
};
constexpr std::string_view kDashes = "--- ";

void write_files(const test::TemporaryFolder& folder, std::string_view input) {
  while (input.starts_with(kDashes)) {
    const std::size_t line = std::min(input.find('\n'), input.size());
    const std::string_view name = input.substr(kDashes.size(), line - kDashes.size());
    input.remove_prefix(std::min(line + 1, input.size()));
    const std::size_t next = input.find("\n--- ");
    const std::string_view content = input.substr(0, next);
    if (std::ranges::find(kNames, name) != std::end(kNames)) folder.write(name, content);
    input.remove_prefix(next == input.npos ? input.size() : next + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const test::TemporaryFolder folder;
  folder.clear();
  write_files(folder, {reinterpret_cast<const char*>(data), size});
  fuzz::check_load(
      [&] {
        return Tokenizer::from_file(folder.path(), {.cache = false, .apply_file_settings = size % 4 >= 2});
      },
      size);
  return 0;
}
