// The hot path is encode_pieces: pieces are gathered in small groups, their cache lines asked for while the
// next ones are being cut, and then each is one comparison and a 16-byte copy if it was met before, or handed
// to the model if not.
#include "tokenizer/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "polyglyph/error.h"
#include "tokenizer/cancel.h"
#include "tokenizer/regex_splitter.h"
#include "tokenizer/trim_blanks.h"
#include "unicode/utf8.h"
#include "vocab/build.h"

namespace polyglyph::tokenizer {
namespace {

constexpr std::size_t kGroup = 32;  // pieces in flight between cutting and looking up

// Which of two tokens is meant by a spelling that normalizing gives to both, the reference leaves to the
// order of a hash table.
void expect_distinct(const std::vector<AddedTokens::Pattern>& patterns) {
  std::map<std::string_view, const AddedToken*> seen;
  for (const auto& [text, token] : patterns) {
    const auto [known, is_new] = seen.emplace(text, token);
    if (is_new || text.empty()) continue;
    throw Error(
        ErrorCode::unsupported,
        fmt::format(
            "the added tokens {} and {} are the same text once they are normalized; remove one, or set "
            "its \"normalized\" to false",
            known->second->id, token->id),
        "added_tokens");
  }
}

std::vector<AddedTokens::Pattern> patterns_of(const vocab::ImagePipeline& p,
                                              const normalizers::Normalizer* normalizer, bool normalized,
                                              bool all) {
  std::vector<AddedTokens::Pattern> patterns;
  for (const AddedToken& token : p.added_tokens) {
    if (token.normalized != normalized || (token.control && !all)) continue;
    std::string text;
    if (normalized && normalizer != nullptr) {
      normalizer->normalize(token.content, text, nullptr);
    } else {
      text = token.content;
    }
    patterns.push_back({std::move(text), &token});
  }
  return patterns;
}

// The normalizers' regular expressions are those that split patterns are made of.
class RegexMatcher final : public normalizers::Matcher {
 public:
  explicit RegexMatcher(std::unique_ptr<RegexSplitter> regex) : regex_(std::move(regex)) {}

  bool find(std::string_view text, std::size_t from, Span& match) const override {
    return regex_->find(text, from, match);
  }
  std::size_t undecided(std::string_view text, std::size_t from) const override {
    return regex_->undecided(text, from);
  }

 private:
  std::unique_ptr<RegexSplitter> regex_;
};

std::unique_ptr<normalizers::Normalizer> make_normalizer(const vocab::Pipeline& pipeline, Compile when) {
  return normalizers::make_normalizer(pipeline.normalizers, [&](const std::string& pattern) {
    return std::make_unique<RegexMatcher>(
        RegexSplitter::compile(pattern, pipeline.reference, "normalizer", when));
  });
}

// SentencePiece gives a character that became bytes to the last of these; the others are empty, and in front
// of it.
Span of_whole_characters(std::string_view text, Span span) {
  const auto is_inside = [&](std::size_t place) {
    return place < text.size() && (text[place] & 0xC0) == 0x80;
  };
  while (is_inside(span.begin) && span.begin > 0) --span.begin;
  if (is_inside(span.end)) span.end = span.begin;
  return span;
}

bool takes_sound_text(const vocab::Pipeline& p) {
  const bool made_sound =
      !p.normalizers.empty() && p.normalizers[0].kind == unicode::NormalStep::Kind::sentencepiece;
  return p.characters && !made_sound;
}

// Every text costs as many ids as it is padded to.
void expect_bounded(const Padding& padding) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 24;
  const std::uint64_t size = std::max(padding.length.value_or(0), padding.multiple_of);
  if (size <= kMost) return;
  throw Error(ErrorCode::limit,
              fmt::format("pads to {} tokens, and the most is {}; load the file without apply_file_settings",
                          size, kMost),
              "padding");
}

// Each thread begins its search for a worker at a slot of its own and so tends to find its own warm cache
// again.
std::size_t home_slot() {
  static std::atomic<std::size_t> threads{0};
  thread_local const std::size_t slot = threads.fetch_add(1, std::memory_order_relaxed);
  return slot;
}

}  // namespace

