// Form: one normalization form of Unicode 9.0; what it does to characters, and where it does nothing to text.
//
// Immutable; safe to share among threads.
#pragma once

#include <cstddef>
#include <string_view>

#include "normalizers/normal_data.h"
#include "unicode/normal_form.h"

namespace polyglyph::normalizers {

class Form {
 public:
  explicit Form(unicode::NormalForm form);

  // As in Step.
  std::size_t unchanged_prefix(std::string_view text) const;
  std::size_t settled_prefix(std::string_view text) const;

  // Inert characters are starters that the form leaves alone and that join nothing before them: text can be
  // cut before them. Most characters are.
  bool is_inert(Property p) const { return (p & not_inert_) == 0; }

  // Whether the form always replaces the character.
  bool excludes(Property p) const { return (p & excluded_) != 0; }

  // The full decomposition of the character, whose property is `p`; it may lie in `buffer`.
  static constexpr unsigned kBufferSize = 3;
  std::u32string_view decompose(char32_t c, Property p, char32_t (&buffer)[kBufferSize]) const;

  // The character that the two compose to, or kNone: always kNone in NFD and NFKD.
  static constexpr char32_t kNone = 0xFFFFFFFF;
  char32_t compose(char32_t first, char32_t second) const;

 private:
  // A range of bytes [first, first + extent] that begin inert characters alone.
  struct InertLeads {
    unsigned char first = 0;
    unsigned char extent = 0;
  };

  // What the walk over text needs to know of a kind of characters, in a form that needs no branches: whether
  // two neighbours need a closer look. Marks in order do not, and neither does what may compose with a
  // character before it behind one that composes with nothing; both are common in many scripts.
  enum : std::uint8_t { kAnything = 1, kUnsettled = 2 };
  struct Rule {
    // A closer look is needed behind a character that offers any of these, ...
    std::uint8_t refuses;
    std::uint8_t offers;
    // ... or if this is less than the class_before of the character before.
    std::uint8_t class_after;
    std::uint8_t class_before;
  };
  // The rule of a character that was skipped: it is inert, but may be the first of two that compose.
  static constexpr Rule kSkipped = {0, kAnything | kUnsettled, 0xFF, 0};

  struct Cluster {
    bool normalized;
    const char* at;  // its end, or else the last place before the offence where text can be cut
  };

  bool is_suspect(char byte) const { return kSuspects[static_cast<unsigned char>(byte)] & suspect_bit_; }
  std::uint64_t suspects(const char* p, std::size_t size) const;
  Cluster check_cluster(const char* begin, const char* p, const char* end) const;
  bool joins(char32_t starter, char32_t second, unsigned second_class) const;
  InertLeads inert_leads_around(unsigned char byte) const;

  Property excluded_;     // the flag of characters that the form replaces
  Property inside_;       // the flag of characters before which text cannot be cut
  Property decomposes_;   // the flag of characters with a decomposition
  Property second_;       // kSecond in forms that compose
  Property not_inert_;    // what inert characters have none of
  Property not_settled_;  // what characters have none of that nothing behind them can change
  bool composes_;
  bool compatibility_;
  unsigned char suspect_bit_;
  unsigned char first_suspect_;
  InertLeads gaps_[3];
  Rule rules_[kPropertyKindCount];
};

}  // namespace polyglyph::normalizers
