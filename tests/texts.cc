// Texts are read from tests/golden or made from fixed seeds: a failure can always be run again.
#include "tests/texts.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <random>

#include "unicode/utf8.h"

namespace polyglyph::test {
namespace {

// Undoes tools/make_golden.py's escape(): \n, \\ and \u{...}.
std::string unescape(std::string_view line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\') {
      text += line[i];
    } else if (line[++i] == 'u') {
      const std::size_t end = line.find('}', i);
      unicode::append(
          text, static_cast<char32_t>(std::stoul(std::string(line.substr(i + 2, end - i - 2)), nullptr, 16)));
      i = end;
    } else {
      text += line[i] == 'n' ? '\n' : '\\';
    }
  }
  return text;
}

std::string repeated(std::string_view unit, std::size_t size) {
  std::string text;
  while (text.size() + unit.size() <= size) text += unit;
  return text;
}

std::string drawn(char32_t low, char32_t high, std::size_t size) {
  std::mt19937 random(7);
  std::uniform_int_distribution<std::uint32_t> pick(low, high);
  std::string text;
  while (text.size() + 4 <= size) unicode::append(text, pick(random));
  return text;
}

}  // namespace

const Tokenizer& builtin(std::string_view name) {
  static std::map<std::string, Tokenizer, std::less<>> opened;
  const auto known = opened.find(name);
  return known != opened.end() ? known->second : opened.emplace(name, Tokenizer::builtin(name)).first->second;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) FAIL("there is no " << path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> read_lines(const std::string& name) {
  const std::string content = read_file(std::string(POLYGLYPH_TESTS_DIR) + "/" + name);
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < content.size();) {
    const std::size_t end = content.find('\n', begin);
    lines.push_back(content.substr(begin, end - begin));
    begin = end == std::string::npos ? content.size() : end + 1;
  }
  return lines;
}

const std::vector<std::string>& hostile_texts() {
  static const std::vector<std::string> texts = [] {
    std::vector<std::string> found;
    for (const std::string& line : read_lines("golden/texts.txt")) found.push_back(unescape(line));
    return found;
  }();
  return texts;
}

std::vector<std::string> ill_formed_texts() {
  std::vector<std::string> texts{"\x80",
                                 "\xFF",
                                 "\xC0\xAF",
                                 "\xE2\x82",
                                 "\xED\xA0\x80",
                                 "\xF0\x9F\x98",
                                 "\xF4\x90\x80\x80",
                                 "\xE0\x80\x80",
                                 "\xC3(",
                                 "a\xC3",
                                 "a\xE2\x82z",
                                 "\xF0\x9F\x98\xF0\x9F\x98\x80",
                                 "e\xCC\x81\xCC",
                                 "e\xCC\xCC\x81",
                                 "\xF8\x88\x80\x80\x80",
                                 "it\xFF's",
                                 " \xFF a",
                                 "1\xFF"
                                 "23",
                                 "\xEF\xBF\xBD\xFF\xEF\xBF",
                                 "\xE4\xB8\xE4\xB8\xAD",
                                 std::string("\xC3\0\xA9", 3)};
  // Hostile texts with a byte taken out, put in or changed.
  std::mt19937 random(11);
  for (const std::string& text : hostile_texts()) {
    if (text.empty() || text.size() > 60) continue;
    std::string broken = text;
    const std::size_t at = random() % broken.size();
    switch (random() % 3) {
      case 0:
        broken.erase(at, 1);
        break;
      case 1:
        broken.insert(at, 1, static_cast<char>(random() % 256));
        break;
      default:
        broken[at] = static_cast<char>(random() % 256);
    }
    texts.push_back(std::move(broken));
  }
  return texts;
}

std::vector<Named> long_texts(std::size_t size) {
  return {
      {"one letter", repeated("a", size)},
      {"spaces", repeated(" ", size)},
      {"newlines", repeated("\n", size)},
      {"spaces, then a letter", repeated(" ", size - 1).append("a")},
      {"two letters in turn", repeated("ab", size)},
      {"digits", repeated("7", size)},
      {"punctuation", repeated("!", size)},
      {"dashes", repeated("-", size)},
      {"apostrophes", repeated("'s", size)},
      {"zero bytes", std::string(size, '\0')},
      {"bytes that begin nothing", std::string(size, '\xFF')},
      {"beginnings of characters", repeated("\xF0\x9F\x98", size)},
      {"marks", std::string("a").append(repeated("\u0301\u0316", size - 1))},
      {"marks that do not compose", std::string("q").append(repeated("\u0323\u0307", size - 1))},
      {"joined emoji", repeated("\U0001F469\u200D", size)},
      {"Hangul letters", repeated("\u1112\u1161\u11AB", size)},
      {"one Han character", repeated("\u4E2D", size)},
      {"random letters", drawn('a', 'z', size)},
      {"random Han", drawn(0x4E00, 0x9FA5, size)},
      {"random Hangul", drawn(0xAC00, 0xD7A3, size)},
      {"random characters", drawn(0x10000, 0x10FFFF, size)},
      {"control tokens cut short", repeated("<|im_end|<", size)},
      {"control tokens", repeated("<|endoftext|>", size)},
  };
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= ' ' && c <= '~') {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

void for_each_string(const std::vector<std::string>& alphabet, std::size_t most,
                     const std::function<void(const std::string&)>& take) {
  std::string text;
  const std::function<void(std::size_t)> extend = [&](std::size_t left) {
    take(text);
    if (left == 0) return;
    for (const std::string& symbol : alphabet) {
      text += symbol;
      extend(left - 1);
      text.resize(text.size() - symbol.size());
    }
  };
  extend(most);
}

}  // namespace polyglyph::test
