// Proving that text is normalized already, without normalizing it.
//
// Nearly all characters are inert, and whole ranges of lead bytes begin nothing else. So the walk looks for
// suspect lead bytes, sixteen at a time, and for nothing more: a character that is not inert must begin with
// one, in ill-formed text too, where the skipped bytes are starters that join nothing. Suspects are looked up
// in the table.
//
// Where a suspect might matter, check_cluster() goes back to the inert character before it, which is all the
// context there is, and follows Unicode's quick check (UAX #15, section 9) to the next inert one, with one
// step more: where the table says "maybe", it asks whether the characters do compose. That is exact, since
// everything up to there is normalized, so that the starter is what composition would have made of it. So the
// walk proves all normalized text, and each cluster is checked once at most: linear time.
//
// Where it stops, text can be cut: before a character whose decomposition begins with a starter that composes
// with nothing before it, always or because it was just seen not to.
#include "normalizers/form.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

#include "unicode/utf8.h"

namespace polyglyph::normalizers {

using unicode::Decoded;
using unicode::NormalForm;

namespace {

bool is_trail(char byte) {
  return (byte & 0xC0) == 0x80;
}

// The character that ends right before p; not valid, and of no size, where there is none or it is ill-formed.
Decoded previous(const char* begin, const char* p) {
  const char* lead = p;
  while (lead != begin && p - lead < 4 && is_trail(*--lead)) continue;
  if (lead != p) {
    const Decoded c = unicode::decode(lead, p);
    if (c.valid && lead + c.size == p) return c;
  }
  return {unicode::kReplacement, 0, false};
}

// Its decomposition in the list, empty if it is not there.
std::u32string_view find(const Decompositions& list, char32_t c) {
  const std::uint32_t* const end = list.entries + list.count;
  const std::uint32_t* const entry = std::lower_bound(list.entries, end, std::uint32_t(c) << kPartsBits);
  if (*entry >> kPartsBits != c) return {};
  const auto part_of = [](std::uint32_t e) { return e & ((1u << kPartsBits) - 1); };
  return {list.parts + part_of(entry[0]), part_of(entry[1]) - part_of(entry[0])};
}

// Hangul syllables are numbered by their letters (The Unicode Standard, section 3.12): a leading consonant, a
// vowel, and a trailing consonant or, as the 0th of the trailing ones, none.
constexpr char32_t kSyllables = 0xAC00;
constexpr char32_t kLeading = 0x1100;
constexpr char32_t kVowels = 0x1161;
constexpr char32_t kTrailing = 0x11A7;
constexpr char32_t kLeadingCount = 19;
constexpr char32_t kVowelCount = 21;
constexpr char32_t kTrailingCount = 28;

bool is_hangul_syllable(char32_t c) {
  return c - kSyllables < kLeadingCount * kVowelCount * kTrailingCount;
}

std::u32string_view decompose_hangul(char32_t c, char32_t (&buffer)[Form::kBufferSize]) {
  const char32_t syllable = c - kSyllables;
  buffer[0] = kLeading + syllable / kTrailingCount / kVowelCount;
  buffer[1] = kVowels + syllable / kTrailingCount % kVowelCount;
  buffer[2] = kTrailing + syllable % kTrailingCount;
  return {buffer, buffer[2] == kTrailing ? 2u : 3u};
}

// 0 if they are not two parts of a syllable.
char32_t compose_hangul(char32_t first, char32_t second) {
  if (first - kLeading < kLeadingCount && second - kVowels < kVowelCount) {
    return kSyllables + ((first - kLeading) * kVowelCount + (second - kVowels)) * kTrailingCount;
  }
  const char32_t syllable = first - kSyllables;
  const char32_t trailing = second - kTrailing;
  const bool lacks_trailing = is_hangul_syllable(first) && syllable % kTrailingCount == 0;
  return lacks_trailing && trailing > 0 && trailing < kTrailingCount ? first + trailing : 0;
}

}  // namespace

Form::Form(NormalForm form) {
  composes_ = form == NormalForm::nfc || form == NormalForm::nfkc;
  compatibility_ = form == NormalForm::nfkc || form == NormalForm::nfkd;
  const auto number = static_cast<unsigned>(form);
  static_assert(kNotNfc << static_cast<unsigned>(NormalForm::nfkd) == kNotNfkd &&
                kInsideNfc << static_cast<unsigned>(NormalForm::nfkd) == kInsideNfkd);

  excluded_ = kNotNfc << number;
  inside_ = kInsideNfc << number;
  decomposes_ = compatibility_ ? kNotNfkd : kNotNfd;
  second_ = composes_ ? kSecond : Property{0};
  not_inert_ = kCombiningClassMask | excluded_ | second_;
  not_settled_ = not_inert_ | kTrailingClassMask | (composes_ ? kFirst : Property{0});

  suspect_bit_ = static_cast<unsigned char>(1u << number);
  first_suspect_ = 0;
  while (!is_suspect(static_cast<char>(first_suspect_))) ++first_suspect_;
  gaps_[0] = inert_leads_around(0xE7);  // Han
  gaps_[1] = inert_leads_around(0xEC);  // Hangul, in forms that compose
  gaps_[2] = inert_leads_around(0xD0);  // Cyrillic

  for (unsigned kind = 0; kind < kPropertyKindCount; ++kind) {
    const Property p = kProperties[kind];
    const unsigned ccc = combining_class(p);
    Rule& rule = rules_[kind];
    rule.refuses = (p & excluded_ ? kAnything : 0) | (p & second_ ? kUnsettled : 0);
    rule.offers = kAnything | (p & not_settled_ ? kUnsettled : 0);
    rule.class_after = static_cast<std::uint8_t>(ccc == 0 ? 0xFF : ccc - 1);
    rule.class_before = static_cast<std::uint8_t>(ccc == 0 ? 0 : ccc - 1);
  }
}

Form::InertLeads Form::inert_leads_around(unsigned char byte) const {
  unsigned first = byte;
  unsigned last = byte;
  if (is_suspect(static_cast<char>(byte))) return {};  // byte 0, which is inert in every form
  while (!is_suspect(static_cast<char>(first - 1))) --first;
  while (last < 0xFF && !is_suspect(static_cast<char>(last + 1))) ++last;
  return {static_cast<unsigned char>(first), static_cast<unsigned char>(last - first)};
}

// Bit i is set where p[i] may begin a character that is not inert; `size` is at most 64. The three gaps are
// most of the inert lead bytes in use; the others are looked up like suspects.
inline std::uint64_t Form::suspects(const char* p, std::size_t size) const {
  std::uint64_t found = 0;
  std::size_t i = 0;
#if defined(__SSE2__)
  const auto all = [](unsigned char byte) { return _mm_set1_epi8(static_cast<char>(byte)); };
  const auto at_most = [](__m128i a, __m128i b) { return _mm_cmpeq_epi8(_mm_min_epu8(a, b), a); };
  for (; i + 16 <= size; i += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + i));
    __m128i inert = _mm_setzero_si128();
    for (const InertLeads& gap : gaps_) {
      inert = _mm_or_si128(inert, at_most(_mm_sub_epi8(bytes, all(gap.first)), all(gap.extent)));
    }
    const __m128i suspect = _mm_andnot_si128(inert, at_most(all(first_suspect_), bytes));
    found |= std::uint64_t(static_cast<unsigned>(_mm_movemask_epi8(suspect))) << i;
  }
