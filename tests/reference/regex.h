// The naive oracle for split patterns: a backtracking matcher that does what the pattern says, step by step.
// For short texts: it recurses as deep as the text is long.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "polyglyph/types.h"

namespace polyglyph::reference {

// Literals, classes [...] with ranges and negation, \p{..}, \s, \S, \r, \n, \t, $ for the end of the text,
// groups (?:...) and
// (?i:...), the lookahead (?!...), alternation, and the quantifiers ? * + {m,n}, possessive with + behind
// them. The classes are those of unicode/char_class.h. Throws std::invalid_argument for anything else.
class Regex {
 public:
  explicit Regex(std::string_view pattern);
  ~Regex();

  // All matches, leftmost first, each beginning where the one before ended or later. `text` is valid UTF-8.
  std::vector<Span> find_all(std::string_view text) const;

  struct Node;

 private:
  std::unique_ptr<Node> root_;
};

// The pieces of Split with behavior Isolated: the matches and what lies between them.
std::vector<std::string_view> split(const Regex& regex, std::string_view text);

}  // namespace polyglyph::reference
