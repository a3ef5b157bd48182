// What the tests of loaders share: the error that a file must give, and small files to edit.
#pragma once

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "polyglyph/error.h"
#include "polyglyph/options.h"

namespace polyglyph::test {

// Calls `load` and gives back the Error that it must throw.
template <typename Load>
Error error_of(const Load& load) {
  try {
    load();
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error");
  return Error(ErrorCode::io, "");
}

// The message must hold each of `parts`, be one line, and say what to do next: behind a semicolon, or by
// asking what may be the matter with the file.
void check_error(const Error& error, ErrorCode code, const std::vector<std::string>& parts);

// `text` with its one occurrence of `old` replaced.
std::string replaced(std::string text, std::string_view old, std::string_view replacement);

// A tokenizer.json of six entries, two merges and two added tokens.
extern const std::string kSmallJson;

// A tokenizer.json of three words, which are its whole model, with `component` as its `section`.
std::string small_words(std::string_view section, std::string_view component);

// Bytes as base64, and a .tiktoken file of all single bytes, with "ab" as rank 256 and a gap at 97.
std::string base64(std::string_view bytes);
std::string small_ranks();

LoadOptions with_pattern(const char* pattern);

}  // namespace polyglyph::test