#endif
  for (; i < size; ++i) found |= std::uint64_t(is_suspect(p[i])) << i;
  return found;
}

std::size_t Form::unchanged_prefix(std::string_view text) const {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  // In a run of characters that the form replaces, looking through a block for each would be most of the
  // work.
  if (begin != end && excludes(property_of(unicode::decode(begin, end).code_point))) return 0;

  const char* looked_up = begin;  // the end of the last character that was looked up
  Rule last = kSkipped;           // its rule
  const char* block = begin;
  while (block != end) {
    const std::size_t size = std::min<std::size_t>(64, static_cast<std::size_t>(end - block));
    const char* next_block = block + size;
    for (std::uint64_t left = suspects(block, size); left != 0; left &= left - 1) {
      const char* const p = block + std::countr_zero(left);
      const Decoded c = unicode::decode(p, end);
      const Rule now = rules_[kind_of(c.code_point)];
      const Rule before = p == looked_up ? last : kSkipped;
      if (((now.refuses & before.offers) != 0) | (now.class_after < before.class_before)) [[unlikely]] {
        const Cluster cluster = check_cluster(begin, p, end);
        if (!cluster.normalized) return static_cast<std::size_t>(cluster.at - begin);
        next_block = cluster.at;
        break;
      }
      looked_up = p + c.size;
      last = now;
    }
    block = next_block;
  }
  return text.size();
}

