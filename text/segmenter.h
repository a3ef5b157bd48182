// Where a text may be cut: ICU's rules and dictionaries (Unicode 15.0 with ICU 72).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace polyglyph::text {

enum class Segment {
  grapheme,  // extended grapheme clusters, what people call characters (UAX #29)
  line,      // between two of them a line may be broken (UAX #14): words with what clings to them, by
         // dictionaries for Thai, Lao, Khmer and Burmese
  sentence,  // with the white space behind them (UAX #29); a line's end is a sentence's end
};

// Both ends of a text are boundaries. Ill-formed parts stand as U+FFFD. For one thread at a time.
class Segmenter {
 public:
  // `locale`: "el", "en-US", "" for what all languages have in common. Sentences of a named language do not
  // end after its abbreviations ("Dr.") where ICU knows them. Throws Error(invalid_argument) for a language
  // that there is not.
  explicit Segmenter(Segment kind, const std::string& locale = {});
  Segmenter(Segmenter&&) noexcept;
  Segmenter& operator=(Segmenter&&) noexcept;
  ~Segmenter();

  // The last boundary at or before `place`, and the first at or after it, which is at most text.size().
  // Below 2 GiB of text. Linear in how far they look.
  std::size_t floor(std::string_view text, std::size_t place);
  std::size_t ceil(std::string_view text, std::size_t place);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace polyglyph::text
