// ICU's break iterators read UTF-8 in place and count in bytes. Opening one takes longer than using it on a
// short text, so a Segmenter keeps its own and sets it on one text after another.
#include "text/segmenter.h"

#include <fmt/format.h>
#include <unicode/ubrk.h>
#include <unicode/uloc.h>
#include <unicode/utext.h>

#include "polyglyph/error.h"

namespace polyglyph::text {
namespace {

UBreakIteratorType type_of(Segment kind) {
  switch (kind) {
    case Segment::grapheme:
      return UBRK_CHARACTER;
    case Segment::line:
      return UBRK_LINE;
    case Segment::sentence:
      return UBRK_SENTENCE;
  }
  return UBRK_CHARACTER;
}

void check(UErrorCode status, const char* what) {
  if (U_SUCCESS(status)) return;
  throw Error(ErrorCode::unsupported,
              fmt::format("ICU cannot {} ({}); is its data installed?", what, u_errorName(status)));
}

// ICU takes any name for a locale and falls back; only its list of languages tells a slip of the pen.
std::string checked_locale(const std::string& locale) {
  if (locale.empty()) return locale;
  UErrorCode status = U_ZERO_ERROR;
  char name[ULOC_FULLNAME_CAPACITY] = {};
  uloc_getName(locale.c_str(), name, sizeof name, &status);
  if (U_FAILURE(status) || status == U_STRING_NOT_TERMINATED_WARNING || *uloc_getISO3Language(name) == '\0') {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("'{}' names no language; give a code such as 'en', 'pt-BR' or 'th'", locale),
                "locale");
  }
  return name;
}

}  // namespace

class Segmenter::State {
 public:
  State(Segment kind, const std::string& locale) {
    std::string name = checked_locale(locale);
    if (kind == Segment::sentence && !name.empty() && name.find('@') == std::string::npos)
      name += "@ss=standard";
    UErrorCode status = U_ZERO_ERROR;
    iterator_ = ubrk_open(type_of(kind), name.c_str(), nullptr, 0, &status);
    check(status, "open its rules for breaking text");
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    ubrk_close(iterator_);
    utext_close(&text_);
  }

  // The iterator on this text, and `place`, or where the character that it lies in begins.
  UBreakIterator* on(std::string_view text, std::int32_t& place) {
    UErrorCode status = U_ZERO_ERROR;
    // ICU takes no null pointer, not even for a text of no length.
    utext_openUTF8(&text_, text.empty() ? "" : text.data(), static_cast<std::int64_t>(text.size()), &status);
    ubrk_setUText(iterator_, &text_, &status);
    check(status, "break this text");
    utext_setNativeIndex(&text_, place);
    place = static_cast<std::int32_t>(utext_getNativeIndex(&text_));
    return iterator_;
  }

 private:
  UText text_ = UTEXT_INITIALIZER;
  UBreakIterator* iterator_ = nullptr;
};

Segmenter::Segmenter(Segment kind, const std::string& locale)
    : state_(std::make_unique<State>(kind, locale)) {}
Segmenter::Segmenter(Segmenter&&) noexcept = default;
Segmenter& Segmenter::operator=(Segmenter&&) noexcept = default;
Segmenter::~Segmenter() = default;

std::size_t Segmenter::floor(std::string_view text, std::size_t place) {
  if (place >= text.size()) return text.size();
  auto at = static_cast<std::int32_t>(place);
  UBreakIterator* iterator = state_->on(text, at);
  if (ubrk_isBoundary(iterator, at) != 0) return static_cast<std::size_t>(at);
  const std::int32_t before = ubrk_preceding(iterator, at);
  return before == UBRK_DONE ? 0 : static_cast<std::size_t>(before);
}

std::size_t Segmenter::ceil(std::string_view text, std::size_t place) {
  if (place >= text.size()) return text.size();
  auto at = static_cast<std::int32_t>(place);
  UBreakIterator* iterator = state_->on(text, at);
  if (at == static_cast<std::int32_t>(place) && ubrk_isBoundary(iterator, at) != 0) return place;
  const std::int32_t after = ubrk_following(iterator, at);
  return after == UBRK_DONE ? text.size() : static_cast<std::size_t>(after);
}

}  // namespace polyglyph::text
