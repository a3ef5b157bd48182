// Facts about a text that need no vocabulary.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace polyglyph {

// Unicode scalar values, each maximal ill-formed part counting as one (it is read as U+FFFD).
std::size_t count_characters(std::string_view text) noexcept;

bool is_utf8(std::string_view text) noexcept;

// The text with each maximal ill-formed part replaced by U+FFFD.
std::string to_utf8(std::string_view text);

}  // namespace polyglyph
