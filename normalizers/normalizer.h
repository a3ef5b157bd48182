// Normalizer: what a vocabulary does to text before it is split: steps, one after the other.
//
// Exact to Hugging Face tokenizers 0.23.3, whose normal forms know the characters of Unicode 9.0: later ones
// pass unchanged. Text is bytes; ill-formed parts of UTF-8 pass through as they are and never combine with
// anything, but where a regular expression has to see them: there each becomes U+FFFD.
//
// Immutable; safe to share among threads.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "normalizers/step.h"
#include "polyglyph/types.h"
#include "unicode/normal_form.h"
#include "unicode/normal_step.h"
#include "unicode/offset_map.h"

namespace polyglyph::normalizers {

inline constexpr const char* kNormalVersion = "9.0";

class Normalizer {
 public:
  explicit Normalizer(std::vector<std::unique_ptr<Step>> steps);  // at least one

  // The length of a prefix of `text`, a whole section, that is normalized already and stays so whatever
  // follows it in `text`; text.size() for text that needs nothing done.
  std::size_t unchanged_prefix(std::string_view text) const;

  // Appends the normalized section to `out`. With `map`, adds the edits that were made, as in Step.
  void normalize(std::string_view text, std::string& out, unicode::OffsetMap* map) const;

  // Appends what becomes of `text` behind an unchanged prefix of `unchanged` bytes.
  void normalize_rest(std::string_view text, std::size_t unchanged, std::string& out) const;

  // A section that comes in parts. Each step holds back what later text may still change.
  class Stream {
   public:
    explicit Stream(const Normalizer& normalizer);

    // Appends what is settled to `out`. With `final`, the section ends: nothing is held back, and another may
    // begin.
    void feed(std::string_view text, bool final, std::string& out);

    std::size_t pending() const;  // bytes held back

   private:
    struct Stage {
      std::string waiting;
      Ends ends;  // of what waits
    };
    const Normalizer* normalizer_;
    std::vector<Stage> stages_;
    std::string between_;  // what one step has just given to the next
  };

 private:
  std::vector<std::unique_ptr<Step>> steps_;
};

// Several forms in a row, at least one, are a single one.
std::unique_ptr<Normalizer> make_form_normalizer(std::span<const unicode::NormalForm> forms);

// A compiled pattern. Which expressions there are and how they run is for whoever makes them to know.
class Matcher {
 public:
  virtual ~Matcher() = default;

  // The leftmost match that begins at or after `from`; false if there is none. `text` is well-formed. Matches
  // are never empty.
  virtual bool find(std::string_view text, std::size_t from, Span& match) const = 0;

  // The first place at or after `from` where an attempt to match would read beyond the end of `text`.
  virtual std::size_t undecided(std::string_view text, std::size_t from) const = 0;
};
using MakeMatcher = std::function<std::unique_ptr<Matcher>(const std::string& pattern)>;

// What a vocabulary's steps do one after the other; nullptr when there are none. `make_matcher` is asked for
// the steps that look for a regular expression.
std::unique_ptr<Normalizer> make_normalizer(std::span<const unicode::NormalStep> steps,
                                            const MakeMatcher& make_matcher);

}  // namespace polyglyph::normalizers
