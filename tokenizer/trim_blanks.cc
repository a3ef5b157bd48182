// The reference looks at the token's name, not at the text: it counts the characters at both ends that are
// white space or Ġ, the byte alphabet's space, and moves the ends of the span by as many characters. Spans
// here are in bytes, so what is counted is the bytes that those characters take in the text: one for Ġ, and
// for white space its own.
//
// A token of nothing but blanks may stand for other characters, where the normalizer made blanks of them:
// what it was made from is shared out among them.
#include "tokenizer/trim_blanks.h"

#include <algorithm>
#include <cstddef>

#include "unicode/split_class.h"
#include "unicode/utf8.h"

namespace polyglyph::tokenizer {
namespace {

struct Blanks {
  std::size_t leading = 0, trailing = 0;  // in bytes of the text
  std::size_t leading_count = 0;
  bool nothing_else = true;

  void add(std::size_t size) {
    trailing += size;
    if (!nothing_else) return;
    leading += size;
    ++leading_count;
  }
  void end_run() {
    trailing = 0;
    nothing_else = false;
  }
};

Blanks find_blanks(std::string_view name, bool spelled) {
  constexpr char32_t kSpelledSpace = 0x120;
  Blanks blanks;
  const char* const end = name.data() + name.size();
  for (const char* p = name.data(); p < end;) {
    const unicode::Decoded c =
        spelled ? unicode::Decoded{static_cast<unsigned char>(*p), 1, true} : unicode::decode(p, end);
    p += c.size;
    if (spelled ? c.code_point == ' ' : c.code_point == kSpelledSpace)
      blanks.add(1);
    else if (!spelled && (unicode::split_class(c.code_point) & unicode::kSplitSpace))
      blanks.add(c.size);
    else
      blanks.end_run();
  }
  return blanks;
}

}  // namespace

Span trim_blanks(std::string_view name, bool spelled, Span span, bool keep_one) {
  const Blanks blanks = find_blanks(name, spelled);
  const std::size_t size = span.end - span.begin;
  const std::size_t width =
      blanks.nothing_else && blanks.leading != 0 ? std::max<std::size_t>(1, size / blanks.leading) : 1;
  if (blanks.leading > 0 && !(keep_one && blanks.leading_count == 1))
    span.begin = std::min(span.begin + blanks.leading * width, span.end);
  if (blanks.trailing > 0 && span.end >= blanks.trailing * width)
    span.end = std::max(span.end - blanks.trailing * width, span.begin);
  return span;
}

}  // namespace polyglyph::tokenizer
