// The texts that are measured on: samples/, by language.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace polyglyph::bench {

// The languages that get a row of their own: scripts that differ in how text is split and merged.
inline constexpr const char* kLanguages[] = {"en", "zh", "ja", "ko", "th", "hi",
                                             "ta", "ar", "ru", "my", "sw"};

// The sample of a language; ends the program, saying why, if there is none. "all": every sample, one after
// the other.
const std::string& sample(std::string_view language);

// The sample again and again, at least `size` bytes of it.
std::string repeated_sample(std::string_view language, std::size_t size);

// Texts that are one piece, or look like it. Each has about `size` bytes.
struct Hostile {
  const char* name;
  std::string text;
};
std::vector<Hostile> hostile(std::size_t size);

}  // namespace polyglyph::bench
