// Scanners: the split patterns of the well-known vocabularies, by hand.
//
// Each function finds the end of the piece that begins at p, as the leftmost-first match of its pattern does
// there. They read every character once or twice, call nothing and allocate nothing. All of them go through
// Cursor::peek, which notes when it was asked for what lies beyond the end: a piece that was found without
// asking is final, whatever text follows, and that is what streams rely on.
//
// tests/scanner_test.cc holds each of them against the pattern itself run by RegexSplitter.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "unicode/char_class.h"
#include "unicode/utf8.h"
#include "vocab/spec.h"

namespace polyglyph::tokenizer {

enum class Scanner : std::uint8_t { gpt2, cl100k, llama3, qwen, o200k, deepseek_v3 };

const char* to_string(Scanner scanner);

// The scanner that does what `steps` do, if there is one.
std::optional<Scanner> find_scanner(std::span<const vocab::SplitStep> steps, vocab::Reference reference);

namespace scan {

using unicode::ClassMask;
using unicode::kLetterMask;
using unicode::kMarkMask;
using unicode::kNewlineMask;
using unicode::kNumberMask;
using unicode::kPunctMask;
using unicode::kSpaceMask;
using unicode::kSymbolMask;
using unicode::mask_of;

extern const std::array<ClassMask, 128> kAsciiMasks;

// What is not whitespace, letter or number: [^\s\p{L}\p{N}].
inline constexpr ClassMask kOtherMask = unicode::kAllMask & ~(kSpaceMask | kLetterMask | kNumberMask);

struct Character {
  ClassMask mask;      // 0 beyond the end
  std::uint32_t size;  // in bytes; ill-formed parts count as U+FFFD
};

// A set of characters as bits, addressed by the bytes of UTF-8 themselves: of two bytes, the lead names a
// word and the second a bit; of three, the lead and the second name a word and the third a bit. Sequences
// that are not well-formed have no bit set, so a bit that is set is all the proof of form that is needed.
struct Set {
  std::uint64_t one[2];
  std::uint64_t two[0xE0 - 0x80];  // none is set for bytes that cannot lead
  std::uint64_t three[1024];
};
Set make_set(ClassMask mask);
template <ClassMask kMask>
inline const Set set_of = make_set(kMask);

// How many of eight bytes, read as a little-endian word, come before the first that is no ASCII letter: the
// upper bit of each byte is worked out for all of them at once, and no sum carries into the next byte.
inline unsigned leading_letters(std::uint64_t word) {
  constexpr std::uint64_t kEach = 0x0101010101010101, kTop = 0x80 * kEach;
  const std::uint64_t folded = (word | 0x20 * kEach) & ~kTop;
  const std::uint64_t from_a = folded + (0x80 - 'a') * kEach, behind_z = folded + (0x7F - 'z') * kEach;
  const std::uint64_t others = ~(from_a & ~behind_z & ~word) & kTop;
  return static_cast<unsigned>(std::countr_zero(others)) / 8;
}

class Cursor {
 public:
  explicit Cursor(const char* end) : end_(end) {}

  [[gnu::always_inline]] Character peek(const char* p) {
    if (p == end_) {
      hit_end_ = true;
      return {0, 0};
    }
    const auto byte = static_cast<unsigned char>(*p);
    if (byte < 0x80) return {kAsciiMasks[byte], 1};
    const unicode::Decoded c = unicode::decode(p, end_);
    return {unicode::class_mask(c.code_point), c.size};
  }

  // The byte at p, in lower case if it is an ASCII letter; 0 beyond the end.
  unsigned char lower(const char* p) {
    if (p == end_) {
      hit_end_ = true;
      return 0;
    }
    const auto byte = static_cast<unsigned char>(*p);
    return byte >= 'A' && byte <= 'Z' ? byte + 32 : byte;
  }

