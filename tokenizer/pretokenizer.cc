// The stepwise way. Each step turns every piece of the step before into pieces; first those that cut, as
// cutter.cc explains, and those that change text, as rewriter.cc does.
//
// Long texts go through the steps window by window, as a stream would hand them over: what the steps write to
// stays small, whatever the text's size, and in the cache.
//
// Streams, and windows that are not the last one: only the steps up to the first that cuts have to know that
// the text is open at its end, and that it may not be the beginning of a section. Steps before that one have
// a single piece, which they change from left to right, character by character. The one that cuts gives only
// pieces that are final, and what later steps do inside of these is final, too. A piece must also end where a
// character of the text does: between a mark that was put in front and the character that it stands for, or
// inside a character that was spelled out as several, no later call could begin.
#include "tokenizer/pretokenizer.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "tokenizer/joint_cutter.h"
#include "tokenizer/rewriter.h"
#include "unicode/utf8.h"

namespace polyglyph::tokenizer {

using vocab::PrependScheme;
using vocab::SplitStep;
using Kind = SplitStep::Kind;

namespace {

constexpr std::size_t kWindow = std::size_t{1} << 16;
constexpr std::size_t kWhole = std::numeric_limits<std::size_t>::max();

bool cuts(const SplitStep& step) {
  return step.kind == Kind::metaspace ? step.split
                                      : step.kind != Kind::byte_level_prefix &&
                                            step.kind != Kind::byte_alphabet && step.kind != Kind::prefix;
}

}  // namespace

Pretokenizer::Pretokenizer(const vocab::Image& image, bool stepwise) {
  const vocab::ImagePipeline& p = image.pipeline();
  if (!stepwise) scanner_ = find_scanner(p.splits, p.reference);
  if (scanner_) return;
  const Compile when = image.is_mapped() ? Compile::when_used : Compile::at_once;
  bool changed = false;
  for (std::size_t i = 0; i < p.splits.size(); ++i) {
    const SplitStep& spec = p.splits[i];
    const std::string where = "pre_tokenizer, step " + std::to_string(i + 1);
    steps_.push_back({spec, make_cutter(spec, p.reference, where, stepwise, when)});
    if (spec.kind == Kind::metaspace && spec.prepend == PrependScheme::first) {
      asks_for_first_ = true;
      needs_places_ = needs_places_ || changed;
    }
    changed = changed || steps_.back().cutter == nullptr;
  }
  const auto first = std::ranges::find_if(steps_, [](const Step& step) { return cuts(step.spec); });
  first_cut_ = static_cast<std::size_t>(first - steps_.begin());
  cuts_joints_ = !stepwise && !image.joints().empty();
  // Where nothing cuts, a section is one piece. RE2 would have to run twice over each window.
  const bool whole =
      first == steps_.end() || (first->spec.kind == Kind::regex && !first->spec.pattern.empty());
  window_ = whole ? kWhole : kWindow;
  if (cuts_joints_) steps_.push_back({{}, make_joint_cutter(image.joints())});
}

// Whoever asks for places gets the pieces of the file's own steps.
std::size_t Pretokenizer::window_for(const Scratch& scratch) const {
  const bool cut_by_joints_alone = cuts_joints_ && first_cut_ + 1 == steps_.size();
  if (cut_by_joints_alone) return scratch.keep_places ? kWhole : kWindow;
  return window_;
}

// Splits text[done ... done + size), or to the end, into scratch.pieces_; returns how much of it is dealt
// with, 0 if no more than this much has to be seen.
std::size_t Pretokenizer::split_window(std::string_view text, std::size_t done, std::size_t size, bool final,
                                       const SplitBegin& begin, Scratch& scratch) const {
  std::string_view window = text.substr(done, size);
  const bool open = !final || window.size() < text.size() - done;
  if (window.size() < text.size() - done) window.remove_suffix(unicode::unfinished_tail(window));
  scratch.begin(window, done);
  scratch.limit_ = text.data() + text.size();
  scratch.pieces_.clear();
  if (window.empty() || (open && first_cut_ == steps_.size())) return 0;
  scratch.pieces_.push_back({0, window.size()});

  const bool keep_places = scratch.keep_places || needs_places_;
  const SplitBegin here{begin.section && done == 0, begin.first > done ? begin.first - done : 0};
  std::size_t dealt = window.size();
  const std::size_t count = steps_.size() - (cuts_joints_ && scratch.keep_places);
  for (std::size_t i = 0; i < count; ++i) {
    const bool cuts_open = open && i == first_cut_;
    if (cuts_open) dealt = cut_open(steps_[i], scratch);
    if (scratch.pieces_.empty()) break;
    if (cuts_open && steps_[i].cutter != nullptr) continue;
    run_step(i, here, keep_places || (open && i < first_cut_), scratch);
  }
  return dealt;
}

void Pretokenizer::run_step(std::size_t number, const SplitBegin& begin, bool keep_places,
                            Scratch& scratch) const {
  const auto& [spec, cutter] = steps_[number];
  if (cutter != nullptr) {
    scratch.next_.clear();
    for (const Span piece : scratch.pieces_) {
      cutter->cut(scratch.text_.substr(piece.begin, piece.end - piece.begin), true, piece.begin,
                  scratch.next_);
    }
    std::swap(scratch.pieces_, scratch.next_);
    return;
  }
  Rewriter rewriter(scratch, keep_places);
  Rewriter::Fronts fronts;
  if (number <= first_cut_ && !begin.section) fronts.from = 1;  // the only piece goes on from an earlier text
  switch (spec.kind) {
    case Kind::byte_level_prefix:
      return rewriter.put_spaces(fronts);
    case Kind::byte_alphabet:
      return rewriter.spell_bytes();
    case Kind::prefix:
      return rewriter.put_prefix(spec.pattern, fronts);
    default:
      if (spec.prepend == PrependScheme::never) fronts.until = 0;
      if (spec.prepend == PrependScheme::first) fronts.until = begin.first;
      return rewriter.put_marks(spec.pattern, spec.split, fronts);
  }
}

// The first step that cuts, for an open window: cuts its only piece, or makes it end where a Metaspace will
// cut. Returns how much of the window is dealt with.
std::size_t Pretokenizer::cut_open(const Step& step, Scratch& scratch) {
  const std::string_view text = scratch.text_;
  auto& pieces = scratch.pieces_;
  pieces.clear();
  std::size_t dealt = 0;
  if (step.cutter != nullptr) {
    dealt = step.cutter->cut(text, false, 0, pieces);
  } else {
    for (const std::string_view mark : {std::string_view(" "), std::string_view(step.spec.pattern)}) {
      if (const std::size_t last = text.rfind(mark); last != text.npos) dealt = std::max(dealt, last);
    }
    if (dealt != 0) pieces.push_back({0, dealt});
  }
  if (scratch.depth_ == 0) return dealt;

  // Back to the last place where a character of the window begins.
  const auto back = [&](std::size_t place) { return scratch.back_from({place, place + 1}, scratch.depth_); };
  const auto is_border = [&](std::size_t place) {
    return place == 0 || place == text.size() || back(place - 1).end <= back(place).begin;
  };
  while (!is_border(dealt)) {
    if (pieces.empty()) {
      dealt = 0;
    } else if (pieces.back().end < dealt) {
      dealt = pieces.back().end;
    } else {
      dealt = pieces.back().begin;
      pieces.pop_back();
    }
  }
  if (dealt == 0) return 0;
  return dealt == text.size() ? back(dealt - 1).end : back(dealt).begin;
}

}  // namespace polyglyph::tokenizer
