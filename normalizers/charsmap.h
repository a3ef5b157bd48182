// Charsmap: the rules of a normalizer as SentencePiece compiles them: what certain strings of characters are
// replaced by.
//
//   size of the trie in bytes (four bytes) | the trie | what stands for the keys, each ended by a zero byte
//
// Numbers are little-endian. The trie is a double array, that of the library darts-clone. A map is checked
// whole when it is opened, so that lookups need no checks and always find well-formed text.
//
// Immutable; safe to share among threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace polyglyph::normalizers {

class Charsmap {
 public:
  // The longest or the shortest key at the beginning of a text.
  struct Match {
    std::size_t size = 0;          // bytes of the key; 0 if there is none
    std::string_view replacement;  // lives as long as the map
    bool open = false;             // a longer text might begin with a longer key
  };

  // An empty map has no rules. Throws Error(malformed), naming `where`.
  Charsmap(std::string_view compiled, const std::string& where);

  Match longest(std::string_view text) const { return find<false>(text); }
  Match shortest(std::string_view text) const { return find<true>(text); }

  bool empty() const { return units_.empty(); }

  // Whether some key may begin with this byte.
  bool may_begin(char byte) const;

 private:
  template <bool kShortest>
  Match find(std::string_view text) const;
  void check(const std::string& where) const;

  std::vector<std::uint32_t> units_;
  std::string strings_;
};

}  // namespace polyglyph::normalizers