  // The end of the longest run of characters of kSet that begins at p.
  template <ClassMask kSet>
  [[gnu::always_inline]] const char* run(const char* p) {
    const Set& set = set_of<kSet>;
    // Words of ASCII are most of what is read, and how long one is no branch can guess.
    if constexpr ((kSet & kLetterMask) == kLetterMask) {
      while (end_ - p >= 8) {
        std::uint64_t word;
        std::memcpy(&word, p, 8);
        const unsigned letters = leading_letters(word);
        p += letters;
        if (letters < 8) break;
      }
    }
    for (;;) {
      if (end_ - p >= 3) {
        const auto* s = reinterpret_cast<const unsigned char*>(p);
        const std::uint32_t lead = s[0], second = s[1] ^ 0x80u, third = s[2] ^ 0x80u;
        if (lead < 0x80) {
          if (!(set.one[lead >> 6] >> (lead & 63) & 1)) return p;
          ++p;
          continue;
        }
        if (lead < 0xE0) {
          if (second < 0x40 && set.two[lead - 0x80] >> second & 1) {
            p += 2;
            continue;
          }
        } else if (lead < 0xF0 && (second | third) < 0x40 &&
                   set.three[(lead & 15) << 6 | second] >> third & 1) {
          p += 3;
          continue;
        }
      }
      const Character c = peek(p);
      if (!(c.mask & kSet)) return p;
      p += c.size;
    }
  }

  bool hit_end() const { return hit_end_; }

