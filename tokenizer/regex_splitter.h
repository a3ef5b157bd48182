// RegexSplitter: a split pattern that has no scanner of its own, run by RE2 exactly as its reference runs it.
//
// The pattern is parsed, its classes (\p{L}, \s, \d, ...) are written out from the tables of the pinned
// Unicode version, and the result is handed to RE2, which is linear on any text and finds the same
// leftmost-first match as a backtracking engine. `X(?!\S)` for a run of whitespace, the one lookahead that
// split patterns use, is undone by hand. Whatever cannot be shown to be exact (other lookaround,
// backreferences, atomic groups and possessive quantifiers that could matter, patterns that match the empty
// string) throws Error(unsupported) here, at load.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "polyglyph/types.h"
#include "vocab/spec.h"

namespace polyglyph::tokenizer {

// Compiling takes milliseconds, and only compiling can tell that a pattern is too large for RE2. An image was
// made of a tokenizer whose patterns had been compiled, so that opening one can put it off. Only an image
// that was tampered with then throws Error(limit) where it is used.
enum class Compile : std::uint8_t { at_once, when_used };

class RegexSplitter {
 public:
  // `where` names the pattern's place in its file, for errors.
  static std::unique_ptr<RegexSplitter> compile(std::string_view pattern, vocab::Reference dialect,
                                                const std::string& where, Compile when = Compile::at_once);
  virtual ~RegexSplitter() = default;

  // The first match that begins at `from` or later; false if there is none. `text` is valid UTF-8, `from` a
  // character's beginning. Matches are never empty.
  virtual bool find(std::string_view text, std::size_t from, Span& match) const = 0;

  // For streams: the first place at or after `from` where an attempt to match would read past the end of
  // `text`. Matches that begin before it, and the absence of matches there, are final whatever follows.
  virtual std::size_t undecided(std::string_view text, std::size_t from) const = 0;

  // Whether it asks what stands before a place (^, \A): text that is cut off in front matches differently.
  virtual bool looks_back() const = 0;
};

}  // namespace polyglyph::tokenizer
