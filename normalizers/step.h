// Step: one change that normalizing makes to a section of text, the text between two added tokens.
//
// Immutable; safe to share among threads. Linear in the text, up to sorting runs of marks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "unicode/offset_map.h"

namespace polyglyph::normalizers {

// Which ends of its section a text reaches to. A section that comes in parts has its beginning in the first
// of them that made anything.
struct Ends {
  enum class Before : std::uint8_t { nothing, newline, other };

  bool begin = true;
  bool end = true;
  Before before = Before::nothing;  // the character in front of the text
};

class Step {
 public:
  virtual ~Step() = default;

  // The length of a prefix of a whole section that is as the step leaves it, whatever follows it in `text`;
  // text.size() for text that needs nothing done. The rest can be changed by itself.
  virtual std::size_t unchanged_prefix(std::string_view text) const = 0;

  // Appends what becomes of `text` to `out`. With `map`, adds an edit for each part that changed, as small as
  // can be; its spans count from the beginning of `text` (in) and of what was appended (out).
  virtual void apply(std::string_view text, Ends ends, std::string& out, unicode::OffsetMap* map) const = 0;

  // For streams: appends what becomes of the longest prefix of `text` of which no later text can change what
  // becomes of it, and returns its length. ends.end is not looked at.
  virtual std::size_t apply_settled(std::string_view text, Ends ends, std::string& out) const = 0;
};

}  // namespace polyglyph::normalizers
