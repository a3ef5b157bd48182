// How much fits is found by encoding a window that is a little larger than a chunk: the token number
// max_tokens ends where a chunk can end at most. Up to there the best place is looked for, from strong breaks
// to weak ones:
//
//   stronger than what the caller named (headings), in the second half alone, so that chunks do not become
//   small; what the caller named, anywhere: what fits by itself is then never cut, since otherwise the place
//   in front of
//     it would have been taken, or the one behind it;
//   weaker ones, anywhere, down to graphemes.
//
// The part up to that place is counted by itself; if it has more tokens than it had as part of the whole, and
// too many, the search goes on in front of it. Lines are classified as they are read; sentences and words are
// looked for in the line that the end falls into, and nowhere else, so that all the work is linear in the
// text. What is decided depends on no text further than kBehind bytes behind the end, and a part of a text is
// only given up once that much is known: so a stream cuts where the whole is cut.
#include "packing/chunker.h"

#include <algorithm>

#include "packing/text_ends.h"
#include "polyglyph/error.h"

namespace polyglyph::packing {
namespace {

constexpr std::size_t kBehind = 4096;

// Beyond what any budget needs; what it is multiplied with stays a number.
constexpr std::size_t kMaxText = std::size_t{1} << 40;
static_assert(kBehind > LineBreaks::kLineHead);

Level named_level(ChunkBoundary boundary) {
  switch (boundary) {
    case ChunkBoundary::sentence:
    case ChunkBoundary::code:
      return Level::sentence;
    case ChunkBoundary::paragraph:
    case ChunkBoundary::markdown:
      return Level::block;
    case ChunkBoundary::token:
      return Level::none;
  }
  return Level::none;
}

Level weaker(Level level) {
  return Level(std::uint8_t(level) - 1);
}

}  // namespace

Chunker::Chunker(const Tokenizer& tokenizer, const ChunkOptions& options)
    : tokenizer_(tokenizer),
      options_(options),
      budget_(text_budget(tokenizer, options.max_tokens, options.encode, "max_tokens")),
      longest_(std::min(budget_, kMaxText / kMaxChunkBytesPerToken) * kMaxChunkBytesPerToken),
      named_(named_level(options.boundary)),
      lines_(options.boundary),
      graphemes_(text::Segment::grapheme),
      words_(text::Segment::line, options.locale),
      sentences_(text::Segment::sentence, options.locale),
      bytes_token_(kBytesToken) {
  if (options.overlap >= budget_) {
    throw Error(ErrorCode::invalid_argument,
                "it is " + std::to_string(options.overlap) + ", as large as a chunk: there is room for " +
                    std::to_string(budget_) + " tokens of text; give less",
                "overlap");
  }
}

void Chunker::reset() {
  lines_ = LineBreaks(options_.boundary);
  place_ = behind_ = 0;
  wanted_ = 1;
  bytes_token_ = kBytesToken;
}

// The tokens at the beginning of the text: more than fit, or all; of at most as many bytes as a chunk may
// have, and some more. Nothing where that depends on text that is not known yet.
std::optional<Chunker::Window> Chunker::window(std::string_view text, bool final) {
  EncodeOptions options = options_.encode;
  options.add_special_tokens = false;
  const std::size_t tokens = budget_ + kUnsettledTokens;
  const std::size_t most = longest_ + kBehind;
  for (std::size_t size = std::min(tokens * bytes_token_, most);; size = std::min(size * 2, most)) {
    if (!final && text.size() < size) {
      wanted_ = size;
      return std::nullopt;
    }
    Window window;
    window.size = character_floor(text, size);
    window.tokens = tokenizer_.encode_with_offsets(text.substr(0, window.size), options).offsets;
    if (window.tokens.size() >= tokens || window.size == text.size() || size == most) return window;
  }
}

std::optional<Chunker::Found> Chunker::next(std::string_view text, bool final) {
  const std::optional<Window> window = this->window(text, final);
  if (!window) return std::nullopt;
  const auto& tokens = window->tokens;
  if (final && window->size == text.size() && tokens.size() <= budget_ && text.size() <= longest_)
    return found(text, text.size(), tokens.size() + options_.max_tokens - budget_, *window);
  std::size_t most = longest_;
  if (tokens.size() > budget_) most = std::min(most, tokens[budget_ - 1].end);
  if (!final && text.size() < most + kBehind) {
    wanted_ = most + kBehind;
    return std::nullopt;
  }
  most = character_floor(text, most);
  const std::string_view near = text.substr(0, most + kBehind);
  all_known_ = final && near.size() == text.size();
  lines_.read(near, place_, all_known_);
  for (std::size_t less = 1; most > 0; less *= 2) {
    const std::size_t size = end(near, most);
    if (size == 0) break;
    const std::size_t count = tokenizer_.count(near.substr(0, size), options_.encode);
    if (count <= options_.max_tokens) return found(near, size, count, *window);
    // Go on in front of this place.
    const auto token = std::lower_bound(tokens.begin(), tokens.end(), size,
                                        [](const Span& span, std::size_t at) { return span.end < at; });
    const auto before = static_cast<std::size_t>(token - tokens.begin());
    most = before < less ? 0 : character_floor(near, tokens[before - less].end);
  }
  if (behind_ > 0) {  // not even one more grapheme behind the overlap: go on without it
    const Found nothing{0, 0, behind_};
    place_ += behind_;
    behind_ = 0;
    return nothing;
  }
  const std::size_t size = character_ceil(near, 1);
  return found(near, size, tokenizer_.count(near.substr(0, size), options_.encode), *window);
}

Chunker::Found Chunker::found(std::string_view text, std::size_t size, std::size_t tokens,
                              const Window& window) {
  Found found{size, tokens, size};
  if (size < text.size() && options_.overlap > 0) found.step = overlap(text, size, window);
  if (tokens > 0) bytes_token_ = size / tokens + 1;
  behind_ = size - found.step;
  place_ += found.step;
  lines_.forget(place_);
  wanted_ = 1;
  return found;
}

// The best place to end at, behind what the chunk before has had and at most at `most`; 0 if there is none.
std::size_t Chunker::end(std::string_view text, std::size_t most) {
  if (most <= behind_) return 0;
  const std::size_t middle = behind_ + (most - behind_) / 2;
  for (Level level = named_ == Level::none ? named_ : Level::heading1; level > named_;
       level = weaker(level)) {
    if (const std::size_t place = lines_.last(level, place_ + middle, place_ + most)) return place - place_;
  }
  for (Level level = named_; level > Level::none; level = weaker(level)) {
    if (const std::size_t place = last_within(level, text, behind_, most)) return place;
    if (level != Level::edge) continue;
    if (const std::size_t place = behind_heading(text, most)) return place;
  }
  const std::size_t place = floor(graphemes_, Whole::grapheme, text, most);
  if (place > behind_) return place;
  return character_floor(text, most) > behind_ ? character_floor(text, most) : 0;
}

// The beginning of a block that fits by itself, but not together with the heading in front of it; 0 if there
// is none.
std::size_t Chunker::behind_heading(std::string_view text, std::size_t most) {
  const std::size_t place = lines_.last_headed(place_ + behind_, place_ + most);
  if (place == 0) return 0;
  const std::size_t behind = lines_.first(Level::edge, place + 1, place_ + text.size());
  if (behind == 0 && !all_known_) return 0;
  const std::size_t begin = place - place_, end = behind == 0 ? text.size() : behind - place_;
  return tokenizer_.fits(text.substr(begin, end - begin), options_.max_tokens, options_.encode) ? begin : 0;
}

// Where the next chunk begins, so that it repeats at most `overlap` tokens of this one: as with the end, but
// as early as possible.
std::size_t Chunker::overlap(std::string_view text, std::size_t size, const Window& window) {
  const auto last = std::partition_point(window.tokens.begin(), window.tokens.end(),
                                         [&](const Span& span) { return span.end <= size; });
  const auto count = static_cast<std::size_t>(last - window.tokens.begin());
  EncodeOptions plain = options_.encode;
  plain.add_special_tokens = false;
  for (std::size_t tokens = std::min(options_.overlap, count), less = 1; tokens > 0; less *= 2) {
    const std::size_t most = std::min(size - 1, options_.overlap * kMaxChunkBytesPerToken);
    const std::size_t low = std::max(window.tokens[count - tokens].begin, size - most);
    std::size_t place = 0;
    for (Level level = named_; level > Level::none && place == 0; level = weaker(level))
      place = first_within(level, text, low, size);
    if (named_ == Level::none) place = ceil(graphemes_, Whole::grapheme, text, low);
    if (place == 0 || place >= size) return size;
    if (tokenizer_.fits(text.substr(place, size - place), options_.overlap, plain)) return place;
    tokens -= std::min(tokens, less);
  }
  return size;
}

// Where the line ends that `place` lies in, as far as the text is known.
std::size_t line_end(std::string_view text, std::size_t place) {
  const std::size_t newline = text.find('\n', place);
  return newline == std::string_view::npos ? text.size() : newline + 1;
}

// The end of a line is where its last sentence ends, too; but how good that place is, the next line says.
std::size_t Chunker::last_within(Level level, std::string_view text, std::size_t low, std::size_t most) {
  const std::size_t at_line = lines_.last(level, place_ + low, place_ + most);
  const std::size_t beginning = at_line == 0 ? 0 : at_line - place_;
  if (level > Level::sentence || beginning == most) return beginning;
  const LineBreaks::Line line = lines_.line_of(place_ + most - 1);
  if (level == Level::sentence && !line.prose) return beginning;
  const std::size_t begin = std::max(line.begin, place_) - place_;
  const std::size_t end = line_end(text, most - 1);
  std::size_t found =
      begin + segmenter(level).floor(text.substr(begin, end - begin), std::min(most, end - 1) - begin);
  // A line may be broken between a space and a mark that stands on it.
  if (level == Level::word) found = floor(graphemes_, Whole::grapheme, text, found);
  return found > std::max(low, begin) ? found : beginning;
}

std::size_t Chunker::first_within(Level level, std::string_view text, std::size_t low, std::size_t size) {
  const std::size_t at_line = lines_.first(level, place_ + low, place_ + size);
  const std::size_t beginning = at_line == 0 ? 0 : at_line - place_;
  if (level > Level::sentence || beginning == low) return beginning;
  const LineBreaks::Line line = lines_.line_of(place_ + low);
  if (level == Level::sentence && !line.prose) return beginning;
  const std::size_t begin = std::max(line.begin, place_) - place_;
  const std::size_t end = std::min(line_end(text, low), size);
  std::size_t found =
      begin + segmenter(level).ceil(text.substr(begin, end - begin), std::max(low, begin + 1) - begin);
  if (level == Level::word) found = ceil(graphemes_, Whole::grapheme, text, found);
  return found < end ? found : beginning;
}

text::Segmenter& Chunker::segmenter(Level level) {
  return level == Level::sentence ? sentences_ : words_;
}

}  // namespace polyglyph::packing
