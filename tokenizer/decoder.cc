// Most chains need not be run. Where they only put bytes together, or give each token a text of its own
// (Vocab::token_bytes holds it), decoding is to put those in a row; runs of byte tokens are looked at again
// when they end, and the first token is decoded by itself where it is special. Every other chain is run over
// the whole list.
#include "tokenizer/decoder.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "tokenizer/cancel.h"
#include "unicode/byte_alphabet.h"
#include "unicode/utf8.h"

namespace polyglyph::tokenizer {
namespace {

bool decodes_bytes(const vocab::Pipeline& p) {
  if (p.decoders.empty()) return !p.names_use_byte_alphabet;
  return p.names_use_byte_alphabet && p.decoders[0].kind == vocab::DecodeStep::Kind::byte_level;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += part;
  return text;
}

std::string valid(std::string text) {
  if (unicode::is_valid(text)) return text;
  std::string lossy;
  unicode::append_lossy(lossy, text);
  return lossy;
}

// Calls take(id) for each of them, and looks now and then whether to go on.
template <class Take>
void for_each_id(std::span<const TokenId> ids, const DecodeOptions& options, const Take& take) {
  constexpr std::size_t kBlock = std::size_t{1} << 16;
  while (!ids.empty()) {
    stop_if_cancelled(options.cancel);
    const std::size_t size = std::min(kBlock, ids.size());
    for (const TokenId id : ids.first(size)) take(id);
    ids = ids.subspan(size);
  }
}

// What the reference makes of a run of byte tokens that is no text.
void replace_run(std::string& text, std::size_t begin) {
  const std::string_view run = std::string_view(text).substr(begin);
  if (unicode::is_valid(run)) return;
  const std::size_t size = run.size();
  text.resize(begin);
  for (std::size_t i = 0; i < size; ++i) unicode::append(text, unicode::kReplacement);
}

}  // namespace

DecodeChain make_decode_chain(const vocab::Pipeline& pipeline, Compile when) {
  return DecodeChain(pipeline, decodes_bytes(pipeline), when);
}

Decoder::Decoder(std::shared_ptr<const vocab::Image> image, const normalizers::Normalizer* normalizer)
    : image_(std::move(image)),
      vocab_(image_),
      chain_(make_decode_chain(image_->pipeline(), Compile::when_used)),
      names_are_bytes_(decodes_bytes(image_->pipeline())) {
  if (normalizer == nullptr) return;
  for (const AddedToken& token : image_->pipeline().added_tokens) {
    if (!token.normalized || !image_->is_entry(token.id)) continue;
    std::string spelling;
    normalizer->normalize(token.content, spelling, nullptr);
    if (spelling == token.content) continue;
    if (std::string bytes; names_are_bytes_ && unicode::bytes_from_name(spelling, bytes)) spelling = bytes;
    respelled_.emplace(token.id, std::move(spelling));
  }
}

bool Decoder::takes(TokenId id, const DecodeOptions& options) const {
  if (!image_->contains(id)) {
    if (options.unknown == UnknownIds::skip) return false;
    vocab_.token_bytes(id);  // throws
  }
  if (!options.skip_special_tokens) return true;
  const auto& added = vocab_.added_tokens();
  const auto it = std::ranges::lower_bound(added, id, {}, &AddedToken::id);
  return it == added.end() || it->id != id || !it->special;
}

std::string Decoder::name(TokenId id) const {
  if (!respelled_.empty()) {
    if (const auto it = respelled_.find(id); it != respelled_.end()) return it->second;
  }
  const std::string_view bytes = image_->token(id);
  if (names_are_bytes_ || !image_->pipeline().names_use_byte_alphabet || !image_->is_entry(id))
    return std::string(bytes);
  return unicode::name_from_bytes(bytes);
}

std::string Decoder::decode(std::span<const TokenId> ids, const DecodeOptions& options) const {
  const bool quick = respelled_.empty() && (chain_.concatenates() || chain_.local());
  std::string text = quick ? decode_local(ids, options) : decode_steps(ids, options);
  return options.ill_formed == IllFormed::keep ? text : valid(std::move(text));
}

std::string Decoder::decode_local(std::span<const TokenId> ids, const DecodeOptions& options) const {
  const bool watches_runs = chain_.has_byte_tokens() && options.ill_formed == IllFormed::replace;
  bool first = chain_.first_differs();
  std::string text;
  constexpr std::size_t kNone = std::string::npos;
  std::size_t run = kNone;  // where the run of byte tokens began that the text ends with
  for_each_id(ids, options, [&](TokenId id) {
    if (!takes(id, options)) return;
    if (first) {
      first = false;
      std::vector<std::string> tokens{name(id)};
      DecodeChain::State state = chain_.begin();
      chain_.run(state, tokens, DecodeMode::raw, true);
      text += joined(tokens);
      return;
    }
    if (watches_runs) {
      if (byte_of_name(image_->token(id)) < 0) {
        if (run != kNone) replace_run(text, std::exchange(run, kNone));
      } else if (run == kNone) {
        run = text.size();
      }
    }
    text += image_->decoded(id);
  });
  if (run != kNone) replace_run(text, run);
  std::size_t stripped = 0;
  const std::string_view character = chain_.stripped();
  for (std::size_t i = 0; i < chain_.strip_count(); ++i) {
    if (!std::string_view(text).substr(stripped).starts_with(character)) break;
    stripped += character.size();
  }
  if (stripped > 0) text.erase(0, stripped);
  return text;
}

std::string Decoder::decode_steps(std::span<const TokenId> ids, const DecodeOptions& options) const {
  std::vector<std::string> tokens;
  tokens.reserve(ids.size());
  for_each_id(ids, options, [&](TokenId id) {
    if (takes(id, options)) tokens.push_back(name(id));
  });
  DecodeChain::State state = chain_.begin();
  chain_.run(state, tokens, options.ill_formed == IllFormed::keep ? DecodeMode::raw : DecodeMode::replaced,
             true);
  return joined(tokens);
}

std::string Decoder::step(DecodeChain::State& state, TokenId id, const DecodeOptions& options) const {
  if (!takes(id, options)) return {};
  std::vector<std::string> tokens{name(id)};
  chain_.run(state, tokens, DecodeMode::streamed, false);
  return valid(joined(tokens));
}

std::string Decoder::finish(DecodeChain::State& state) const {
  std::vector<std::string> tokens;
  chain_.run(state, tokens, DecodeMode::streamed, true);
  state = chain_.begin();
  return valid(joined(tokens));
}

}  // namespace polyglyph::tokenizer
