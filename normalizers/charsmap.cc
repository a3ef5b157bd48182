// A unit of the double array is a node: its label is the byte that leads to it, and its children lie at the
// places base ^ byte, where the base is its own place ^ its offset. The child for the byte 0 is its value,
// and there only if the node says so; a value's highest bit is set, so that it is no label of any byte.
//
// Blocks of 256 units that are whole make checking easy: base ^ byte is in the block of the base, so it is
// enough that the base of every node is a place. Units that nothing uses have the offset 0.
#include "normalizers/charsmap.h"

#include <fmt/format.h>

#include "polyglyph/error.h"
#include "unicode/utf8.h"

namespace polyglyph::normalizers {
namespace {

constexpr std::size_t kBlock = 256;
constexpr std::uint32_t kIsValue = std::uint32_t{1} << 31;

std::uint32_t label_of(std::uint32_t unit) {
  return unit & (kIsValue | 0xFF);
}

bool has_value(std::uint32_t unit) {
  return unit >> 8 & 1;
}

// Of 22 bits; one more bit says that it counts blocks.
std::uint32_t offset_of(std::uint32_t unit) {
  return unit >> 10 << ((unit >> 9 & 1) * 8);
}

std::uint32_t value_of(std::uint32_t unit) {
  return unit & ~kIsValue;
}

std::uint32_t read_number(std::string_view bytes) {
  std::uint32_t number = 0;
  for (std::size_t i = 4; i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

}  // namespace

Charsmap::Charsmap(std::string_view compiled, const std::string& where) {
  if (compiled.empty()) return;
  const auto fail = [&](const std::string& what) {
    throw Error(ErrorCode::malformed, what + "; the file is damaged", where);
  };
  const std::size_t size = compiled.size() < 4 ? 0 : read_number(compiled);
  if (size == 0 || size % (4 * kBlock) != 0 || size > compiled.size() - 4) {
    fail(fmt::format("the map of {} bytes has a trie of {} bytes, which must be whole blocks of {} within it",
                     compiled.size(), size, 4 * kBlock));
  }
  strings_ = compiled.substr(4 + size);
  if (strings_.empty() || strings_.back() != '\0') fail("the map does not end with a zero byte");
  if (!unicode::is_valid(strings_)) fail("the replacements of the map are not UTF-8");
  units_.reserve(size / 4);
  for (std::size_t i = 0; i < size; i += 4) units_.push_back(read_number(compiled.substr(4 + i, 4)));
  check(where);
}

void Charsmap::check(const std::string& where) const {
  for (std::uint32_t i = 0; i < units_.size(); ++i) {
    const std::uint32_t unit = units_[i];
    if (i != 0 && (unit & kIsValue)) continue;  // the first is the root, whatever it says
    const std::uint32_t base = i ^ offset_of(unit);
    const bool in_range = base < units_.size();
    const std::uint32_t value = in_range && has_value(unit) ? value_of(units_[base]) : 0;
    if (in_range && value < strings_.size() && (strings_[value] & 0xC0) != 0x80) continue;
    throw Error(ErrorCode::malformed,
                fmt::format("unit {} of the map's trie points out of the map; the file is damaged", i),
                where);
  }
}

template <bool kShortest>
Charsmap::Match Charsmap::find(std::string_view text) const {
  Match match;
  if (units_.empty()) return match;
  std::uint32_t base = offset_of(units_[0]);
  std::size_t size = 0;
  std::uint32_t found = 0;
  match.open = true;
  while (size < text.size()) {
    const std::uint32_t byte = static_cast<unsigned char>(text[size]);
    const std::uint32_t place = base ^ byte;
    const std::uint32_t unit = units_[place];
    // No key has a zero byte, also where an unused unit looks like one.
    if (label_of(unit) != byte || byte == 0) {
      match.open = false;
      break;
    }
    ++size;
    base = place ^ offset_of(unit);
    if (!has_value(unit)) continue;
    match.size = size;
    found = value_of(units_[base]);
    if (kShortest) break;
  }
  if (match.size != 0) match.replacement = std::string_view(strings_.data() + found);
  return match;
}

template Charsmap::Match Charsmap::find<false>(std::string_view) const;
template Charsmap::Match Charsmap::find<true>(std::string_view) const;

bool Charsmap::may_begin(char byte) const {
  if (units_.empty()) return false;
  const std::uint32_t label = static_cast<unsigned char>(byte);
  return label_of(units_[offset_of(units_[0]) ^ label]) == label;
}

}  // namespace polyglyph::normalizers
