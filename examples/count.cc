// How many tokens are these files, and do they fit into a context window?
//
//   count TOKENIZER FILE...        TOKENIZER is a built-in's name or a file: qwen3, path/to/tokenizer.json
#include <polyglyph/polyglyph.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

namespace {

polyglyph::Tokenizer open(const std::string& name) {
  const auto names = polyglyph::Tokenizer::builtins();
  const bool built_in = std::find(names.begin(), names.end(), name) != names.end();
  return built_in ? polyglyph::Tokenizer::builtin(name) : polyglyph::Tokenizer::from_file(name);
}

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw polyglyph::Error(polyglyph::ErrorCode::io, "cannot be read", path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 3) {
    std::cerr << "usage: count TOKENIZER FILE...\n";
    return 2;
  }
  constexpr std::size_t kContext = 32768;
  const polyglyph::Tokenizer tokenizer = open(argv[1]);
  for (int i = 2; i < argc; ++i) {
    const std::string text = read(argv[i]);
    const std::size_t tokens = tokenizer.count(text);
    const double characters = static_cast<double>(polyglyph::count_characters(text));
    std::printf("%s: %zu tokens, %.2f characters a token, %s\n", argv[i], tokens,
                tokens == 0 ? 0.0 : characters / static_cast<double>(tokens),
                tokenizer.fits(text, kContext) ? "fits" : "does not fit");
  }
} catch (const polyglyph::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
