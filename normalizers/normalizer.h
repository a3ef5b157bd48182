// Normalizer: what a vocabulary does to text before it is split.
//
// The forms are those of Unicode 9.0: tokenizers 0.23.3, the reference, knows no newer characters. ICU's
// FilteredNormalizer2 over [:age=9.0:] does the same, and the tables come from it. Most text is normalized
// already, and proving that is the fast path: `unchanged_prefix` walks UTF-8 with a table of properties and
// calls nothing.
//
// Ill-formed UTF-8 is left as it is: each ill-formed part stands as U+FFFD would, a starter that nothing
// joins.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "polyglyph/types.h"
#include "unicode/normal_form.h"
#include "unicode/normal_step.h"
#include "unicode/offset_map.h"

namespace polyglyph::normalizers {

inline constexpr const char* kNormalVersion = "9.0";

class Normalizer {
 public:
  virtual ~Normalizer() = default;

  // The length of a prefix of `text` that is normalized already and stays so whatever follows it in `text`;
  // text.size() for text that needs nothing done. The rest can be normalized by itself.
  virtual std::size_t unchanged_prefix(std::string_view text) const = 0;

  // Appends the normalized `text` to `out`. With `map`, adds an edit for each part that changed, as small as
  // can be; its spans count from the beginning of `text` (in) and of what was appended (out). Linear time, up
  // to sorting runs of marks.
  virtual void normalize(std::string_view text, std::string& out, unicode::OffsetMap* map) const = 0;

  // For streams: the length of the longest prefix of `text` whose normalization no later text can change.
  virtual std::size_t settled_prefix(std::string_view text) const = 0;
};

// nullptr when `forms` is empty. Several forms run one after the other, which is the same as running a single
// one.
std::unique_ptr<Normalizer> make_form_normalizer(std::span<const unicode::NormalForm> forms);

// A compiled pattern. Which expressions there are and how they run is for whoever makes them to know.
class Matcher {
 public:
  virtual ~Matcher() = default;

  // The leftmost match that begins at or after `from`; false if there is none. `text` is well-formed.
  virtual bool find(std::string_view text, std::size_t from, Span& match) const = 0;
};
using MakeMatcher = std::function<std::unique_ptr<Matcher>(const std::string& pattern)>;

// What a vocabulary's steps do one after the other; nullptr when there are none. `make_matcher` is asked for
// the steps that look for a regular expression.
std::unique_ptr<Normalizer> make_normalizer(std::span<const unicode::NormalStep> steps,
                                            const MakeMatcher& make_matcher);

}  // namespace polyglyph::normalizers