std::string build_image(const vocab::TokenizerSpec& spec) {
  const auto normalizer = make_normalizer(spec, Compile::at_once);
  const DecodeChain decoder = make_decode_chain(spec, Compile::at_once);
  vocab::Rewrite normalize, decode;
  if (normalizer != nullptr) {
    normalize = [&](std::string_view text) {
      std::string normalized;
      normalizer->normalize(text, normalized, nullptr);
      return normalized;
    };
  }
  if (!decoder.concatenates()) decode = [&](std::string_view name) { return decoder.middle(name); };
  return vocab::build_image(spec, normalize, decode);
}

void Worker::release() {
  constexpr std::size_t kKeep = std::size_t{1} << 20;
  ids.release();
  piece_ids.release();
  model->release();
  if (normalized.capacity() > kKeep) normalized = {};
  if (piece_spans.capacity() * sizeof(Span) > kKeep) piece_spans = {};
  split.release();
  split.keep_places = false;  // also where an error ended a call in the middle
}

Engine::Engine(std::shared_ptr<const vocab::Image> image, bool apply_file_settings)
    : image_(std::move(image)),
      apply_settings_(apply_file_settings),
      vocab_(image_),
      normalizer_(make_normalizer(image_->pipeline(), Compile::when_used)),
      needs_sound_text_(takes_sound_text(image_->pipeline())),
      model_(make_model(*image_)),
      pretokenizer_(*image_),
      decoder_(image_, normalizer_.get()) {
  if (normalizer_ != nullptr) expect_distinct(patterns_of(image_->pipeline(), normalizer_.get(), true, true));
  if (const Padding* pads = padding()) expect_bounded(*pads);
}

Engine::~Engine() {
  for (auto& slot : pool_) delete slot.load();
  for (auto& tokens : added_) delete tokens.load();
}

// Of threads that make the same set at once, one keeps its own and the others take that.
const AddedTokens& Engine::make_added_tokens(std::size_t which) const {
  auto made = std::make_unique<const AddedTokens>(
      patterns_of(image_->pipeline(), normalizer_.get(), which / 2 == 1, which % 2 == 0));
  const AddedTokens* kept = nullptr;
  if (added_[which].compare_exchange_strong(kept, made.get(), std::memory_order_acq_rel))
    kept = made.release();
  return *kept;
}

std::unique_ptr<Worker> Engine::take_worker() const {
  const std::size_t home = home_slot();
  for (std::size_t i = 0; i < kSlots; ++i) {
    auto& slot = pool_[(home + i) % kSlots];
    if (slot.load(std::memory_order_relaxed) == nullptr) continue;
    if (Worker* worker = slot.exchange(nullptr, std::memory_order_acquire))
      return std::unique_ptr<Worker>(worker);
  }
  return std::make_unique<Worker>(*model_);
}

void Engine::return_worker(std::unique_ptr<Worker> worker) const {
  worker->release();
  const std::size_t home = home_slot();
  for (std::size_t i = 0; i < kSlots; ++i) {
    Worker* empty = nullptr;
    auto& slot = pool_[(home + i) % kSlots];
    if (slot.compare_exchange_strong(empty, worker.get(), std::memory_order_release,
                                     std::memory_order_relaxed)) {
      worker.release();
      return;
    }
  }
}

void Engine::reject_control(const AddedToken& token, SpecialTokens mode, std::size_t place) {
  if (mode != SpecialTokens::reject || !token.control) return;
  throw Error(
      ErrorCode::control_token,
      fmt::format(
          "the text spells the control token {}; encode it with special_tokens \"text\" to take it as "
          "ordinary text, or \"parse\" to take it as the token",
          token.content),
      fmt::format("byte {}", place));
}

