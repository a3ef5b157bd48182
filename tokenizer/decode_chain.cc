// The steps are those of Hugging Face tokenizers 0.23.3, taken apart into simpler ones when they are added:
// WordPiece's and CTC's cleanup are replacements in a row, and behind a step that leaves a single token
// (Fuse, ByteLevel) a rule about tokens becomes one about the text. `fused` marks the steps behind it: their
// token comes in parts and ends when the text does.
//
// Where the reference fails on a token (Strip that takes more characters than there are), the token becomes
// empty.
#include "tokenizer/decode_chain.h"

#include <algorithm>
#include <utility>

#include "unicode/byte_alphabet.h"
#include "unicode/utf8.h"

namespace polyglyph::tokenizer {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::string join(std::vector<std::string>& tokens) {
  if (tokens.size() == 1) return std::move(tokens[0]);
  std::size_t size = 0;
  for (const std::string& token : tokens) size += token.size();
  std::string joined;
  joined.reserve(size);
  for (const std::string& token : tokens) joined += token;
  return joined;
}

}  // namespace

DecodeChain::DecodeChain(const vocab::Pipeline& pipeline, bool names_are_bytes, Compile when) {
  const std::span<const vocab::DecodeStep> steps = pipeline.decoders;
  const bool begins_with_bytes =
      !steps.empty() && steps[0].kind == vocab::DecodeStep::Kind::byte_level && names_are_bytes;
  if (names_are_bytes) {
    steps_.emplace_back().kind = Kind::bytes;
    fused_ = true;
  }
  for (const vocab::DecodeStep& step : steps.subspan(begins_with_bytes ? 1 : 0)) add(step, pipeline, when);
  describe();
}

void DecodeChain::add(const vocab::DecodeStep& spec, const vocab::Pipeline& pipeline, Compile when) {
  using From = vocab::DecodeStep::Kind;
  Step step;
  step.fused = fused_;
  step.pattern = spec.pattern;
  switch (spec.kind) {
    case From::byte_level:
      step.kind = Kind::bytes;
      step.alphabet = true;
      fused_ = true;
      break;
    case From::byte_fallback:
      step.kind = Kind::byte_fallback;
      break;
    case From::fuse:
      if (fused_) return;
      step.kind = Kind::fuse;
      fused_ = true;
      break;
    case From::strip:
      step.kind = Kind::strip;
      if (spec.pattern.empty()) return;
      step.start = spec.start;
      step.stop = spec.stop;
      break;
    case From::replace_text:
      return add_replace(spec.pattern, spec.text, false);
    case From::replace_regex:
      step.kind = Kind::replace_regex;
      step.text = spec.text;
      step.regex = RegexSplitter::compile(spec.pattern, pipeline.reference, "decoder", when);
      break;
    case From::metaspace:
      if (fused_)
        return add_replace(spec.pattern, spec.prepend == vocab::PrependScheme::never ? " " : "", false);
      add_replace(spec.pattern, " ", false);
      steps_.back().kind = Kind::metaspace;
      steps_.back().keeps_first = spec.prepend == vocab::PrependScheme::never;
      return;
    case From::wordpiece:
      if (!fused_) {
        step.kind = Kind::prefix;
        steps_.push_back(std::move(step));
      }
      if (spec.cleanup) add_cleanup();
      return;
    case From::bpe:
      if (fused_) return add_replace(spec.pattern, "", true);
      add_replace(spec.pattern, " ", true);
      steps_.back().kind = Kind::suffix;
      return;
    case From::ctc:
      if (!fused_) steps_.emplace_back().kind = Kind::dedup;
      add_replace(spec.pattern, "", true);
      if (spec.cleanup) {
        add_cleanup();
        add_replace(spec.text, " ", true);
      }
      step.kind = Kind::drop_empty;
      break;
    case From::join_spaces:
      if (fused_) return;
      step.kind = Kind::join_spaces;
      break;
    case From::sentencepiece:
      step.kind = Kind::sentencepiece;
      step.pieces = std::make_unique<SentencePieceDecoder>(spec, pipeline);
      break;
  }
  steps_.push_back(std::move(step));
}

