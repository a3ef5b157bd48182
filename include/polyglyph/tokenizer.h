// Tokenizer: text to the exact token ids a model expects, and back.
//
//   auto tok = polyglyph::Tokenizer::builtin("qwen3");
//   std::vector<polyglyph::TokenId> ids = tok.encode("안녕하세요 세계");
//   std::string text = tok.decode(ids);
//   tok.count(text);            // without building the ids
//   tok.fits(text, 131072);     // stops as soon as it knows
//
// Exact: the ids are those of the library the model's owners publish for (docs/parity.md), on any text.
// Total: text is any bytes. Each maximal ill-formed part of UTF-8 counts as U+FFFD for splitting and
// normalizing, and a byte-level vocabulary that does not normalize decodes to the original bytes. Nothing but
// SpecialTokens::reject can throw on text. Time is O(n log n) at worst in the length of the longest piece,
// and memory linear; a split pattern that is not one of the known ones can add up to the square of how far it
// looks ahead in vain (docs/formats.md).
//
// Immutable, and as cheap to copy as a shared_ptr: share one among any number of threads. Encoding keeps a
// bounded cache for each thread that is at work at the same time.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "polyglyph/decode_stream.h"
#include "polyglyph/description.h"
#include "polyglyph/encode_stream.h"
#include "polyglyph/options.h"
#include "polyglyph/settings.h"
#include "polyglyph/trace.h"
#include "polyglyph/types.h"
#include "polyglyph/vocab.h"

namespace polyglyph {

namespace tokenizer {
class Engine;
}

class Tokenizer {
 public:
  // Any of the formats of docs/formats.md, or a model's directory that holds one. Throws Error: io,
  // malformed, unsupported, limit, not_found.
  static Tokenizer from_file(const std::filesystem::path& path, const LoadOptions& options = {});

  // One of builtins(), opened from the image that was installed with the library. Throws Error(not_found)
  // with the nearest names.
  static Tokenizer builtin(std::string_view name);
  static std::vector<std::string> builtins();

  // Where the image of a built-in is. Throws Error(not_found) as builtin does.
  static std::filesystem::path builtin_image(std::string_view name);

  std::vector<TokenId> encode(std::string_view text, EncodeOptions options = {}) const;

  // Spans index `text` itself, also where normalization changed it: a token then spans the characters it was
  // made from. In chars and utf16, an ill-formed part of the text counts as one character.
  Encoding encode_with_offsets(std::string_view text, EncodeOptions options = {},
                               OffsetUnit unit = OffsetUnit::bytes) const;

  // Two texts as one input, a question and its context, say: put together by the vocabulary's template for
  // pairs, which also says the type of each part. Without special tokens the template's tokens are left out;
  // where the vocabulary has none, the second follows the first with the types 0 and 1. Without `second`, one
  // text with the template for one.
  PairEncoding encode_pair(std::string_view first, std::optional<std::string_view> second,
                           EncodeOptions options = {}, OffsetUnit unit = OffsetUnit::bytes) const;

  // `threads`: 0 for one a processor. The result does not depend on it. Under SpecialTokens::reject the error
  // is that of the first offending text.
  Batch encode_batch(std::span<const std::string_view> texts, EncodeOptions options = {},
                     unsigned threads = 0) const;

  EncodeStream encode_stream(EncodeOptions options = {}) const;

  // How the text becomes ids, stage by stage.
  Trace trace(std::string_view text, EncodeOptions options = {}) const;

  // encode(text).size(), without building the ids.
  std::size_t count(std::string_view text, EncodeOptions options = {}) const;

  // count(text) <= limit, reading no further than needed.
  bool fits(std::string_view text, std::size_t limit, EncodeOptions options = {}) const;

  // Bytes: UTF-8 unless the ids end or begin inside a character. Throws Error(unknown_id) by default.
  std::string decode(std::span<const TokenId> ids, DecodeOptions options = {}) const;
  std::vector<std::string> decode_batch(const Batch& batch, DecodeOptions options = {}) const;
  DecodeStream decode_stream(DecodeOptions options = {}) const;

  // By the name's extension: .pgv, a mapped image, which opens in under a millisecond and is shared between
  // processes; .json, a tokenizer.json for other libraries; .tiktoken, a rank file, under a name that stands
  // for a pattern and special tokens (o200k_base.tiktoken). The last two are read back and compared before
  // anything is written. Throws Error(unsupported) that says what they would lose. Written to a temporary
  // file beside it and renamed.
  void save(const std::filesystem::path& path) const;

  // What the file says about truncation and padding, and whether it is applied
  // (LoadOptions::apply_file_settings): to all that encodes and counts but trace. Streams throw.
  const std::optional<Truncation>& truncation() const noexcept;
  const std::optional<Padding>& padding() const noexcept;
  bool applies_file_settings() const noexcept;

  const Vocab& vocab() const noexcept;
  Description description() const;

  // What a model's directory or a GGUF file says besides: tokens by their role, as {"bos_token", 1}, and chat
  // templates by their name, the usual one "default". Empty where nobody says.
  const std::vector<std::pair<std::string, TokenId>>& roles() const noexcept;
  const std::vector<std::pair<std::string, std::string>>& chat_templates() const noexcept;

  // The image of this tokenizer as bytes, and back: for pickling. from_image checks the full checksum.
  std::string_view image() const noexcept;
  static Tokenizer from_image(std::string_view bytes, const LoadOptions& options = {});

 private:
  explicit Tokenizer(std::shared_ptr<const tokenizer::Engine> engine);

  std::shared_ptr<const tokenizer::Engine> engine_;
};

}  // namespace polyglyph
