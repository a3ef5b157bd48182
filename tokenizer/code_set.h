// CodeSet: a set of code points, as sorted ranges that neither overlap nor touch.
#pragma once

#include <span>
#include <vector>

#include "unicode/property.h"

namespace polyglyph::tokenizer {

class CodeSet {
 public:
  CodeSet() = default;
  explicit CodeSet(char32_t only) : ranges_{{only, only}} {}
  CodeSet(char32_t first, char32_t last) : ranges_{{first, last}} {}

  // Of a property (unicode/property.h), which is sorted already.
  explicit CodeSet(std::span<const unicode::CodeRange> sorted) { unite(sorted); }

  CodeSet& operator|=(const CodeSet& other);
  CodeSet operator~() const;

  friend CodeSet operator|(CodeSet a, const CodeSet& b) { return a |= b; }
  friend CodeSet operator&(const CodeSet& a, const CodeSet& b) { return ~(~a | ~b); }
  friend bool operator==(const CodeSet& a, const CodeSet& b);

  bool empty() const { return ranges_.empty(); }
  bool contains(char32_t c) const { return unicode::contains(ranges_, c); }
  const std::vector<unicode::CodeRange>& ranges() const { return ranges_; }

 private:
  void unite(std::span<const unicode::CodeRange> sorted);

  std::vector<unicode::CodeRange> ranges_;
};

}  // namespace polyglyph::tokenizer