 protected:
  const char* end_;
  bool hit_end_ = false;
};

// (?i:'s|'t|'re|'ve|'m|'ll|'d) at p, which is at an apostrophe: its end, or nullptr. Folded case admits
// U+017F (the long s) for s in both references.
template <bool kFoldCase, class C>
const char* contraction(C& cursor, const char* p) {
  const auto at = [&](const char* q) {
    const unsigned char folded = cursor.lower(q);
    return kFoldCase || folded == 0 ? folded : static_cast<unsigned char>(*q);
  };
  switch (at(p + 1)) {
    case 's':
    case 't':
    case 'm':
    case 'd':
      return p + 2;
    case 'r':
    case 'v':
      return at(p + 2) == 'e' ? p + 3 : nullptr;
    case 'l':
      return at(p + 2) == 'l' ? p + 3 : nullptr;
    case 0xC5:
      return kFoldCase && cursor.lower(p + 2) == 0xBF ? p + 3 : nullptr;
    default:
      return nullptr;
  }
}

// p is at whitespace that no earlier alternative takes.
//   newlines:  \s*[\r\n]+|\s+(?!\S)|\s+        the run up to its last newline; else
//   else:      \s+(?!\S)|\s+                   the run less its last character, unless text ends or it is one
//   alone whole_at_end:  \s++$ comes first           at the end of the text, all of it
template <bool kNewlines, bool kWholeAtEnd, class C>
const char* whitespace(C& cursor, const char* p) {
  const char* last = p;
  const char* after_newline = nullptr;
  const char* q = p;
  Character c;
  while ((c = cursor.peek(q)).mask & kSpaceMask) {
    last = q;
    q += c.size;
    if (c.mask & kNewlineMask) after_newline = q;
  }
  const bool at_end = c.mask == 0;
  if (kNewlines && after_newline != nullptr && !(kWholeAtEnd && at_end)) return after_newline;
  return at_end || last == p ? q : last;
}

template <class C>
const char* numbers(C& cursor, const char* p, int most) {
  for (int count = 0; count < most; ++count) {
    const Character c = cursor.peek(p);
    if (!(c.mask & kNumberMask)) break;
    p += c.size;
  }
  return p;
}

// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
[[gnu::always_inline]] inline const char* gpt2(Cursor& cursor, const char* p) {
  if (*p == '\'') {
    if (const char* end = contraction<false>(cursor, p)) return end;
  }
  const Character first = cursor.peek(p);
  const Character c = *p == ' ' ? cursor.peek(p + 1) : first;
  const char* const q = *p == ' ' ? p + 1 + c.size : p + c.size;
  if (c.mask & kLetterMask) return cursor.run<kLetterMask>(q);
  if (c.mask & kNumberMask) return cursor.run<kNumberMask>(q);
  if (c.mask & kOtherMask) return cursor.run<kOtherMask>(q);
  return whitespace<false, false>(cursor, p);
}

// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,kDigits}|
// ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|...
template <int kDigits, bool kWholeAtEnd>
[[gnu::always_inline]] inline const char* gpt4(Cursor& cursor, const char* p) {
  if (*p == '\'') {
    if (const char* end = contraction<true>(cursor, p)) return end;
  }
  // Most pieces are a word, alone or behind a space: no need to ask for the class of its first letter.
  const char* const word = *p == ' ' ? p + 1 : p;
  const char* const word_end = cursor.run<kLetterMask>(word);
  if (word_end != word) return word_end;
  const Character first = cursor.peek(p);
  if (first.mask & kNumberMask) return numbers(cursor, p, kDigits);
  Character second{0, 0};
  if (!(first.mask & kNewlineMask)) {
    second = cursor.peek(p + first.size);
    if (second.mask & kLetterMask) return cursor.run<kLetterMask>(p + first.size + second.size);
  }
  const char* q = nullptr;
  if (first.mask & kOtherMask) {
    q = p + first.size;
  } else if (*p == ' ' && second.mask & kOtherMask) {
    q = p + 1 + second.size;
  }
  if (q != nullptr) return cursor.run<kNewlineMask>(cursor.run<kOtherMask>(q));
  return whitespace<true, kWholeAtEnd>(cursor, p);
}

// [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|...)?
//|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|...)?
//|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
//
// Call the two classes upper and lower; titlecase-less letters and marks are in both. From a start q, the
// first alternative takes the run of upper, then a run of lower. If no lower follows the run, it gives back
// down to the last character that is both, which then is the whole lower part; without one it fails. The
// optional character in front is tried first; only a mark can be both in front and part of the word, so only
// a mark gets a second try.
[[gnu::always_inline]] inline const char* o200k(Cursor& cursor, const char* p) {
  constexpr ClassMask kBoth = mask_of(unicode::CharClass::lm) | mask_of(unicode::CharClass::lo) | kMarkMask;
  constexpr ClassMask kUpper = mask_of(unicode::CharClass::lu) | mask_of(unicode::CharClass::lt) | kBoth;
  constexpr ClassMask kLower = mask_of(unicode::CharClass::ll) | kBoth;
  struct Word {
    const char* first;   // end of the first alternative's match, nullptr if it fails
    const char* second;  // and of the second one's, when the first fails
  };
  const auto word = [&](const char* q) -> Word {
    const char* last_both = nullptr;
    const char* end = q;
    Character c;
    while ((c = cursor.peek(end)).mask & kUpper) {
      end += c.size;
      if (c.mask & kBoth) last_both = end;
    }
    if (c.mask & kLower) return {cursor.run<kLower>(end + c.size), nullptr};
    return {last_both, end == q ? nullptr : end};
  };
  const auto with_contraction = [&](const char* end) {
    if (cursor.lower(end) != '\'') return end;
    const char* longer = contraction<true>(cursor, end);
    return longer != nullptr ? longer : end;
  };

  const Character first = cursor.peek(p);
  if (first.mask & kNumberMask) return numbers(cursor, p, 3);
  if (first.mask & kLetterMask) {
    const Word here = word(p);
    return with_contraction(here.first != nullptr ? here.first : here.second);
  }
  Character second{0, 0};
  if (!(first.mask & kNewlineMask)) {
    second = cursor.peek(p + first.size);
    const bool mark = first.mask & kMarkMask;
    if (second.mask & (kUpper | kLower) || mark) {
      const Word after = word(p + first.size);
      const Word here = mark && after.first == nullptr ? word(p) : Word{nullptr, nullptr};
      for (const char* end : {after.first, here.first, after.second, here.second}) {
        if (end != nullptr) return with_contraction(end);
      }
    }
  }
  const char* q = nullptr;
  if (first.mask & kOtherMask) {
    q = p + first.size;
  } else if (*p == ' ' && second.mask & kOtherMask) {
    q = p + 1 + second.size;
  }
  if (q != nullptr) {
    q = cursor.run<kOtherMask>(q);
    for (unsigned char byte; (byte = cursor.lower(q)) == '\r' || byte == '\n' || byte == '/';) ++q;
    return q;
  }
  return whitespace<true, false>(cursor, p);
}

// DeepSeek-V3 splits three times: numbers by three, then runs of [一-龥぀-ゟ゠-ヿ], then
//   [!-/:-@\[-`{-~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|
//   ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
// The first two are borders that the third never sees across, so to it this cursor shows the end there.
class BorderCursor : public Cursor {
 public:
  using Cursor::Cursor;

  static bool is_border(const char* p, Character c) {
    if (c.mask & kNumberMask) return true;
    if (c.size != 3) return false;
    const auto a = static_cast<unsigned char>(p[0]), b = static_cast<unsigned char>(p[1]),
               d = static_cast<unsigned char>(p[2]);
    const unsigned unit = (a & 0x0Fu) << 12 | (b & 0x3Fu) << 6 | (d & 0x3Fu);
    return a >= 0xE3 && a <= 0xE9 &&
           ((unit >= 0x4E00 && unit <= 0x9FA5) || (unit >= 0x3040 && unit <= 0x30FF));
  }