void DecodeChain::add_replace(std::string pattern, std::string text, bool also_empty) {
  Step step;
  step.kind = Kind::replace;
  step.fused = fused_;
  step.also_empty = also_empty;
  step.text = std::move(text);
  // Knuth, Morris and Pratt: borders[i] is the longest proper prefix of the pattern that ends behind i.
  step.borders.resize(pattern.size());
  for (std::uint32_t i = 1, k = 0; i < pattern.size(); ++i) {
    while (k > 0 && pattern[k] != pattern[i]) k = step.borders[k - 1];
    if (pattern[k] == pattern[i]) ++k;
    step.borders[i] = k;
  }
  step.pattern = std::move(pattern);
  steps_.push_back(std::move(step));
}

void DecodeChain::add_cleanup() {
  constexpr std::pair<const char*, const char*> rules[] = {
      {" .", "."},   {" ?", "?"},           {" !", "!"},   {" ,", ","},     {" ' ", "'"},   {" n't", "n't"},
      {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
  for (const auto& [from, to] : rules) add_replace(from, to, false);
}

// The shapes that have a quick way. With byte tokens, the steps before must not touch their names nor make
// one: replacing what is not ASCII by a space does neither.
void DecodeChain::describe() {
  const auto is_ascii = [](std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  };
  bool only_spaces = true;
  for (const Step& step : steps_) {
    switch (step.kind) {
      case Kind::replace:
        if (step.fused) return;
        only_spaces = only_spaces && !is_ascii(step.pattern) && step.text == " ";
        break;
      case Kind::metaspace:
      case Kind::prefix:
      case Kind::join_spaces:
        first_differs_ = true;
        only_spaces = false;
        break;
      case Kind::byte_fallback:
        if (has_byte_tokens_ || step.fused || !only_spaces) return;
        has_byte_tokens_ = true;
        break;
      case Kind::fuse:
        break;
      case Kind::strip:
        if (!step.fused || strip_count_ != 0 || step.stop != 0) return;
        stripped_ = step.pattern;
        strip_count_ = step.start;
        break;
      default:
        return;
    }
    if (has_byte_tokens_ && !step.fused && step.kind != Kind::byte_fallback && step.kind != Kind::fuse)
      return;
  }
  local_ = !first_differs_ || strip_count_ == 0;
}

std::string_view DecodeChain::unfinished(const State& state) const {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Kind kind = steps_[i].kind;
    const bool holds_bytes =
        kind == Kind::bytes || kind == Kind::byte_fallback || kind == Kind::sentencepiece;
    if (holds_bytes && !steps_[i].fused) return state.steps[i].held;
  }
  return {};
}

std::string DecodeChain::middle(std::string_view name) const {
  State state = begin();
  for (State::Step& step : state.steps) {
    step.seen = 1;
    step.done = true;
  }
  std::vector<std::string> tokens{std::string(name)};
  run(state, tokens, DecodeMode::middle, true);
  return join(tokens);
}

void DecodeChain::run(State& state, std::vector<std::string>& tokens, DecodeMode mode, bool final) const {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    if (step.kind == Kind::byte_fallback && !step.fused) {
      // In parts only where the tokens that they are parts of are put together anyway.
      const bool early =
          mode == DecodeMode::streamed && (i + 1 == steps_.size() || steps_[i + 1].kind == Kind::fuse);
      run_byte_fallback(state.steps[i], tokens, mode, early, final);
    } else {
      run_step(step, state.steps[i], tokens, mode, final);
    }
  }
}

