// The syntax of split patterns: a pattern in, a small tree out, with every class written out as a set of code
// points.
//
// Two dialects, named by whose ids are matched: Oniguruma's, as Hugging Face tokenizers runs it, and that of
// Rust's regex and fancy-regex crates, as tiktoken runs it. They agree on nearly all of what split patterns
// use; where they do not (^ and $, {2,3}+, \w, (?i) in the middle of a group), the tree says what the dialect
// means. Only what was compared with the reference itself is accepted. The patterns that stand for
// llama.cpp's splitters (vocab/formats/gguf_splitters.cc) are written in Rust's, with the classes of
// Unicode 15.1.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/code_set.h"
#include "vocab/spec.h"

namespace polyglyph::tokenizer {

inline constexpr std::size_t kMaxPatternSize = 1 << 14;  // bytes; the longest public one has about 5,000
inline constexpr std::size_t kMaxPatternDepth = 50;      // groups inside groups, classes inside classes
inline constexpr int kMaxRepeat = 1000;                  // RE2's own limit
inline constexpr int kUnbounded = std::numeric_limits<int>::max();

struct RegexNode {
  enum class Kind {
    set,         // one character of `set`
    sequence,    // `parts` one after the other; without parts, the empty string
    choice,      // the first of `parts` with which the rest matches too
    repeat,      // parts[0], `least` to `most` times
    line_begin,  // at the beginning of the text or behind \n
    line_end,    // at the end of the text or before \n
    text_begin,
    text_end,
    space_ahead,  // (?!\S): at the end of the text or before whitespace
  };
  enum class Mode { greedy, lazy, possessive };

  Kind kind = Kind::sequence;
  CodeSet set;
  bool folded = false;  // `set` holds letters in both cases because of (?i)
  std::vector<RegexNode> parts;
  int least = 0;
  int most = 0;  // kUnbounded for no limit
  Mode mode = Mode::greedy;
};

// \s: White_Space, in both dialects.
const CodeSet& whitespace();

// Throws Error: malformed, unsupported, limit. `where` names the pattern's place in its file.
RegexNode parse_regex(std::string_view pattern, vocab::Reference dialect, const std::string& where);

}  // namespace polyglyph::tokenizer
