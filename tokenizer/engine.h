// Engine: a whole tokenizer, text to ids. Everything public is a thin face over it.
//
//   text -> added tokens as spelled -> normalize -> added tokens as normalized -> pieces -> ids
//
// The engine is immutable; what encoding writes to is a Worker, lent out of a pool to one call at a time.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "normalizers/normalizer.h"
#include "polyglyph/description.h"
#include "polyglyph/options.h"
#include "polyglyph/settings.h"
#include "polyglyph/trace.h"
#include "polyglyph/types.h"
#include "polyglyph/vocab.h"
#include "tokenizer/added_tokens.h"
#include "tokenizer/decoder.h"
#include "tokenizer/model.h"
#include "tokenizer/piece_cache.h"
#include "tokenizer/pretokenizer.h"
#include "unicode/offset_map.h"
#include "unicode/utf8.h"
#include "vocab/image.h"

namespace polyglyph::tokenizer {

// What one encoding at a time writes to. Kept from call to call for its cache.
struct Worker {
  explicit Worker(const Model& model) : model(model.make_scratch()) {}

  PieceCache cache;
  std::unique_ptr<Model::Scratch> model;
  Pretokenizer::Scratch split;
  std::string normalized;
  TokenBuffer ids;
  TokenBuffer piece_ids;  // of one piece, where they go nowhere else
  std::vector<Span> piece_spans;

  void release();  // gives back what a huge text left behind
};

// Where ids go. Counting keeps none; fits stops at its limit.
struct Output {
  TokenBuffer* ids = nullptr;  // nullptr: count only
  std::size_t count = 0;
  std::size_t limit = std::numeric_limits<std::size_t>::max();
  const std::atomic<bool>* cancel = nullptr;  // EncodeOptions::cancel

  bool full() const { return count > limit; }
  void add(TokenId id) {
    if (ids != nullptr) ids->push(id);
    ++count;
  }
};

// The image of a spec, with its own normalizers at hand.
std::string build_image(const vocab::TokenizerSpec& spec);

class Engine {
 public:
  // Throws Error(unsupported) for a pattern that cannot be run exactly, and Error(limit) where settings that
  // are to be applied would take memory out of all proportion.
  explicit Engine(std::shared_ptr<const vocab::Image> image, bool apply_file_settings = false);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  const vocab::Image& image() const { return *image_; }
  const Vocab& vocab() const { return vocab_; }
  const normalizers::Normalizer* normalizer() const { return normalizer_.get(); }
  const Decoder& decoder() const { return decoder_; }
  Description description() const;

  // The file's settings where they are to be applied, else nullptr: see tokenizer/settings.h. No function
  // here applies them.
  const Truncation* truncation() const {
    return apply_settings_ ? get_if(image().pipeline().truncation) : nullptr;
  }
  const Padding* padding() const { return apply_settings_ ? get_if(image().pipeline().padding) : nullptr; }
  bool applies_file_settings() const { return apply_settings_; }

  // A whole text: ids in order into `out`, stopping early once it is full.
  void encode(std::string_view text, const EncodeOptions& options, Worker& worker, Output& out) const;

  // The same with the place of each id.
  Encoding encode_with_offsets(std::string_view text, const EncodeOptions& options, Worker& worker) const;

  // In two steps, for who comes in between: spans as they are, and then those of the tokens `begin` to `end`
  // of one text trimmed where the vocabulary's post-processor does that. The first of them may have a blank
  // in front that is none of the text's.
  Encoding encode_untrimmed(std::string_view text, const EncodeOptions& options, Worker& worker) const;
  void trim(Encoding& encoding, std::size_t begin, std::size_t end) const;

  // The same with all that lies between.
  Trace trace(std::string_view text, const EncodeOptions& options, Worker& worker) const;

  // The parts that streams put together themselves.
  const AddedTokens& raw_tokens(SpecialTokens mode) const { return added_tokens(false, mode); }
  const AddedTokens& normalized_tokens(SpecialTokens mode) const { return added_tokens(true, mode); }
  // Whether text has to be well-formed before it is normalized. In vocabularies of characters each ill-formed
  // part becomes U+FFFD before anything else is done to it; SentencePiece's own normalizer does that itself.
  bool needs_sound_text() const { return needs_sound_text_; }
  bool is_sound(std::string_view text) const { return !needs_sound_text_ || unicode::is_valid(text); }
  std::size_t encode_pieces(std::string_view text, bool final, const SplitBegin& begin, Worker& worker,
                            Output& out) const;
  // How many bytes at the beginning of the normalized `text` are made of its first character; 1 where nobody
  // asks.
  std::size_t first_extent(std::string_view text) const;
  static void reject_control(const AddedToken& token, SpecialTokens mode, std::size_t place);

  // A worker from the pool; it goes back when the loan ends.
  class Loan {
   public:
    explicit Loan(const Engine& engine) : engine_(&engine), worker_(engine.take_worker()) {}
    ~Loan() {
      if (worker_) engine_->return_worker(std::move(worker_));
    }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    Worker& operator*() const { return *worker_; }

   private:
    const Engine* engine_;
    std::unique_ptr<Worker> worker_;
  };

 private:
  struct OffsetRun;

  std::unique_ptr<Worker> take_worker() const;
  void return_worker(std::unique_ptr<Worker> worker) const;
  void trim_template(Encoding& encoding, const EncodeOptions& options) const;
  void encode_plain(std::string_view text, const EncodeOptions& options, Worker& worker, Output& out,
                    std::size_t place) const;
  void encode_normalized(std::string_view text, const EncodeOptions& options, Worker& worker, Output& out,
                         std::size_t place, std::size_t first) const;

  template <class T>
  static const T* get_if(const std::optional<T>& value) {
    return value ? &*value : nullptr;
  }

  std::shared_ptr<const vocab::Image> image_;
  bool apply_settings_;
  Vocab vocab_;
  std::unique_ptr<normalizers::Normalizer> normalizer_;
  bool needs_sound_text_;
  std::unique_ptr<Model> model_;
  Pretokenizer pretokenizer_;
  Decoder decoder_;

  // Matched as spelled or in normalized text, with control tokens or without. Each of the four is made when
  // it is first asked for: a vocabulary can have thousands, and few programs use more than one mode.
  const AddedTokens& added_tokens(bool normalized, SpecialTokens mode) const {
    const std::size_t which = 2 * normalized + (mode == SpecialTokens::text);
    const AddedTokens* const made = added_[which].load(std::memory_order_acquire);
    return made != nullptr ? *made : make_added_tokens(which);
  }
  const AddedTokens& make_added_tokens(std::size_t which) const;
  mutable std::array<std::atomic<const AddedTokens*>, 4> added_{};

  // Workers at rest. A slot is taken and filled with one atomic exchange, so no thread ever waits, and a fork
  // in the middle leaves nothing locked in the child.
  static constexpr std::size_t kSlots = 64;
  mutable std::array<std::atomic<Worker*>, kSlots> pool_{};
};

}  // namespace polyglyph::tokenizer