void Engine::encode(std::string_view text, const EncodeOptions& options, Worker& worker, Output& out) const {
  out.cancel = options.cancel;
  const vocab::ImagePipeline& p = image_->pipeline();
  if (options.add_special_tokens) {
    for (const TokenId id : p.prefix) out.add(id);
  }
  const AddedTokens& tokens = raw_tokens(options.special_tokens);
  if (tokens.empty()) {
    encode_plain(text, options, worker, out, 0);
  } else {
    AddedTokens::Walk walk(tokens);
    for (AddedTokens::Section s; !out.full() && walk.next(text, true, s);) {
      if (s.token != nullptr) {
        reject_control(*s.token, options.special_tokens, s.begin);
        out.add(s.token->id);
      } else {
        encode_plain(text.substr(s.begin, s.end - s.begin), options, worker, out, s.begin);
      }
    }
  }
  if (options.add_special_tokens) {
    for (const TokenId id : p.suffix) out.add(id);
  }
}

void Engine::encode_plain(std::string_view text, const EncodeOptions& options, Worker& worker, Output& out,
                          std::size_t place) const {
  std::string sound;
  if (!is_sound(text)) {
    unicode::append_lossy(sound, text);
    text = sound;
  }
  const std::size_t same = normalizer_ != nullptr ? normalizer_->unchanged_prefix(text) : text.size();
  const std::size_t first = place == 0 ? first_extent(text) : 0;
  if (same == text.size()) return encode_normalized(text, options, worker, out, place, first);
  worker.normalized.assign(text.substr(0, same));
  normalizer_->normalize_rest(text, same, worker.normalized);
  encode_normalized(worker.normalized, options, worker, out, place, first);
}

std::size_t Engine::first_extent(std::string_view text) const {
  if (normalizer_ == nullptr || !pretokenizer_.asks_for_first() || normalizer_->unchanged_prefix(text) != 0)
    return 1;
  std::string normalized;
  unicode::OffsetMap map;
  normalizer_->normalize(text, normalized, &map);
  std::size_t size = 0;
  while (size < normalized.size() && map.to_input({size, size + 1}).begin == 0) ++size;
  return size;
}

void Engine::encode_normalized(std::string_view text, const EncodeOptions& options, Worker& worker,
                               Output& out, std::size_t place, std::size_t first) const {
  const AddedTokens& tokens = normalized_tokens(options.special_tokens);
  if (tokens.empty()) {
    encode_pieces(text, true, {true, first}, worker, out);
    return;
  }
  AddedTokens::Walk walk(tokens);
  for (AddedTokens::Section s; !out.full() && walk.next(text, true, s);) {
    if (s.token != nullptr) {
      reject_control(*s.token, options.special_tokens, place + s.begin);
      out.add(s.token->id);
    } else {
      const SplitBegin begin{true, first > s.begin ? first - s.begin : 0};
      encode_pieces(text.substr(s.begin, s.end - s.begin), true, begin, worker, out);
    }
  }
}

