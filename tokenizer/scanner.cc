#include "tokenizer/scanner.h"

#include <algorithm>
#include <vector>

namespace polyglyph::tokenizer {
namespace scan {

// Written out from the ASCII range of Unicode, which is fixed for all versions.
const std::array<ClassMask, 128> kAsciiMasks = [] {
  std::array<ClassMask, 128> masks{};
  for (char32_t c = 0; c < 128; ++c) masks[c] = unicode::class_mask(c);
  return masks;
}();

Set make_set(ClassMask mask) {
  Set set{};
  for (char32_t c = 0; c < 0x10000; ++c) {
    if (!(unicode::class_mask(c) & mask) || (c >= 0xD800 && c < 0xE000)) continue;
    std::uint64_t* words = c < 0x80 ? set.one : c < 0x800 ? set.two + (0xC0 - 0x80) : set.three;
    words[c >> 6] |= std::uint64_t{1} << (c & 63);
  }
  return set;
}

}  // namespace scan

namespace {

using vocab::Reference;
using vocab::SplitStep;

struct Known {
  Scanner scanner;
  std::vector<const char*> patterns;  // each an isolated Split, in order
  bool tiktoken_only = false;         // means something else to the other reference
};

// Patterns as their owners' files spell them.
const std::vector<Known>& known() {
  static const std::vector<Known> table = {
      {Scanner::gpt2, {R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"}},
      {Scanner::gpt2,
       {R"('(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s)"},
       true},
      {Scanner::cl100k,
       {R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s)"},
       true},
      {Scanner::llama3,
       {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"}},
      {Scanner::qwen,
       {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"}},
      {Scanner::o200k,
       {R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"}},
      {Scanner::deepseek_v3,
       {R"(\p{N}{1,3})", "[一-龥぀-ゟ゠-ヿ]+",
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| "
        "?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"}},
  };
  return table;
}

bool is_split(const SplitStep& step, const char* pattern) {
  return step.kind == SplitStep::Kind::regex && step.pattern == pattern &&
         step.behavior == vocab::SplitBehavior::isolated && !step.invert;
}

}  // namespace

const char* to_string(Scanner scanner) {
  switch (scanner) {
    case Scanner::gpt2:
      return "gpt2";
    case Scanner::cl100k:
      return "cl100k";
    case Scanner::llama3:
      return "llama3";
    case Scanner::qwen:
      return "qwen";
    case Scanner::o200k:
      return "o200k";
    case Scanner::deepseek_v3:
      return "deepseek-v3";
  }
  return "";
}

std::optional<Scanner> find_scanner(std::span<const SplitStep> steps, Reference reference) {
  if (reference == Reference::llama_cpp) return std::nullopt;  // its classes are of another Unicode
  for (const Known& k : known()) {
    if (k.tiktoken_only && reference != Reference::tiktoken) continue;
    if (std::ranges::equal(steps, k.patterns, is_split)) return k.scanner;
  }
  return std::nullopt;
}

}  // namespace polyglyph::tokenizer