void DecodeChain::run_step(const Step& step, State::Step& state, std::vector<std::string>& tokens,
                           DecodeMode mode, bool final) const {
  switch (step.kind) {
    case Kind::bytes:
      return run_bytes(step, state, tokens, mode, final);
    case Kind::fuse: {
      std::string joined = join(tokens);
      tokens.clear();
      tokens.push_back(std::move(joined));
      return;
    }
    case Kind::strip:
      if (step.fused) return strip_parts(step, state, tokens, mode, final);
      for (std::string& token : tokens) strip_token(step, token);
      return;
    case Kind::replace:
      if (step.fused) return replace_parts(step, state, tokens, final);
      for (std::string& token : tokens) token = replaced(step, token, step.text);
      return;
    case Kind::byte_fallback:  // of a single token
    case Kind::replace_regex:
      if (step.fused && !gather(state, tokens, final)) return;
      for (std::string& token : tokens) {
        if (step.kind == Kind::replace_regex) {
          token = replaced_matches(step, token);
        } else if (const int byte = byte_of_name(token); byte >= 0) {
          token = static_cast<char>(byte);
          if (byte >= 0x80 && mode != DecodeMode::raw && mode != DecodeMode::middle) token = kReplacement;
        }
      }
      return;
    case Kind::metaspace:
      for (std::string& token : tokens) {
        const bool first = state.seen++ == 0;
        token = replaced(step, token, first && !step.keeps_first ? "" : " ");
      }
      return;
    case Kind::prefix:
      for (std::string& token : tokens) {
        if (state.seen++ == 0) continue;
        if (token.starts_with(step.pattern)) {
          token.erase(0, step.pattern.size());
        } else {
          token.insert(0, 1, ' ');
        }
      }
      return;
    case Kind::suffix:
      return run_suffix(step, state, tokens, mode, final);
    case Kind::dedup:
      std::erase_if(tokens, [&](const std::string& token) {
        if (mode == DecodeMode::middle) return false;
        const bool same = state.seen++ != 0 && token == state.held;
        state.held = token;
        return same;
      });
      return;
    case Kind::drop_empty:
      std::erase_if(tokens, [](const std::string& token) { return token.empty(); });
      return;
    case Kind::join_spaces:
      for (std::string& token : tokens) {
        if (state.seen++ != 0) token.insert(0, 1, ' ');
      }
      return;
    case Kind::sentencepiece:
      return step.pieces->run(state, tokens, mode, final);
  }
}

// The one token that comes in parts, once it is whole.
bool DecodeChain::gather(State::Step& state, std::vector<std::string>& tokens, bool final) {
  state.held += join(tokens);
  tokens.clear();
  if (!final) return false;
  tokens.push_back(std::exchange(state.held, {}));
  return true;
}

void DecodeChain::run_bytes(const Step& step, State::Step& state, std::vector<std::string>& tokens,
                            DecodeMode mode, bool final) {
  if (step.fused && !gather(state, tokens, final)) return;
  std::string bytes = std::exchange(state.held, {});
  for (const std::string& token : tokens) {
    if (!step.alphabet || !unicode::bytes_from_name(token, bytes)) bytes += token;
  }
  tokens.resize(1);
  std::string& text = tokens[0];
  text.clear();
  if (mode == DecodeMode::raw || mode == DecodeMode::middle) {
    text = std::move(bytes);
  } else if (final) {
    unicode::append_lossy(text, bytes);
  } else {
    take_complete(bytes, text, false);
    state.held = std::move(bytes);
  }
}

// The reference takes the bytes of neighbouring byte tokens together: a run that is UTF-8 is its text, any
// other becomes U+FFFD for each of its bytes. A stream cannot wait for the end of the run: there, characters
// come out as they are complete, and only the bytes that are part of none become U+FFFD.
void DecodeChain::run_byte_fallback(State::Step& state, std::vector<std::string>& tokens, DecodeMode mode,
                                    bool early, bool final) {
  std::vector<std::string> out;
  out.reserve(tokens.size());
  const auto end_run = [&] {
    if (state.held.empty()) return;
    std::string run = std::exchange(state.held, {});
    const bool raw = mode == DecodeMode::raw || mode == DecodeMode::middle;
    if (raw || unicode::is_valid(run)) {
      out.push_back(std::move(run));
    } else {
      for (std::size_t i = 0; i < run.size(); ++i) out.emplace_back(kReplacement);
    }
  };
  for (std::string& token : tokens) {
    const int byte = byte_of_name(token);
    if (byte < 0) {
      end_run();
      out.push_back(std::move(token));
      continue;
    }
    state.held += static_cast<char>(byte);
    if (!early) continue;
    std::string complete;
    take_complete(state.held, complete, true);
    if (!complete.empty()) out.push_back(std::move(complete));
  }
  if (final) end_run();
  tokens = std::move(out);
}

// A suffix is a space, but at the end of the last token it is dropped: a token that has one waits for the
// next.
void DecodeChain::run_suffix(const Step& step, State::Step& state, std::vector<std::string>& tokens,
                             DecodeMode mode, bool final) {
  std::vector<std::string> out;
  out.reserve(tokens.size() + 1);
  for (std::string& token : tokens) {
    if (state.matched != 0) out.push_back(replaced(step, std::exchange(state.held, {}), " "));
    state.matched = step.pattern.empty() || token.find(step.pattern) != token.npos;
    if (state.matched != 0) {
      state.held = std::move(token);
    } else {
      out.push_back(std::move(token));
    }
  }
  if (final && state.matched != 0) {
    out.push_back(replaced(step, std::exchange(state.held, {}), mode == DecodeMode::middle ? " " : ""));
    state.matched = 0;
  }
  tokens = std::move(out);
}

