// The version of the headers and of the library linked. CMakeLists.txt and pyproject.toml read it from here.
#pragma once

#define POLYGLYPH_VERSION "0.1.0"

namespace polyglyph {

// Of the library that is linked: equal to POLYGLYPH_VERSION unless headers and library do not belong
// together.
const char* version() noexcept;

}  // namespace polyglyph
