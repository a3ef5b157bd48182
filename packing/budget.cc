// The tokens at the end that stays say where to cut. A part that ends there does not always encode into those
// tokens (white space at its end may be split another way, a template for the beginning may change the first
// word), so it is counted, and shortened until it fits: by one token, by two more, by four more. That ends,
// since nothing is left at last.
#include "polyglyph/budget.h"

#include <algorithm>
#include <string>

#include "packing/text_ends.h"
#include "polyglyph/error.h"

namespace polyglyph {
namespace {

using packing::EndTokens;

// The end of a text of at most so many tokens.
class End {
 public:
  End(const Tokenizer& tokenizer, std::string_view text, Side side, Whole whole, std::size_t tokens,
      const EncodeOptions& options)
      : text_(text),
        side_(side),
        whole_(whole),
        ends_(packing::end_tokens(tokenizer, text, side, tokens, options)) {}

  bool has_at_most(std::size_t tokens) const { return ends_.all && ends_.spans.size() <= tokens; }

  // Where the end of so many tokens is cut off, without more of them than there are.
  std::size_t cut(std::size_t tokens) {
    const auto& spans = ends_.spans;
    if (side_ == Side::right) {
      return tokens == 0 ? 0 : packing::floor(graphemes_, whole_, text_, spans[tokens - 1].end);
    }
    return tokens == 0 ? text_.size()
                       : packing::ceil(graphemes_, whole_, text_, spans[spans.size() - tokens].begin);
  }

 private:
  std::string_view text_;
  Side side_;
  Whole whole_;
  EndTokens ends_;
  text::Segmenter graphemes_{text::Segment::grapheme};
};

}  // namespace

Span truncate(const Tokenizer& tokenizer, std::string_view text, std::size_t limit,
              const BudgetOptions& options) {
  const std::size_t budget = packing::text_budget(tokenizer, limit, options.encode, "limit");
  End end(tokenizer, text, options.side, options.whole, budget, options.encode);
  if (end.has_at_most(budget)) {
    // The tokens were looked for as if control tokens were text.
    if (options.encode.special_tokens == SpecialTokens::reject) tokenizer.count(text, options.encode);
    return {0, text.size()};
  }
  for (std::size_t tokens = budget, less = 1;; less *= 2) {
    const std::size_t cut = end.cut(tokens);
    const Span kept = options.side == Side::right ? Span{0, cut} : Span{cut, text.size()};
    if (tokens == 0 || tokenizer.fits(text.substr(kept.begin, kept.end - kept.begin), limit, options.encode))
      return kept;
    tokens -= std::min(tokens, less);
  }
}

HeadTail head_tail(const Tokenizer& tokenizer, std::string_view text, std::size_t limit,
                   const HeadTailOptions& options) {
  const std::size_t budget = packing::text_budget(tokenizer, limit, options.encode, "limit");
  if (!(options.head >= 0 && options.head <= 1))
    throw Error(ErrorCode::invalid_argument, "it is no share of the budget; give a number from 0 to 1",
                "head");
  if (End(tokenizer, text, Side::right, options.whole, budget, options.encode).has_at_most(budget)) {
    if (options.encode.special_tokens == SpecialTokens::reject) tokenizer.count(text, options.encode);
    return {text.size(), text.size()};
  }
  EncodeOptions plain = options.encode;
  plain.add_special_tokens = false;
  const std::size_t marker = tokenizer.count(options.marker, plain);
  if (marker > budget) {
    throw Error(ErrorCode::invalid_argument,
                "it takes " + std::to_string(marker) + " tokens by itself, and there is room for " +
                    std::to_string(budget) + "; give a shorter one, or more room",
                "marker");
  }
  std::size_t head = static_cast<std::size_t>(options.head * static_cast<double>(budget - marker));
  std::size_t tail = budget - marker - head;
  End begin(tokenizer, text, Side::right, options.whole, head, options.encode);
  End end(tokenizer, text, Side::left, options.whole, tail, options.encode);
  for (std::size_t less = 1;; less *= 2) {
    const std::size_t head_end = begin.cut(head);
    const std::size_t tail_begin = std::max(head_end, end.cut(tail));
    if (head_end < tail_begin) {  // else nothing would be left out, and the whole does not fit
      std::string joined(text.substr(0, head_end));
      joined.append(options.marker).append(text.substr(tail_begin));
      if ((head == 0 && tail == 0) || tokenizer.fits(joined, limit, options.encode))
        return {head_end, tail_begin};
    }
    // What is too much is taken from the longer part.
    std::size_t& longer = head > tail ? head : tail;
    longer -= std::min(longer, less);
  }
}

}  // namespace polyglyph