std::size_t Engine::encode_pieces(std::string_view text, bool final, const SplitBegin& begin, Worker& worker,
                                  Output& out) const {
  struct Waiting {
    std::string_view bytes;
    PieceCache::Key key;
  };
  std::array<Waiting, kGroup> group;
  std::size_t waiting = 0;

  const auto encode_new = [&](const Waiting& w) __attribute__((noinline)) {
    TokenBuffer& ids = out.ids != nullptr ? *out.ids : worker.piece_ids;
    if (out.ids == nullptr) ids.clear();
    const std::size_t before = ids.size();
    model_->encode(w.bytes, *worker.model, ids);
    const std::size_t count = ids.size() - before;
    out.count += count;
    if (count != 0 && w.bytes.size() <= PieceCache::kMaxPiece) {
      worker.cache.insert(w.key, w.bytes, {ids.data() + before, count});
    }
  };
  const auto look_up = [&](const Waiting& w) __attribute__((always_inline)) {
    const bool cached = w.bytes.size() <= PieceCache::kMaxPiece;
    const PieceCache::Entry* entry = cached ? worker.cache.find(w.key) : nullptr;
    if (entry == nullptr) return encode_new(w);
    if (const std::size_t count = entry->count(); count != 0) [[likely]] {
      if (out.ids != nullptr) {
        entry->copy_to(out.ids->reserve(PieceCache::Entry::kInline));
        out.ids->advance(count);
      }
      out.count += count;
      return;
    }
    const std::span<const TokenId> ids = worker.cache.logged(*entry, w.bytes);
    if (ids.empty()) return encode_new(w);
    if (out.ids != nullptr) out.ids->append(ids);
    out.count += ids.size();
  };
  const auto flush = [&]() __attribute__((noinline)) {
    stop_if_cancelled(out.cancel);
    for (std::size_t i = 0; i < waiting; ++i) look_up(group[i]);
    waiting = 0;
    return !out.full();
  };
  const auto collect = [&](const Pretokenizer::Piece& piece) __attribute__((always_inline)) {
    Waiting& w = group[waiting];
    w.bytes = piece.bytes;
    if (piece.bytes.size() <= PieceCache::kMaxPiece) {
      w.key = PieceCache::key_of(piece.bytes, piece.limit);
      worker.cache.prefetch(w.key);
    }
    return ++waiting < kGroup || flush();
  };
  const std::size_t done = pretokenizer_.split(text, final, begin, worker.split, collect, flush);
  flush();
  return done;
}

// One walk with places kept. Text changed by the normalizer is mapped back piece by piece.
struct Engine::OffsetRun {
  const Engine& engine;
  const EncodeOptions& options;
  Worker& worker;
  std::string_view text;  // the caller's
  Encoding encoding;
  std::vector<Trace::Section>* sections = nullptr;  // what else is asked for
  bool by_beginnings = engine.image_->pipeline().reference == vocab::Reference::sentencepiece;

  void add(TokenId id, Span span) {
    encoding.ids.push_back(id);
    encoding.offsets.push_back(span);
  }

  void trace_section(Span span, std::string_view normalized) {
    if (sections != nullptr) sections->push_back({span, std::string(normalized), {}});
  }
  void trace_token(const AddedToken& token, Span span) {
    if (sections == nullptr) return;
    Trace::Section& section = sections->back();
    section.added_token = section.pieces.empty() && section.span == span && !token.normalized;
    section.pieces.push_back({token.content, span, {token.id}, true});
  }

  void run() {
    const vocab::ImagePipeline& p = engine.image_->pipeline();
    if (options.add_special_tokens) {
      for (const TokenId id : p.prefix) add(id, {0, 0});
    }
    AddedTokens::Walk walk(engine.raw_tokens(options.special_tokens));
    for (AddedTokens::Section s; walk.next(text, true, s);) {
      if (s.token != nullptr) {
        reject_control(*s.token, options.special_tokens, s.begin);
        add(s.token->id, {s.begin, s.end});
        trace_section({s.begin, s.end}, s.token->content);
        trace_token(*s.token, {s.begin, s.end});
      } else {
        plain(s.begin, s.end);
      }
    }
    if (options.add_special_tokens) {
      for (const TokenId id : p.suffix) add(id, {0, 0});
    }
  }

