// The hand-written scanners against the patterns they stand for, run step by step through RegexSplitter:
// every string of up to six symbols over an alphabet with one symbol of each kind that the patterns tell
// apart, and streams cut everywhere.
#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/pretokenizer.h"
#include "tokenizer/scanner.h"
#include "vocab/build.h"
#include "vocab/image.h"
#include "vocab/spec.h"

namespace polyglyph {
namespace {

using tokenizer::Pretokenizer;
using vocab::Reference;
using vocab::SplitStep;

constexpr const char* kContractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";

struct Family {
  const char* name;
  Reference reference;
  std::vector<std::string> patterns;
};

std::vector<Family> families() {
  const std::string contractions = kContractions;
  const std::string upper = R"([\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}])", lower = R"([\p{Ll}\p{Lm}\p{Lo}\p{M}])";
  const std::string tail = R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";
  const auto gpt4 = [&](const char* digits) {
    return contractions + R"(|[^\r\n\p{L}\p{N}]?\p{L}+|)" + digits + R"(| ?[^\s\p{L}\p{N}]+[\r\n]*)" + tail;
  };
  return {
      {"gpt2",
       Reference::hugging_face,
       {R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"}},
      {"gpt2",
       Reference::tiktoken,
       {R"('(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s)"}},
      {"cl100k",
       Reference::tiktoken,
       {R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s)"}},
      {"llama3", Reference::hugging_face, {gpt4(R"(\p{N}{1,3})")}},
      {"qwen", Reference::hugging_face, {gpt4(R"(\p{N})")}},
      {"o200k",
       Reference::hugging_face,
       {R"([^\r\n\p{L}\p{N}]?)" + upper + "*" + lower + "+" + contractions + R"(?|[^\r\n\p{L}\p{N}]?)" +
        upper + "+" + lower + "*" + contractions + R"(?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*)" + tail}},
      {"deepseek-v3",
       Reference::hugging_face,
       {R"(\p{N}{1,3})", "[一-龥぀-ゟ゠-ヿ]+",
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| "
        "?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"}},
  };
}

std::shared_ptr<const vocab::Image> image_of(const Family& family) {
  vocab::TokenizerSpec spec;
  spec.name = family.name;
  spec.reference = family.reference;
  for (const std::string& pattern : family.patterns) {
    SplitStep step;
    step.pattern = pattern;
    spec.splits.push_back(step);
  }
  return vocab::Image::adopt(vocab::build_image(spec), family.name);
}

std::vector<std::string> pieces(const Pretokenizer& splitter, std::string_view text) {
  std::vector<std::string> out;
  Pretokenizer::Scratch scratch;
  splitter.split(text, true, scratch, [&](const Pretokenizer::Piece& piece) {
    out.emplace_back(piece.bytes);
    return true;
  });
  return out;
}

// The pieces when the text arrives in two parts.
std::vector<std::string> streamed(const Pretokenizer& splitter, std::string_view text, std::size_t cut) {
  std::vector<std::string> out;
  Pretokenizer::Scratch scratch;
  const auto take = [&](const Pretokenizer::Piece& piece) {
    out.emplace_back(piece.bytes);
    return true;
  };
  const std::size_t done = splitter.split(text.substr(0, cut), false, scratch, take);
  splitter.split(text.substr(done), true, scratch, take);
  return out;
}

// Runs `check` on every string of one to `length` symbols.
template <class Check>
void every_string(const std::vector<std::string>& alphabet, std::size_t length, Check check) {
  std::vector<std::size_t> digits(1, 0);
  for (std::string text;;) {
    text.clear();
    for (const std::size_t d : digits) text += alphabet[d];
    check(text);
    std::size_t i = 0;
    while (i < digits.size() && ++digits[i] == alphabet.size()) digits[i++] = 0;
    if (i < digits.size()) continue;
    if (digits.size() == length) return;
    digits.push_back(0);
  }
}

// Lower and upper case, a letter without case, a digit, a mark, a space, another space, a newline, an
// apostrophe, the contractions' letters, a slash, a sign, a control, Han inside DeepSeek's ranges, the long
// s, and a broken byte.
const std::vector<std::string> kWide = {"a", "S", "ª", "1", "\u0301", " ",  "\t", "\n",
                                        "'", "l", "/", "+", "\x01",   "中", "ſ",  "\x80"};
const std::vector<std::string> kNarrow = {"a", "L", "1", "\u0301", " ", "\n", "'", "\u200b", "中"};

}  // namespace

TEST_CASE("each known pattern has its scanner") {
  for (const Family& family : families()) {
    CAPTURE(family.name);
    const Pretokenizer fast(*image_of(family));
    REQUIRE(fast.scanner().has_value());
    CHECK(std::string(to_string(*fast.scanner())) == family.name);
    CHECK_FALSE(Pretokenizer(*image_of(family), true).scanner().has_value());
  }
}

TEST_CASE("scanners cut every short string as their patterns do") {
  for (const Family& family : families()) {
    const auto image = image_of(family);
    const Pretokenizer fast(*image), slow(*image, true);
    std::size_t wrong = 0;
    const auto check = [&](const std::string& text) {
      const auto expected = pieces(slow, text);
      if (pieces(fast, text) == expected) return;
      if (++wrong > 3) return;
      CAPTURE(family.name, text);
      CHECK(pieces(fast, text) == expected);
    };
    every_string(kWide, 4, check);
    every_string(kNarrow, 5, check);
    CHECK(wrong == 0);
  }
}

TEST_CASE("a text cut in two gives the pieces of the whole") {
  for (const Family& family : families()) {
    const auto image = image_of(family);
    for (const bool stepwise : {false, true}) {
      const Pretokenizer splitter(*image, stepwise);
      std::size_t wrong = 0;
      every_string({"a", "S", "1", "\u0301", " ", "\n", "'", "+", "中"}, stepwise ? 3 : 5,
                   [&](const std::string& text) {
                     const auto whole = pieces(splitter, text);
                     for (std::size_t cut = 0; cut <= text.size(); ++cut) {
                       if (cut < text.size() && (text[cut] & 0xC0) == 0x80)
                         continue;  // callers hold back unfinished characters
                       if (streamed(splitter, text, cut) == whole) continue;
                       if (++wrong > 3) continue;
                       CAPTURE(family.name, stepwise, text, cut);
                       CHECK(streamed(splitter, text, cut) == whole);
                     }
                   });
      CHECK(wrong == 0);
    }
  }
}

}  // namespace polyglyph
