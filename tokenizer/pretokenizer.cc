// The stepwise way. Each step turns every piece of the step before into pieces:
//
//   1. find the matches of the step's pattern, and what lies between them;
//   2. join or drop them as the step's behaviour says (the five behaviours of tokenizer.json's Split).
//
// Streams: only the first step has to know what is final, since later ones work inside its pieces. A match is
// final when the attempt that found it read nothing beyond the end (RegexSplitter::undecided); behaviours
// that join neighbours can still change the last two pieces, so those are held back.
//
// Patterns see ill-formed UTF-8 as U+FFFD, so such text is split in a copy; the pieces' places are then
// carried back to the text itself, and their bytes are its own.
#include "tokenizer/pretokenizer.h"

#include <algorithm>
#include <utility>

#include "unicode/property.h"
#include "unicode/utf8.h"

namespace polyglyph::tokenizer {

using vocab::SplitBehavior;
using vocab::SplitStep;

Pretokenizer::Pretokenizer(const vocab::Image& image, bool stepwise) {
  const vocab::ImagePipeline& p = image.pipeline();
  if (!stepwise) scanner_ = find_scanner(p.splits, p.reference);
  if (scanner_) return;
  for (std::size_t i = 0; i < p.splits.size(); ++i) {
    const SplitStep& spec = p.splits[i];
    std::unique_ptr<RegexSplitter> regex;
    if (spec.kind == SplitStep::Kind::regex) {
      const std::string where = "pre_tokenizer, step " + std::to_string(i + 1);
      regex = RegexSplitter::compile(spec.pattern, p.reference, where);
    }
    steps_.push_back({spec, std::move(regex)});
  }
}

// Appends matches and the gaps between them, in order, covering `text` from its beginning. Returns up to
// where they are decided.
std::size_t Pretokenizer::find_matches(const Step& step, std::string_view text, bool final,
                                       std::vector<Match>& matches) const {
  std::size_t at = 0;
  const auto add = [&](std::size_t begin, std::size_t end) {
    if (at < begin) matches.push_back({{at, begin}, step.spec.invert});
    matches.push_back({{begin, end}, !step.spec.invert});
    at = end;
  };
  std::size_t decided = text.size();
  switch (step.spec.kind) {
    case SplitStep::Kind::regex: {
      if (!final) decided = step.regex->undecided(text, 0);
      Span match;
      while (at < decided && step.regex->find(text, at, match) && match.begin < decided)
        add(match.begin, match.end);
      break;
    }
    case SplitStep::Kind::literal: {
      const std::string_view pattern = step.spec.pattern;
      if (!final) decided -= std::min(decided, pattern.size());
      for (std::size_t begin; (begin = text.find(pattern, at)) != text.npos;)
        add(begin, begin + pattern.size());
      break;
    }
    case SplitStep::Kind::digits:  // single characters, each decided as soon as it is there
      for (std::size_t i = 0; i < text.size();) {
        const unicode::Decoded c = unicode::decode(text.data() + i, text.data() + text.size());
        if (unicode::is_numeric(c.code_point)) add(i, i + c.size);
        i += c.size;
      }
      break;
    default:
      break;
  }
  if (final && at < text.size()) matches.push_back({{at, text.size()}, step.spec.invert});
  return final ? text.size() : at;
}

// Appends the pieces that `piece` becomes to scratch.next; returns how many of its bytes they cover.
std::size_t Pretokenizer::run_step(const Step& step, const Piece& piece, bool final, Scratch& scratch) const {
  if (step.spec.kind == SplitStep::Kind::byte_level_prefix) {
    if (!final) return 0;  // the steps after this one see the section whole
    if (piece.bytes.starts_with(' ')) {
      scratch.next.push_back(piece);
    } else {
      const std::string& text = scratch.texts.emplace_back(" " + std::string(piece.bytes));
      scratch.next.push_back({text, piece.begin, 1});
    }
    return piece.bytes.size();
  }

  std::vector<Match> matches;
  const std::size_t decided = find_matches(step, piece.bytes, final, matches);
  const SplitBehavior behavior = step.spec.kind != SplitStep::Kind::digits ? step.spec.behavior
                                 : step.spec.individual                    ? SplitBehavior::isolated
                                                                           : SplitBehavior::contiguous;
  std::vector<Span> spans;
  const auto join = [&](std::size_t i, bool joins) {
    if (joins && !spans.empty()) {
      spans.back() = {std::min(spans.back().begin, matches[i].span.begin),
                      std::max(spans.back().end, matches[i].span.end)};
    } else {
      spans.push_back(matches[i].span);
    }
  };
  bool previous = false;
  switch (behavior) {
    case SplitBehavior::isolated:
      for (const Match& m : matches) spans.push_back(m.span);
      break;
    case SplitBehavior::removed:
      for (const Match& m : matches) {
        if (!m.matched) spans.push_back(m.span);
      }
      break;
    case SplitBehavior::contiguous:
      for (std::size_t i = 0; i < matches.size(); previous = matches[i++].matched) {
        join(i, matches[i].matched == previous);
      }
      break;
    case SplitBehavior::merged_with_previous:
      for (std::size_t i = 0; i < matches.size(); previous = matches[i++].matched) {
        join(i, matches[i].matched && !previous);
      }
      break;
    case SplitBehavior::merged_with_next:
      for (std::size_t i = matches.size(); i-- > 0; previous = matches[i].matched) {
        join(i, matches[i].matched && !previous);
      }
      std::ranges::reverse(spans);
      break;
  }
  std::size_t covered = decided;
  if (!final && behavior != SplitBehavior::isolated && behavior != SplitBehavior::removed) {
    spans.resize(spans.size() - std::min<std::size_t>(2, spans.size()));
    covered = spans.empty() ? 0 : spans.back().end;
  }
  for (const Span span : spans) {
    const std::size_t inserted = std::min<std::size_t>(piece.inserted, span.begin);
    scratch.next.push_back({piece.bytes.substr(span.begin, span.end - span.begin),
                            piece.begin + span.begin - inserted, span.begin == 0 ? piece.inserted : 0});
  }
  return covered;
}

std::size_t Pretokenizer::split_stepwise(std::string_view text, bool final, Scratch& scratch) const {
  auto& [pieces, next, texts] = scratch;
  pieces.clear();
  texts.clear();
  if (text.empty()) return 0;
  const bool sound = unicode::is_valid(text);
  if (!sound) unicode::append_lossy(texts.emplace_back(), text);
  pieces.push_back({sound ? text : std::string_view(texts.back()), 0, 0});
  std::size_t covered = pieces.front().bytes.size();
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    next.clear();
    for (const Piece& piece : pieces) {
      const std::size_t done = run_step(steps_[i], piece, final || i > 0, scratch);
      if (i == 0) covered = done;
    }
    std::swap(pieces, next);
  }
  if (steps_.empty() && !final) {
    pieces.clear();
    return 0;
  }
  if (sound) return covered;

  // Back to the text's own bytes: walk both texts side by side, piece by piece.
  std::size_t lossy = 0, own = 0;
  const auto to_own = [&](std::size_t place) {
    while (lossy < place && own < text.size()) {
      const unicode::Decoded c = unicode::decode(text.data() + own, text.data() + text.size());
      lossy += c.valid ? c.size : 3;  // U+FFFD takes three bytes
      own += c.size;
    }
    return own;
  };
  for (Piece& piece : pieces) {
    const std::size_t begin = to_own(piece.begin);
    const std::size_t end = to_own(piece.begin + piece.bytes.size() - piece.inserted);
    const std::string_view bytes = text.substr(begin, end - begin);
    piece = {piece.inserted ? std::string_view(texts.emplace_back(" " + std::string(bytes))) : bytes, begin,
             piece.inserted};
  }
  return to_own(covered);
}

}  // namespace polyglyph::tokenizer
