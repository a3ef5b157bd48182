// Where and why a text is not JSON, for error messages.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace polyglyph::json {

struct Fault {
  std::size_t offset = 0;  // of the first byte that cannot be right
  std::string what;        // empty: the text is JSON
  bool too_deep = false;   // it would be, were it not nested more than max_depth levels
};

Fault find_fault(std::string_view text, std::size_t max_depth);

}  // namespace polyglyph::json
