// PrefixMatcher: the longest of some strings that a text begins with.
//
// The strings are sorted, so those that begin with the first n bytes of a text are neighbours; with each byte
// more, two binary searches narrow their range. There are few of them, and most bytes begin none.
//
// Immutable; safe to share among threads.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace polyglyph::normalizers {

class PrefixMatcher {
 public:
  struct Match {
    std::size_t size = 0;  // 0 if there is none
    bool open = false;     // a longer text might begin with a longer string
  };

  explicit PrefixMatcher(std::vector<std::string> strings);

  bool may_begin(char byte) const { return begins_[static_cast<unsigned char>(byte)]; }
  Match longest(std::string_view text) const;

 private:
  std::vector<std::string> strings_;  // sorted, none empty
  std::array<bool, 256> begins_{};
};

}  // namespace polyglyph::normalizers
