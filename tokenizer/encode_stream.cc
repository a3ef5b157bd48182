// Four stages, each a buffer that gives on only what later text cannot change:
//
//   raw_    waits while an added token may still begin, end or reach over whitespace;
//   plain_  waits while a character may still be unfinished;
//   normal_ waits while what is behind its text may still change what becomes of it;
//   text_   waits while the last piece may still grow.
//
// When an added token is found, the text before it is complete, and everything waiting is flushed with
// `final` set, exactly as Engine::encode would see it. A stage that looks at what waits again and again is
// left alone until that has doubled, so that a long piece fed byte by byte is looked at a logarithmic number
// of times. Each stage waits by itself: a text that waits in one is not held a second time in those before
// it, but for a step of what was fed last.
#include "polyglyph/encode_stream.h"

#include <algorithm>
#include <utility>

#include "tokenizer/stream_state.h"
#include "unicode/utf8.h"

namespace polyglyph::tokenizer {
namespace {

// How much of what is dealt with stays, for rules that look back one character.
constexpr std::size_t kContext = 4;

// Chunks are cut to this size on the way in, so that one huge chunk does not become one huge buffer.
constexpr std::size_t kStep = std::size_t{1} << 18;

// Drops what is dealt with from the front of a buffer, in amounts that make the moving worthwhile.
std::size_t droppable(std::size_t done, std::size_t size) {
  const std::size_t count = done > kContext ? done - kContext : 0;
  return count >= size / 2 ? count : 0;
}

}  // namespace

StreamState::StreamState(std::shared_ptr<const Engine> engine, EncodeOptions options)
    : engine_(std::move(engine)),
      options_(options),
      raw_walk_(engine_->raw_tokens(options.special_tokens)),
      text_walk_(engine_->normalized_tokens(options.special_tokens)) {
  if (const auto* normalizer = engine_->normalizer()) normal_.emplace(*normalizer);
  reset();
}

void StreamState::reset() {
  begun_ = false;
  place_ = text_place_ = raw_done_ = text_done_ = piece_end_ = 0;
  raw_retry_ = normal_retry_ = text_retry_ = 0;
  section_begins_ = true;
  first_known_ = false;
  first_ = 0;
  raw_.clear();
  plain_.clear();
  head_.clear();
  text_.clear();
  raw_walk_ = AddedTokens::Walk(engine_->raw_tokens(options_.special_tokens));
  text_walk_ = AddedTokens::Walk(engine_->normalized_tokens(options_.special_tokens));
}

void StreamState::begin(Output& out) {
  if (begun_) return;
  begun_ = true;
  if (!options_.add_special_tokens) return;
  for (const TokenId id : engine_->image().pipeline().prefix) out.add(id);
}

void StreamState::feed(std::string_view chunk, Output& out) {
  out.cancel = options_.cancel;
  begin(out);
  const Engine::Loan worker(*engine_);
  while (!chunk.empty()) {
    const std::string_view step = chunk.substr(0, kStep);
    chunk.remove_prefix(step.size());
    raw_ += step;
    if (raw_.size() - raw_done_ < raw_retry_) continue;
    advance(false, *worker, out);
    const std::size_t waiting = raw_.size() - raw_done_;
    raw_retry_ = waiting + std::max(waiting, std::min(pending(), kStep));
  }
}

void StreamState::finish(Output& out) {
  begin(out);
  advance(true, *Engine::Loan(*engine_), out);
  if (options_.add_special_tokens) {
    for (const TokenId id : engine_->image().pipeline().suffix) out.add(id);
  }
  reset();
}

void StreamState::advance(bool final, Worker& worker, Output& out) {
  for (AddedTokens::Section s; raw_walk_.next(raw_, final, s);) {
    raw_done_ = s.end;
    if (s.token == nullptr) {
      if (text_.empty() && plain_.empty()) text_place_ = place_ + s.begin;
      plain_.append(raw_, s.begin, s.end - s.begin);
      advance_plain(!s.open, worker, out);
    } else {
      advance_plain(true, worker, out);
      first_known_ = true;  // the text begins with a token, or has begun before it
      Engine::reject_control(*s.token, options_.special_tokens, place_ + s.begin);
      out.add(s.token->id);
    }
  }
  if (final) advance_plain(true, worker, out);
  if (const std::size_t drop = droppable(std::min(raw_done_, raw_walk_.done()), raw_.size())) {
    raw_.erase(0, drop);
    raw_walk_.forget(drop);
    raw_done_ -= drop;
    place_ += drop;
  }
}

// Replaces ill-formed parts where the vocabulary needs it. Returns how much of plain_ is then ready: what is
// not may still become a character.
std::size_t StreamState::make_sound(bool final) {
  if (!engine_->needs_sound_text()) return plain_.size();
  const std::size_t tail = final ? 0 : unicode::unfinished_tail(plain_);
  const std::string_view part(plain_.data(), plain_.size() - tail);
  if (!engine_->is_sound(part)) {
    std::string sound;
    unicode::append_lossy(sound, part);
    sound.append(plain_, part.size());
    plain_ = std::move(sound);
  }
  return plain_.size() - tail;
}

// How much of text_ is made of the first character of the whole text is known as soon as anything is.
void StreamState::find_first(std::string_view part) {
  if (first_known_) return;
  head_ += part;
  const bool all_gone = text_.empty() && !head_.empty() && normal_ && normal_->pending() == 0;
  if (text_.empty() && !all_gone) return;
  first_known_ = true;
  first_ = all_gone ? 0 : engine_->first_extent(head_);
  head_.clear();
}

void StreamState::advance_plain(bool final, Worker& worker, Output& out) {
  if (!final && plain_.size() < normal_retry_) return;
  const std::size_t sound = make_sound(final);
  const std::string_view ready(plain_.data(), sound);
  if (normal_) {
    normal_->feed(ready, final, text_);
    normal_retry_ = normal_->pending();
  } else {
    text_ += ready;
  }
  find_first(ready);
  plain_.erase(0, sound);
  advance_text(final, worker, out);
}

void StreamState::advance_text(bool final, Worker& worker, Output& out) {
  if (!final && text_.size() - text_done_ < text_retry_) return;
  const auto split = [&](bool complete) {
    std::string_view part(text_.data() + text_done_, piece_end_ - text_done_);
    if (!complete) part.remove_suffix(unicode::unfinished_tail(part));
    const SplitBegin begin{section_begins_, first_ > text_done_ ? first_ - text_done_ : 0};
    const std::size_t dealt = engine_->encode_pieces(part, complete, begin, worker, out);
    text_done_ += dealt;
    section_begins_ = complete || (section_begins_ && dealt == 0);
  };
  for (AddedTokens::Section s; text_walk_.next(text_, final, s);) {
    if (s.token == nullptr) {
      text_done_ = std::min(text_done_, s.begin);  // it may be white space that the token before has taken
      piece_end_ = s.end;
      split(!s.open);
    } else {
      piece_end_ = std::max(piece_end_, s.begin);
      split(true);
      Engine::reject_control(*s.token, options_.special_tokens, text_place_ + s.begin);
      out.add(s.token->id);
      text_done_ = piece_end_ = s.end;
    }
  }
  if (final) {
    split(true);
    // The next text begins a section of its own: nothing before it may be looked at.
    text_.clear();
    text_done_ = piece_end_ = first_ = 0;
    text_walk_ = AddedTokens::Walk(engine_->normalized_tokens(options_.special_tokens));
  } else if (const std::size_t drop = droppable(std::min(text_done_, text_walk_.done()), text_.size())) {
    text_.erase(0, drop);
    text_walk_.forget(drop);
    text_place_ += drop;
    text_done_ -= drop;
    piece_end_ -= drop;
    first_ -= std::min(first_, drop);
  }
  text_retry_ = 2 * (text_.size() - text_done_);
}

}  // namespace polyglyph::tokenizer

