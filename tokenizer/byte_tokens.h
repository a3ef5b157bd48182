// Tokens that stand for bytes, on the way back to text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace polyglyph::tokenizer {

// What becomes of bytes that are no UTF-8.
enum class DecodeMode : std::uint8_t {
  raw,       // they stay
  replaced,  // they become U+FFFD as the reference replaces them, which can depend on what comes later
  streamed,  // they become U+FFFD as soon as it is clear that nothing completes them
  middle,    // raw, and the tokens given are from the middle of a text: neither its first nor its last
};

// What one step of a decoder keeps from token to token.
struct DecodeStepState {
  std::string held;         // what waits: a beginning of a character, of a match, of the whole
  std::size_t seen = 0;     // tokens so far; of strip, what was stripped
  std::size_t matched = 0;  // of a replacement, how much of its pattern is there
  bool done = false;
};

// The byte that a token named <0xXX> stands for, -1 for any other.
int byte_of_name(std::string_view name) noexcept;

// Appends so many U+FFFD.
void append_replacements(std::string& out, std::size_t count);

// Moves what is complete in `bytes` to `out`, each ill-formed part as `each` U+FFFD: one, or one a byte.
void take_complete(std::string& bytes, std::string& out, bool one_a_byte);

}  // namespace polyglyph::tokenizer