// Checks the cluster around p, which is at a character that is not inert.
Form::Cluster Form::check_cluster(const char* begin, const char* p, const char* end) const {
  Decoded before = previous(begin, p);
  while (before.valid && !is_inert(property_of(before.code_point))) {
    p -= before.size;
    before = previous(begin, p);
  }
  const char* cut = p - before.size;
  char32_t starter = before.code_point;  // U+FFFD, which composes with nothing, if there is none
  unsigned last_class = 0;               // of the marks since the starter
  while (p != end) {
    const Decoded c = unicode::decode(p, end);
    const Property property = property_of(c.code_point);
    if (is_inert(property)) break;
    if (excludes(property)) return {false, property & inside_ ? cut : p};
    const unsigned ccc = combining_class(property);
    if (ccc < last_class && ccc != 0) return {false, cut};
    const bool blocked = last_class != 0 && ccc <= last_class;
    if (property & second_ && !blocked && joins(starter, c.code_point, ccc)) return {false, cut};
    if (ccc == 0) {
      cut = p;
      starter = c.code_point;
    }
    last_class = ccc;
    p += c.size;
  }
  return {true, p};
}

// Whether `second` composes with `starter`, or, if it is a mark that sorts before marks that the starter is
// composed of, with what the starter is without these.
bool Form::joins(char32_t starter, char32_t second, unsigned second_class) const {
  const Property property = property_of(starter);
  if (second_class == 0 || second_class >= trailing_class(property)) return compose(starter, second) != kNone;
  char32_t buffer[kBufferSize];
  const std::u32string_view parts = decompose(starter, property, buffer);
  char32_t base = parts[0];
  for (const char32_t part : parts.substr(1)) {
    if (combining_class(property_of(part)) > second_class) break;
    base = compose(base, part);
  }
  return compose(base, second) != kNone;
}

std::size_t Form::settled_prefix(std::string_view text) const {
  const char* const begin = text.data();
  const char* p = begin + text.size() - unicode::unfinished_tail(text);
  for (;;) {
    const Decoded c = previous(begin, p);
    const Property property = property_of(c.code_point);
    if ((property & not_settled_) == 0) return static_cast<std::size_t>(p - begin);
    p -= c.size;
    if (!(property & inside_)) return static_cast<std::size_t>(p - begin);
  }
}

std::u32string_view Form::decompose(char32_t c, Property p, char32_t (&buffer)[kBufferSize]) const {
  if (p & decomposes_) {
    if (is_hangul_syllable(c)) return decompose_hangul(c, buffer);
    if (compatibility_) {
      const std::u32string_view parts = find(kCompatibilityDecompositions, c);
      if (!parts.empty()) return parts;
    }
    return find(kCanonicalDecompositions, c);
  }
  buffer[0] = c;
  return {buffer, 1};
}

char32_t Form::compose(char32_t first, char32_t second) const {
  if (!composes_ || !(property_of(first) & kFirst) || !(property_of(second) & kSecond)) return kNone;
  if (const char32_t syllable = compose_hangul(first, second)) return syllable;
  const auto* const found =
      std::lower_bound(std::begin(kCompositions), std::end(kCompositions), std::pair(first, second),
                       [](const Composition& c, auto pair) { return std::pair(c.first, c.second) < pair; });
  const bool composes = found != std::end(kCompositions) && found->first == first && found->second == second;
  return composes ? found->composite : kNone;
}

}  // namespace polyglyph::normalizers
