// Budgets: a text cut so that its ids are at most a number of tokens.
//
//   polyglyph::Span kept = polyglyph::truncate(tok, text, 131072);
//   text.substr(kept.begin, kept.end - kept.begin);     // tok.count of it is at most 131072
//
// Exact: what is left is counted by itself, not estimated, and ends where a token of the text ends, or before
// it where a grapheme would be cut. Lazy: no more of the text is read than the budget asks for, whatever its
// length, from whichever end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "polyglyph/options.h"
#include "polyglyph/settings.h"
#include "polyglyph/tokenizer.h"
#include "polyglyph/types.h"

namespace polyglyph {

// What is never cut through. A grapheme longer than 1 KiB counts as its characters.
enum class Whole : std::uint8_t {
  grapheme,   // what people call a character: letters with their marks, syllables, emoji with their modifiers
  character,  // a Unicode scalar value
  byte,       // what is left may not be UTF-8
};

struct BudgetOptions {
  Side side = Side::right;  // where text is cut off
  Whole whole = Whole::grapheme;

  // How what is left will be encoded: what add_special_tokens adds counts.
  EncodeOptions encode{};
};

// The part of `text` to keep, in bytes: all of it if it fits, none of it if nothing fits. Throws
// Error(invalid_argument): a limit of 0, one that the added special tokens alone exceed, or a tokenizer that
// truncates by itself (LoadOptions::apply_file_settings). Under SpecialTokens::reject, Error(control_token)
// is for what would be left, and counts its place in that.
Span truncate(const Tokenizer& tokenizer, std::string_view text, std::size_t limit,
              const BudgetOptions& options = {});

// The middle left out: text.substr(0, head_end) + marker + text.substr(tail_begin).
struct HeadTail {
  std::size_t head_end = 0;
  std::size_t tail_begin = 0;  // equal to head_end where the whole text fits; there is then no marker

  friend bool operator==(const HeadTail&, const HeadTail&) = default;
};

struct HeadTailOptions {
  double head = 0.5;                  // the share of the budget that the beginning gets, 0 to 1
  std::string_view marker = "\n…\n";  // stands where something was left out, and counts
  Whole whole = Whole::grapheme;
  EncodeOptions encode{};
};

// Throws Error(invalid_argument) as truncate does, for a marker that does not fit, and for a share below 0 or
// above 1.
HeadTail head_tail(const Tokenizer& tokenizer, std::string_view text, std::size_t limit,
                   const HeadTailOptions& options = {});

}  // namespace polyglyph