  [[gnu::always_inline]] Character peek(const char* p) {
    const Character c = Cursor::peek(p);
    return is_border(p, c) ? Character{0, 0} : c;
  }
  template <ClassMask kSet>
  const char* run(const char* p) {
    for (;;) {
      const Character c = peek(p);
      if (!(c.mask & kSet)) return p;
      p += c.size;
    }
  }
};

[[gnu::always_inline]] inline const char* deepseek_v3(BorderCursor& cursor, const char* p) {
  constexpr ClassMask kWord = kLetterMask | kMarkMask;
  constexpr ClassMask kSign = kPunctMask | kSymbolMask;
  const Character first = cursor.Cursor::peek(p);
  if (first.mask & kNumberMask) return numbers(static_cast<Cursor&>(cursor), p, 3);
  if (BorderCursor::is_border(p, first)) {
    Character c = first;
    do {
      p += c.size;
      c = cursor.Cursor::peek(p);
    } while (!(c.mask & kNumberMask) && BorderCursor::is_border(p, c));
    return p;
  }
  const auto is_letter = [&](unsigned char byte) { return byte >= 'a' && byte <= 'z'; };
  const bool ascii = static_cast<unsigned char>(*p) < 0x80;
  if (ascii && first.mask & kSign && is_letter(cursor.lower(p + 1))) {
    const char* q = p + 2;
    while (is_letter(cursor.lower(q))) ++q;
    return q;
  }
  if (first.mask & kLetterMask) return cursor.run<kWord>(p + first.size);
  Character second{0, 0};
  if (!(first.mask & (kNewlineMask | kSign))) {
    second = cursor.peek(p + first.size);
    if (second.mask & kWord) return cursor.run<kWord>(p + first.size + second.size);
    if (first.mask & kMarkMask) return p + first.size;
  }
  const char* q = nullptr;
  if (first.mask & kSign) {
    q = p + first.size;
  } else if (*p == ' ' && second.mask & kSign) {
    q = p + 1 + second.size;
  }
  if (q != nullptr) return cursor.run<kNewlineMask>(cursor.run<kSign>(q));
  if (first.mask & kSpaceMask) return whitespace<true, false>(cursor, p);

  // Characters that no alternative takes (controls, formats, unassigned ones) stay together up to the next
  // match, which may begin with the last of them when a word follows.
  constexpr ClassMask kRest = mask_of(unicode::CharClass::other);
  const char* last = p;
  const char* end = p;
  Character c;
  while ((c = cursor.peek(end)).mask & kRest) {
    last = end;
    end += c.size;
  }
  return c.mask & kWord && last != p ? last : end;
}

// Calls piece(begin, end) for each piece of `text` in order while it returns true. With `final` false, stops
// before the first piece that later text could change. Returns how many bytes were split.
template <class C, const char* (*next)(C&, const char*), class Piece>
std::size_t pieces(std::string_view text, bool final, Piece piece) {
  const char* p = text.data();
  const char* const end = p + text.size();
  C cursor(end);
  while (p != end) {
    const char* const q = next(cursor, p);
    if (!final && cursor.hit_end()) break;
    const bool more = piece(p, q);
    p = q;
    if (!more) break;
  }
  return static_cast<std::size_t>(p - text.data());
}

}  // namespace scan

template <class Piece>
std::size_t scan_pieces(Scanner scanner, std::string_view text, bool final, Piece piece) {
  using scan::Cursor;
  switch (scanner) {
    case Scanner::gpt2:
      return scan::pieces<Cursor, scan::gpt2>(text, final, piece);
    case Scanner::cl100k:
      return scan::pieces<Cursor, scan::gpt4<3, true>>(text, final, piece);
    case Scanner::llama3:
      return scan::pieces<Cursor, scan::gpt4<3, false>>(text, final, piece);
    case Scanner::qwen:
      return scan::pieces<Cursor, scan::gpt4<1, false>>(text, final, piece);
    case Scanner::o200k:
      return scan::pieces<Cursor, scan::o200k>(text, final, piece);
    case Scanner::deepseek_v3:
      return scan::pieces<scan::BorderCursor, scan::deepseek_v3>(text, final, piece);
  }
  return 0;
}

}  // namespace polyglyph::tokenizer
