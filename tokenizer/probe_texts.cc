// The built-in probe set: what a parity test would try first, without a file to read.
//
// Characters come in texts of a block each, in a context that shows on which side a splitter puts them: alone
// among letters, beside a digit, beside a sign, and two at once. The other texts are the places where
// tokenizers have been seen to part.
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "polyglyph/verify.h"
#include "unicode/age.h"
#include "unicode/utf8.h"

namespace polyglyph {
namespace {

constexpr char32_t kBlock = 0x80;
constexpr std::size_t kTokensPerText = 64;

void append_characters(std::vector<std::string>& texts) {
  for (char32_t block = 0; block < 0x110000; block += kBlock) {
    std::string text;
    for (char32_t cp = block; cp < block + kBlock; ++cp) {
      if (unicode::age_of(cp).empty() || (cp >= 0xD800 && cp < 0xE000)) continue;
      std::string c;
      unicode::append(c, cp);
      text += "a" + c + " " + c + c + "b1" + c + "." + c + "\n";
    }
    if (!text.empty()) texts.push_back(std::move(text));
  }
}

// Runs of up to nine of each of these: splitters count.
void append_runs(std::vector<std::string>& texts) {
  constexpr std::string_view units[] = {
      " ",      "\n", "\t", "\r\n", " \n", "\u3000", "\u00A0", "\u2581", "_",         "0",
      "\u0663", "!",  "'",  "=",    "a",   "\u4E2D", "\u0301", "\u200D", "\U0001F600"};
  for (const std::string_view unit : units) {
    std::string run, text;
    for (int count = 1; count <= 9; ++count) {
      run += unit;
      text += run + "x " + run + "," + run;
    }
    texts.push_back(run);
    texts.push_back(std::move(text));
  }
}

constexpr std::string_view kTexts[] = {
    "",
    "Hello, world! It's 12345678 o'clock; they'll've said I'M'LL'D.",
    " leading, trailing and  double  spaces ",
    "\n\n  def f(x):\n\treturn x**2 + 1  # comment\r\n\r\n",
    "https://example.org/a?b=c&d=%20#e user@example.org ../path/to/file_name.txt",
    "e\u0301 \u00E9 A\u030A \u212B \uFB01 \u2460 \uFF21 \u1E9B\u0323 \u0344 \u0958 \u2126 \u4E0D\uF967",
    "q\u0307\u0323 q\u0323\u0307 \u1100\u1161\u11A8 \uAC01 \u0CC6\u0CC2 \u0DD9\u0DCF\u0DCA",
    "\u0130\u0131 \u1E9E\u00DF \u03A3\u03C2\u03C3 \uA64A \u01C5 \uFB03",
    "\U0001F469\u200D\U0001F469\u200D\U0001F467 \U0001F1E9\U0001F1EA\U0001F1FA \u2764\uFE0F "
    "\U0001F44D\U0001F3FD 1\uFE0F\u20E3",
    "\u4ECA\u5929\u5929\u6C14\u5F88\u597D\u3002\uFF11\uFF12\uFF13\u4E09\u5341\u5341\u65E5\uFF01",
    "\u3053\u3093\u306B\u3061\u306F\u30CF\u3099\u30CF\u3099 \uFF76\uFF9E \uC548\uB155\uD558\uC138\uC694",
    "\u0645\u0631\u062D\u0628\u0627 \u0660\u0661\u0662 \u202B\u05E9\u05DC\u05D5\u05DD\u202C",
    "\u0928\u092E\u0938\u094D\u0924\u0947 \u0E2A\u0E27\u0E31\u0E2A\u0E14\u0E35 "
    "\u1019\u103C\u1014\u103A\u1019\u102C",
    "\u2200 x : \u211D, \u2203 y, x\u00B2 + y\u00B2 = r\u2081 \u2192 \u27E8x, y\u27E9 \u2208 S := by "
    "nlinarith [sq_nonneg x]",
    "\u200Ba\u200Bb\uFEFFc\u00ADd\u2060e\u2028f\u2029g\u0085h\u180Ei\v\f\x1Cj\x1F",
    "a\xFF"
    "b\xC3(\xE4\xB8 \xED\xA0\x80 \xF0\x9F\x98\xF4\x90\x80\x80 \xC0\xAF",
    "<s></s><unk><pad>[CLS][SEP][MASK]<|endoftext|><|im_start|>user\n<|im_end|><think></think><0x41>",
};

void append_vocabulary(std::vector<std::string>& texts, const Vocab& vocab) {
  for (const AddedToken& token : vocab.added_tokens()) {
    texts.push_back(token.content);
    texts.push_back("a " + token.content + " b" + token.content + "\n");
  }
  std::string text;
  std::size_t tokens = 0;
  for (TokenId id = 0; id < vocab.size(); ++id) {
    if (!vocab.contains(id)) continue;
    text += vocab.token_bytes(id);
    text += '\n';
    if (++tokens % kTokensPerText == 0) texts.push_back(std::exchange(text, {}));
  }
  texts.push_back(std::move(text));
}

}  // namespace

std::vector<std::string> probe_texts() {
  std::vector<std::string> texts(std::begin(kTexts), std::end(kTexts));
  append_runs(texts);
  append_characters(texts);
  return texts;
}

std::vector<std::string> probe_texts(const Tokenizer& left, const Tokenizer& right) {
  std::vector<std::string> texts = probe_texts();
  append_vocabulary(texts, left.vocab());
  append_vocabulary(texts, right.vocab());
  return texts;
}

}  // namespace polyglyph