namespace polyglyph {
namespace {

void take(tokenizer::TokenBuffer& from, std::vector<TokenId>& to) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

EncodeStream::EncodeStream(std::unique_ptr<tokenizer::StreamState> state) : state_(std::move(state)) {}
EncodeStream::EncodeStream(EncodeStream&&) noexcept = default;
EncodeStream& EncodeStream::operator=(EncodeStream&&) noexcept = default;
EncodeStream::~EncodeStream() = default;

void EncodeStream::feed(std::string_view chunk, std::vector<TokenId>& ids) {
  tokenizer::TokenBuffer buffer;
  tokenizer::Output out{&buffer};
  state_->feed(chunk, out);
  take(buffer, ids);
}

void EncodeStream::finish(std::vector<TokenId>& ids) {
  tokenizer::TokenBuffer buffer;
  tokenizer::Output out{&buffer};
  state_->finish(out);
  take(buffer, ids);
}

std::size_t EncodeStream::feed_count(std::string_view chunk) {
  tokenizer::Output out;
  state_->feed(chunk, out);
  return out.count;
}

std::size_t EncodeStream::finish_count() {
  tokenizer::Output out;
  state_->finish(out);
  return out.count;
}

std::size_t EncodeStream::pending() const noexcept {
  return state_->pending();
}

}  // namespace polyglyph
