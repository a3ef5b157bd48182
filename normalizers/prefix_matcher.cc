#include "normalizers/prefix_matcher.h"

#include <algorithm>
#include <utility>

namespace polyglyph::normalizers {

PrefixMatcher::PrefixMatcher(std::vector<std::string> strings) : strings_(std::move(strings)) {
  std::erase(strings_, std::string());
  std::ranges::sort(strings_);
  strings_.erase(std::unique(strings_.begin(), strings_.end()), strings_.end());
  for (const std::string& string : strings_) begins_[static_cast<unsigned char>(string[0])] = true;
}

PrefixMatcher::Match PrefixMatcher::longest(std::string_view text) const {
  Match match;
  if (text.empty() || !may_begin(text[0])) return match;
  auto first = strings_.begin(), last = strings_.end();
  for (std::size_t size = 0; size < text.size(); ++size) {
    // All in the range share the first `size` bytes of the text; one that has no more comes first.
    if (first->size() == size) ++first;
    const auto byte_at = [size](const std::string& string) {
      return static_cast<unsigned char>(string[size]);
    };
    const auto byte = static_cast<unsigned char>(text[size]);
    first = std::ranges::lower_bound(first, last, byte, {}, byte_at);
    last = std::ranges::upper_bound(first, last, byte, {}, byte_at);
    if (first == last) return match;
    if (first->size() == size + 1) match.size = size + 1;
    if (first + 1 == last && match.size == size + 1) return match;
  }
  match.open = true;
  return match;
}

}  // namespace polyglyph::normalizers
