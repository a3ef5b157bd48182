// Union merges two sorted lists; the complement is the gaps; everything else follows from the two.
#include "tokenizer/code_set.h"

#include <algorithm>

namespace polyglyph::tokenizer {

using unicode::CodeRange;

namespace {

constexpr char32_t kLast = 0x10FFFF;

}  // namespace

void CodeSet::unite(std::span<const CodeRange> sorted) {
  std::vector<CodeRange> all;
  all.reserve(ranges_.size() + sorted.size());
  std::ranges::merge(ranges_, sorted, std::back_inserter(all), {}, &CodeRange::first, &CodeRange::first);
  ranges_.clear();
  for (const CodeRange& range : all) {
    if (!ranges_.empty() && range.first <= ranges_.back().last + 1) {
      ranges_.back().last = std::max(ranges_.back().last, range.last);
    } else {
      ranges_.push_back(range);
    }
  }
}

CodeSet& CodeSet::operator|=(const CodeSet& other) {
  unite(other.ranges_);
  return *this;
}

CodeSet CodeSet::operator~() const {
  CodeSet gaps;
  char32_t next = 0;
  for (const CodeRange& range : ranges_) {
    if (next < range.first) gaps.ranges_.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next <= kLast) gaps.ranges_.push_back({next, kLast});
  return gaps;
}

bool operator==(const CodeSet& a, const CodeSet& b) {
  return std::ranges::equal(a.ranges_, b.ranges_, [](const CodeRange& x, const CodeRange& y) {
    return x.first == y.first && x.last == y.last;
  });
}

}  // namespace polyglyph::tokenizer
