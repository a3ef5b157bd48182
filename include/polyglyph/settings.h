// The truncation and padding that some tokenizer.json files carry.
//
// They say how whoever saved the file used its vocabulary at that time; they are no part of it. So they are
// read, shown (Tokenizer::truncation, Tokenizer::padding) and kept in images, but applied only where
// LoadOptions::apply_file_settings asks for it. The reference applies them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "polyglyph/types.h"

namespace polyglyph {

enum class Side : std::uint8_t { left, right };

struct Truncation {
  enum class Strategy : std::uint8_t {
    longest_first,  // what is too much comes off the longer of two texts, then off both
    only_first,
    only_second,
  };
  std::uint64_t max_length = 0;  // tokens at most, the template's included
  std::uint64_t stride = 0;      // of overflowing parts, which are not given out
  Strategy strategy = Strategy::longest_first;
  Side side = Side::right;  // where tokens are cut off
};

struct Padding {
  std::optional<std::uint64_t> length;  // nothing: as long as the longest of the batch
  std::uint64_t multiple_of = 0;        // 0: any length
  TokenId id = 0;
  std::uint32_t type = 0;
  std::string token;  // the name of `id`
  Side side = Side::right;
};

}  // namespace polyglyph
