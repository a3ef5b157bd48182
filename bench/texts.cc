// Samples are read once, before anything is measured.
#include "bench/texts.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>

#include "unicode/utf8.h"

namespace polyglyph::bench {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "there is no %s\n", path.c_str());
    std::exit(1);
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string read_all() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(POLYGLYPH_SAMPLES_DIR)) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::string all;
  for (const fs::path& file : files) all += read(file);
  return all;
}

std::string repeated(std::string_view unit, std::size_t size) {
  std::string text;
  while (text.size() < size) text += unit;
  return text;
}

std::string drawn(char32_t low, char32_t high, std::size_t size) {
  std::mt19937 random(7);
  std::uniform_int_distribution<std::uint32_t> pick(low, high);
  std::string text;
  while (text.size() < size) unicode::append(text, pick(random));
  return text;
}

}  // namespace

const std::string& sample(std::string_view language) {
  static std::map<std::string, std::string, std::less<>> known;
  const auto found = known.find(language);
  if (found != known.end()) return found->second;
  const std::string name(language);
  return known[name] = name == "all" ? read_all() : read(fs::path(POLYGLYPH_SAMPLES_DIR) / (name + ".txt"));
}

std::string repeated_sample(std::string_view language, std::size_t size) {
  return repeated(sample(language), size);
}

std::vector<Hostile> hostile(std::size_t size) {
  return {
      {"one letter", repeated("a", size)},
      {"spaces", repeated(" ", size)},
      {"newlines", repeated("\n", size)},
      {"two letters", repeated("ab", size)},
      {"dashes", repeated("-", size)},
      {"random letters", drawn('a', 'z', size)},
      {"random Han", drawn(0x4E00, 0x9FA5, size)},
      {"random Hangul", drawn(0xAC00, 0xD7A3, size)},
      {"marks", std::string("a").append(repeated("\u0301\u0316", size))},
      {"joined emoji", repeated("\U0001F469\u200D", size)},
      {"punctuation", repeated("!", size)},
      {"not UTF-8", std::string(size, '\xFF')},
  };
}

}  // namespace polyglyph::bench
