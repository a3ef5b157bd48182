// Text inside a page.
#pragma once

#include <string>
#include <string_view>

namespace polyglyph::cli {

// Without anything that a browser would take for a tag, an entity or the end of an attribute.
std::string escape_html(std::string_view text);

}  // namespace polyglyph::cli
