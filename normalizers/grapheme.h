// Extended grapheme clusters, what people call characters: Unicode 17.0, UAX #29, as Hugging Face tokenizers
// 0.23.3 has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace polyglyph::normalizers {

enum class GraphemeBreak : std::uint8_t {
  other,
  cr,
  lf,
  control,
  extend,
  zwj,
  spacing_mark,
  prepend,
  regional_indicator,
  l,
  v,
  t,
  lv,
  lvt,
  pictograph,
};
enum class ConjunctBreak : std::uint8_t { none, consonant, linker, extend };

// Two stages; GraphemeBreak in the low four bits, ConjunctBreak above.
extern const std::uint8_t kGraphemeBlocks[0x110000 >> 7];
extern const std::uint8_t kGraphemeClasses[];

// The size of the first cluster of `text`, which is not empty; text.size() also where more text might make it
// longer. Ill-formed parts stand as U+FFFD. Linear in the cluster.
std::size_t first_cluster(std::string_view text);

}  // namespace polyglyph::normalizers
