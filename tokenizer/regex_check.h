// What has to hold of a pattern so that RE2 matches it as its reference does.
#pragma once

#include <string>
#include <vector>

#include "tokenizer/regex_syntax.h"
#include "vocab/spec.h"

namespace polyglyph::tokenizer {

// Bounds on a pattern with its counted repetitions written out. They keep it compiled in well under a second
// and the states that RE2 builds while it runs within the memory they may take.
inline constexpr std::size_t kMaxRegexSets = 4096;      // characters and classes
inline constexpr std::size_t kMaxRegexRanges = 100000;  // ranges of code points in them; \p{L} has 659

// One alternative of the pattern.
struct RegexAlternative {
  RegexNode node;

  // Not 0: the alternative is \s{run,}(?!\S), greedy, and `node` is its \s{run,}.
  int run = 0;
};

// The alternatives of `tree`, in order, each proved to mean the same to RE2 once its possessive quantifiers
// are read as greedy ones. Throws Error: unsupported for what cannot be proved, limit for what is too large.
std::vector<RegexAlternative> check_regex(RegexNode tree, vocab::Reference dialect, const std::string& where);

}  // namespace polyglyph::tokenizer