void DecodeChain::strip_token(const Step& step, std::string& token) {
  const std::size_t size = step.pattern.size();
  std::string_view rest = token;
  for (std::size_t i = 0; i < step.start && rest.starts_with(step.pattern); ++i) rest.remove_prefix(size);
  for (std::size_t i = 0; i < step.stop && rest.ends_with(step.pattern); ++i) rest.remove_suffix(size);
  if (rest.size() != token.size()) token = std::string(rest);
}

// Characters at the end wait for what follows, no more of them than may be stripped.
void DecodeChain::strip_parts(const Step& step, State::Step& state, std::vector<std::string>& tokens,
                              DecodeMode mode, bool final) {
  std::string text = std::exchange(state.held, {}) + join(tokens);
  tokens.clear();
  const std::size_t size = step.pattern.size();
  std::string_view rest = text;
  while (!state.done && state.seen < step.start && rest.starts_with(step.pattern)) {
    rest.remove_prefix(size);
    ++state.seen;
  }
  if (!rest.empty()) state.done = true;
  std::size_t waiting = 0;
  if (mode != DecodeMode::middle) {
    while (waiting < step.stop && rest.ends_with(step.pattern)) {
      rest.remove_suffix(size);
      ++waiting;
    }
  }
  tokens.emplace_back(rest);
  if (final) return;
  for (; waiting > 0; --waiting) state.held += step.pattern;
}

// The leftmost matches that do not overlap. `matched`: how much of the pattern the text before ended with.
void DecodeChain::replace(const Step& step, std::string_view text, std::string_view by, std::size_t& matched,
                          std::string& out) {
  const std::string& pattern = step.pattern;
  for (const char c : text) {
    while (matched > 0 && pattern[matched] != c) {
      const std::size_t kept = step.borders[matched - 1];
      out.append(pattern, 0, matched - kept);
      matched = kept;
    }
    if (pattern[matched] != c) {
      out += c;
    } else if (++matched == pattern.size()) {
      out += by;
      matched = 0;
    }
  }
}

std::string DecodeChain::replaced(const Step& step, const std::string& token, std::string_view by) {
  std::string out;
  if (step.pattern.empty()) {
    if (token.empty() && !step.also_empty) return out;
    insert_between(token, by, out);
    out += by;
    return out;
  }
  if (token.find(step.pattern[0]) == token.npos) return token;
  std::size_t matched = 0;
  replace(step, token, by, matched, out);
  out.append(step.pattern, 0, matched);
  return out;
}

void DecodeChain::replace_parts(const Step& step, State::Step& state, std::vector<std::string>& tokens,
                                bool final) {
  const std::string text = join(tokens);
  tokens.resize(1);
  std::string out;
  if (step.pattern.empty()) {
    insert_between(text, step.text, out);
    if (!text.empty()) state.seen = 1;
    if (final && (state.seen != 0 || step.also_empty)) out += step.text;
  } else {
    replace(step, text, step.text, state.matched, out);
    if (final) out.append(step.pattern, 0, std::exchange(state.matched, 0));
  }
  tokens[0] = std::move(out);
}

// `by` in front of each character.
void DecodeChain::insert_between(std::string_view text, std::string_view by, std::string& out) {
  for (const char *p = text.data(), *end = p + text.size(); p < end;) {
    const std::size_t size = unicode::decode(p, end).size;
    out += by;
    out.append(p, size);
    p += size;
  }
}

std::string DecodeChain::replaced_matches(const Step& step, const std::string& token) {
  std::string valid;
  if (!unicode::is_valid(token)) unicode::append_lossy(valid, token);  // patterns know no other text
  const std::string& text = valid.empty() ? token : valid;
  std::string out;
  std::size_t done = 0;
  for (Span match; done < text.size() && step.regex->find(text, done, match); done = match.end) {
    out.append(text, done, match.begin - done);
    out += step.text;
  }
  return out.append(text, done);
}

}  // namespace polyglyph::tokenizer
