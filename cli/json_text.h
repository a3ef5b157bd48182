// Writing JSON needs one thing that is easy to get wrong: strings.
#pragma once

#include <string>
#include <string_view>

namespace polyglyph::cli {

// The text as a JSON string, quotes included. JSON holds Unicode alone: each maximal ill-formed part becomes
// U+FFFD.
std::string json_string(std::string_view text);

// A member of an object: "path": "...". Where the text is not UTF-8, nothing of it is lost: a member with its
// bytes in hexadecimal, "path_bytes": "2e2fff", follows.
std::string json_member(std::string_view key, std::string_view text);

}  // namespace polyglyph::cli
