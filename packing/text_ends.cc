// A window at the end in question is encoded, and doubled until it holds the tokens that are wanted: in all,
// about twice as much text is read as they take.
#include "packing/text_ends.h"

#include <fmt/format.h>

#include <algorithm>

#include "polyglyph/error.h"
#include "unicode/utf8.h"

namespace polyglyph::packing {
namespace {

// What is longer is cut between two characters; further than this nothing is looked at.
constexpr std::size_t kMaxGrapheme = 1024;

// The grapheme that `place`, between two characters, lies in; `place` alone between two graphemes.
Span grapheme(text::Segmenter& graphemes, std::string_view text, std::size_t place) {
  const std::size_t begin = place > kMaxGrapheme ? character_ceil(text, place - kMaxGrapheme) : 0;
  const std::string_view near = text.substr(begin, place + kMaxGrapheme - begin);
  const std::size_t first = graphemes.floor(near, place - begin);
  const std::size_t last = graphemes.ceil(near, place - begin);
  const bool goes_on = (first == 0 && begin > 0) || (last == near.size() && begin + last < text.size());
  return goes_on || last - first > kMaxGrapheme ? Span{place, place} : Span{begin + first, begin + last};
}

}  // namespace

std::size_t text_budget(const Tokenizer& tokenizer, std::size_t limit, const EncodeOptions& options,
                        const char* parameter) {
  if (tokenizer.applies_file_settings()) {
    throw Error(ErrorCode::invalid_argument,
                "this tokenizer truncates and pads by itself, as its file says; load it without "
                "apply_file_settings to cut text to a budget");
  }
  if (limit == 0) throw Error(ErrorCode::invalid_argument, "it is 0; give 1 token or more", parameter);
  const std::size_t added = tokenizer.count("", options);
  if (added >= limit && added > 0) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("it is {}, and the special tokens that are added take {} by themselves; give more", limit,
                    added),
        parameter);
  }
  return limit - added;
}

EndTokens end_tokens(const Tokenizer& tokenizer, std::string_view text, Side side, std::size_t wanted,
                     EncodeOptions options) {
  options.add_special_tokens = false;
  // What is cut off may hold what it likes; what is left is looked at when it is counted.
  if (options.special_tokens == SpecialTokens::reject) options.special_tokens = SpecialTokens::text;
  const std::size_t tokens = std::min(wanted, text.size()) + kUnsettledTokens;
  for (std::size_t size = tokens * kBytesToken;; size *= 2) {
    std::size_t begin = 0, end = text.size();
    if (size < text.size()) {
      if (side == Side::right) {
        end = character_floor(text, size);
      } else {
        begin = character_ceil(text, text.size() - size);
      }
    }
    EndTokens result;
    result.spans = tokenizer.encode_with_offsets(text.substr(begin, end - begin), options).offsets;
    result.all = end - begin == text.size();
    if (!result.all && result.spans.size() < tokens) continue;
    for (Span& span : result.spans) span = {span.begin + begin, span.end + begin};
    return result;
  }
}

std::size_t character_floor(std::string_view text, std::size_t place) {
  if (place >= text.size()) return text.size();
  for (std::size_t back = 1; back <= 3 && back <= place; ++back) {
    const unicode::Decoded c = unicode::decode(text.data() + place - back, text.data() + text.size());
    if (c.size > back) return place - back;
  }
  return place;
}

std::size_t character_ceil(std::string_view text, std::size_t place) {
  const std::size_t begin = character_floor(text, place);
  return begin == place ? place
                        : begin + unicode::decode(text.data() + begin, text.data() + text.size()).size;
}

std::size_t floor(text::Segmenter& graphemes, Whole whole, std::string_view text, std::size_t place) {
  if (whole == Whole::byte || place >= text.size()) return std::min(place, text.size());
  place = character_floor(text, place);
  return whole == Whole::character ? place : grapheme(graphemes, text, place).begin;
}

std::size_t ceil(text::Segmenter& graphemes, Whole whole, std::string_view text, std::size_t place) {
  if (whole == Whole::byte || place >= text.size()) return std::min(place, text.size());
  place = character_ceil(text, place);
  return whole == Whole::character ? place : grapheme(graphemes, text, place).end;
}

}  // namespace polyglyph::packing