  void plain(std::size_t begin, std::size_t end) {
    std::string_view section = text.substr(begin, end - begin);
    std::string sound;
    unicode::OffsetMap map;
    if (!engine.is_sound(section)) {
      unicode::append_lossy(sound, section, map);
      section = sound;
    }
    std::size_t same = section.size();
    std::string_view changed = section;
    if (engine.normalizer_ != nullptr) same = engine.normalizer_->unchanged_prefix(section);
    if (same != section.size()) {
      unicode::OffsetMap normal;
      worker.normalized.clear();
      engine.normalizer_->normalize(section, worker.normalized, &normal);
      changed = worker.normalized;
      map = map.empty() ? std::move(normal) : unicode::OffsetMap::chain(map, normal);
    }
    trace_section({begin, end}, changed);
    const auto place = [&](Span span) {
      if (!map.empty()) span = by_beginnings ? map.to_beginnings(span) : map.to_input(span);
      return Span{begin + span.begin, begin + span.end};
    };
    const std::size_t first = begin == 0 ? engine.first_extent(section) : 0;
    AddedTokens::Walk walk(engine.normalized_tokens(options.special_tokens));
    for (AddedTokens::Section s; walk.next(changed, true, s);) {
      if (s.token != nullptr) {
        const Span span = place({s.begin, s.end});
        reject_control(*s.token, options.special_tokens, span.begin);
        add(s.token->id, span);
        trace_token(*s.token, span);
      } else {
        const SplitBegin split_begin{true, first > s.begin ? first - s.begin : 0};
        pieces(changed.substr(s.begin, s.end - s.begin), s.begin, split_begin, place);
      }
    }
  }

  template <class Place>
  void pieces(std::string_view part, std::size_t part_begin, const SplitBegin& begin, const Place& place) {
    worker.split.keep_places = true;
    const auto take = [&](const Pretokenizer::Piece& piece) {
      stop_if_cancelled(options.cancel);
      TokenBuffer& ids = worker.piece_ids;
      auto& spans = worker.piece_spans;
      ids.clear();
      spans.clear();
      engine.model_->encode(piece.bytes, *worker.model, ids, spans);
      if (sections != nullptr) {
        Span whole = worker.split.place(piece.bytes, {0, piece.bytes.size()});
        whole = place({part_begin + whole.begin, part_begin + whole.end});
        sections->back().pieces.push_back({std::string(piece.bytes), whole, {ids.begin(), ids.end()}});
      }
      for (std::size_t i = 0; i < ids.size(); ++i) {
        if (by_beginnings) spans[i] = of_whole_characters(piece.bytes, spans[i]);
        Span span = worker.split.place(piece.bytes, spans[i]);
        span = place({part_begin + span.begin, part_begin + span.end});
        add(ids.data()[i], span);
      }
      return true;
    };
    engine.pretokenizer_.split(part, true, worker.split, take, begin);
    worker.split.keep_places = false;
  }
};

Encoding Engine::encode_untrimmed(std::string_view text, const EncodeOptions& options, Worker& worker) const {
  OffsetRun run{*this, options, worker, text, {}};
  run.run();
  return std::move(run.encoding);
}

Encoding Engine::encode_with_offsets(std::string_view text, const EncodeOptions& options,
                                     Worker& worker) const {
  Encoding encoding = encode_untrimmed(text, options, worker);
  trim_template(encoding, options);
  return encoding;
}

Trace Engine::trace(std::string_view text, const EncodeOptions& options, Worker& worker) const {
  Trace trace;
  OffsetRun run{*this, options, worker, text, {}, &trace.sections};
  run.run();
  trace.encoding = std::move(run.encoding);
  trim_template(trace.encoding, options);
  return trace;
}

void Engine::trim_template(Encoding& encoding, const EncodeOptions& options) const {
  const vocab::ImagePipeline& p = image_->pipeline();
  const std::size_t prefix = options.add_special_tokens ? p.prefix.size() : 0;
  const std::size_t suffix = options.add_special_tokens ? p.suffix.size() : 0;
  trim(encoding, prefix, encoding.ids.size() - suffix);
}

void Engine::trim(Encoding& encoding, std::size_t begin, std::size_t end) const {
  const vocab::ImagePipeline& p = image_->pipeline();
  if (!p.trim_offsets) return;
  for (std::size_t i = begin; i < end; ++i) {
    const TokenId id = encoding.ids[i];
    Span& span = encoding.offsets[i];
    const bool keep_one = p.trim_keeps_prefix_space && (i == begin || span.begin == 0);
    span = image_->is_entry(id) ? trim_blanks(image_->token(id), p.names_use_byte_alphabet, span, keep_one)
                                : trim_blanks(vocab_.token_name(id), false, span, keep_one);
  }
}

}  // namespace polyglyph::tokenizer
