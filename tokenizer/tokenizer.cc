#include "polyglyph/tokenizer.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <numeric>
#include <thread>
#include <utility>

#include "polyglyph/error.h"
#include "tokenizer/cancel.h"
#include "tokenizer/engine.h"
#include "tokenizer/pair.h"
#include "tokenizer/save.h"
#include "tokenizer/settings.h"
#include "tokenizer/stream_state.h"
#include "tokenizer/unit_map.h"
#include "vocab/builtins.h"
#include "vocab/formats/formats.h"
#include "vocab/image.h"
#include "vocab/image_cache.h"
#include "vocab/memory.h"
#include "vocab/write_file.h"

namespace polyglyph {
namespace {

using tokenizer::Engine;
using tokenizer::Output;

// A thread is worth starting for this much text.
constexpr std::size_t kBytesPerThread = std::size_t{1} << 16;

std::shared_ptr<const Engine> engine_of(std::shared_ptr<const vocab::Image> image,
                                        const LoadOptions& options = {}) {
  return std::make_shared<const Engine>(std::move(image), options.apply_file_settings);
}

// A stream gives out ids before it knows how many there will be.
void expect_no_settings(const Engine& engine) {
  if (engine.truncation() == nullptr && engine.padding() == nullptr) return;
  throw Error(ErrorCode::unsupported,
              "a stream cannot truncate and pad as the file says; load the file without apply_file_settings");
}

std::size_t size_of(const tokenizer::IdParts& parts) {
  return parts[0].size() + parts[1].size() + parts[2].size();
}

bool is_image(const std::filesystem::path& path) {
  return path.extension() == ".pgv";
}

}  // namespace

Tokenizer::Tokenizer(std::shared_ptr<const Engine> engine) : engine_(std::move(engine)) {}

Tokenizer Tokenizer::from_file(const std::filesystem::path& path, const LoadOptions& options) {
  if (is_image(path)) {
    auto image = vocab::Image::map(path);
    if (options.verify) image->verify();
    return Tokenizer(engine_of(std::move(image), options));
  }
  vocab::ImageCache cache(path, options);
  if (auto image = cache.find()) return Tokenizer(engine_of(std::move(image), options));
  std::string bytes = [&] {
    const vocab::TokenizerSpec spec = vocab::read_file(path, options);
    tokenizer::stop_if_cancelled(options.cancel);
    return tokenizer::build_image(spec);
  }();
  tokenizer::stop_if_cancelled(options.cancel);
  vocab::give_memory_back();
  try {
    // Only what works is cached: an engine finds patterns that cannot be run.
    const auto engine = engine_of(vocab::Image::adopt(std::move(bytes), path.string()), options);
    auto image = cache.store(engine->image().bytes());
    return Tokenizer(image == nullptr ? engine : engine_of(std::move(image), options));
  } catch (
      const Error& error) {  // a pattern that cannot be run: it knows its place in the file, not the file
    throw Error(error.code(), error.what(), path.string());
  }
}

Tokenizer Tokenizer::builtin(std::string_view name) {
  return Tokenizer(engine_of(vocab::Image::map(vocab::builtin_image(name))));
}

std::vector<std::string> Tokenizer::builtins() {
  return vocab::builtin_names();
}

std::filesystem::path Tokenizer::builtin_image(std::string_view name) {
  return vocab::builtin_image(name);
}

std::vector<TokenId> Tokenizer::encode(std::string_view text, EncodeOptions options) const {
  const Engine::Loan loan(*engine_);
  const tokenizer::IdParts parts = tokenizer::encode_truncated(*engine_, text, options, *loan);
  std::size_t size = size_of(parts);
  const Padding* padding = engine_->padding();
  if (padding != nullptr) size = std::max(size, tokenizer::padded_size(*padding, size));
  std::vector<TokenId> ids;
  ids.reserve(size);
  tokenizer::append_padded(parts, padding, size, ids);
  return ids;
}

Encoding Tokenizer::encode_with_offsets(std::string_view text, EncodeOptions options, OffsetUnit unit) const {
  if (engine_->truncation() != nullptr || engine_->padding() != nullptr) {
    PairEncoding pair = encode_pair(text, std::nullopt, options, unit);
    return {std::move(pair.ids), std::move(pair.offsets)};
  }
  const Engine::Loan loan(*engine_);
  Encoding encoding = engine_->encode_with_offsets(text, options, *loan);
  tokenizer::UnitMap units(text, unit);
  for (Span& span : encoding.offsets) span = units.map(span);
  return encoding;
}

PairEncoding Tokenizer::encode_pair(std::string_view first, std::optional<std::string_view> second,
                                    EncodeOptions options, OffsetUnit unit) const {
  return tokenizer::encode_pair(*engine_, first, second, options, unit);
}

Batch Tokenizer::encode_batch(std::span<const std::string_view> texts, EncodeOptions options,
                              unsigned threads) const {
  std::size_t bytes = 0;
  for (const std::string_view text : texts) bytes += text.size();
  if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
  threads = static_cast<unsigned>(
      std::min<std::size_t>({threads, std::max<std::size_t>(1, texts.size()), 1 + bytes / kBytesPerThread}));

  // Each thread takes the next few texts until none are left. Its ids take address space at once and memory
  // only as they come: a token takes two bytes or more in any text but the oddest.
  struct Share {
    std::vector<TokenId> ids;
    std::exception_ptr error;
    std::size_t error_row = 0;
  };
  struct Row {
    std::uint32_t share;
    std::size_t begin, size;
  };
  constexpr std::size_t kRowsAtOnce = 16;
  std::vector<Share> shares(threads);
  std::vector<Row> rows(texts.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&](unsigned s) {
    Share& share = shares[s];
    std::size_t row = 0;
    try {
      share.ids.reserve(bytes / threads / 2);
      const Engine::Loan loan(*engine_);
      for (std::size_t first; (first = next.fetch_add(kRowsAtOnce)) < texts.size();) {
        for (row = first; row < std::min(first + kRowsAtOnce, texts.size()); ++row) {
          const tokenizer::IdParts ids = tokenizer::encode_truncated(*engine_, texts[row], options, *loan);
          rows[row] = {s, share.ids.size(), size_of(ids)};
          tokenizer::append_padded(ids, nullptr, 0, share.ids);
        }
      }
    } catch (...) {
      share.error = std::current_exception();
      share.error_row = row;
    }
  };
  {
    std::vector<std::jthread> team;
    for (unsigned s = 1; s < threads; ++s) team.emplace_back(work, s);
    work(0);
  }
  const Share* failed = nullptr;
  for (const Share& share : shares) {
    if (share.error && (failed == nullptr || share.error_row < failed->error_row)) failed = &share;
  }
  if (failed != nullptr) std::rethrow_exception(failed->error);

  std::size_t least = 0;  // every row becomes at least so long
  const Padding* padding = engine_->padding();
  if (padding != nullptr && !rows.empty())
    least = tokenizer::padded_size(*padding, std::ranges::max(rows, {}, &Row::size).size);
  Batch batch;
  batch.row_splits.reserve(texts.size() + 1);
  batch.row_splits.push_back(0);
  std::size_t total = 0;
  for (const Row& row : rows)
    batch.row_splits.push_back(static_cast<std::int64_t>(total += std::max(row.size, least)));
  if (threads == 1 && padding == nullptr) {
    batch.ids = std::move(shares[0].ids);
    return batch;
  }
  batch.ids.reserve(total);
  for (const Row& row : rows) {
    const std::span<const TokenId> ids = std::span(shares[row.share].ids).subspan(row.begin, row.size);
    tokenizer::append_padded({ids}, padding, least, batch.ids);
  }
  return batch;
}

EncodeStream Tokenizer::encode_stream(EncodeOptions options) const {
  expect_no_settings(*engine_);
  return EncodeStream(std::make_unique<tokenizer::StreamState>(engine_, options));
}

Trace Tokenizer::trace(std::string_view text, EncodeOptions options) const {
  const Engine::Loan loan(*engine_);
  return engine_->trace(text, options, *loan);
}

std::size_t Tokenizer::count(std::string_view text, EncodeOptions options) const {
  const Engine::Loan loan(*engine_);
  return tokenizer::count_settled(*engine_, text, options, *loan);
}

bool Tokenizer::fits(std::string_view text, std::size_t limit, EncodeOptions options) const {
  // Reading stops at the limit, but a text is looked at in steps of this size at least.
  constexpr std::size_t kStep = std::size_t{1} << 16;
  const bool settled = engine_->truncation() != nullptr || engine_->padding() != nullptr;
  if (text.size() <= kStep || settled) return count(text, options) <= limit;
  EncodeStream stream = encode_stream(options);
  std::size_t count = 0;
  for (; !text.empty(); text.remove_prefix(std::min(kStep, text.size()))) {
    count += stream.feed_count(text.substr(0, kStep));
    if (count > limit) return false;
  }
  return count + stream.finish_count() <= limit;
}

std::string Tokenizer::decode(std::span<const TokenId> ids, DecodeOptions options) const {
  return engine_->decoder().decode(ids, options);
}

std::vector<std::string> Tokenizer::decode_batch(const Batch& batch, DecodeOptions options) const {
  const auto& splits = batch.row_splits;
  const bool sound = !splits.empty() && splits.front() == 0 && std::ranges::is_sorted(splits) &&
                     static_cast<std::size_t>(splits.back()) <= batch.ids.size();
  if (!sound) {
    throw Error(
        ErrorCode::invalid_argument,
        "row_splits must begin with 0, ascend, and end within the ids; row i is ids[row_splits[i]] up to "
        "ids[row_splits[i + 1]]");
  }
  std::vector<std::string> texts;
  texts.reserve(splits.size() - 1);
  for (std::size_t row = 0; row + 1 < splits.size(); ++row) {
    const auto begin = static_cast<std::size_t>(splits[row]), end = static_cast<std::size_t>(splits[row + 1]);
    texts.push_back(decode(std::span(batch.ids).subspan(begin, end - begin), options));
  }
  return texts;
}

DecodeStream Tokenizer::decode_stream(DecodeOptions options) const {
  return DecodeStream({engine_, &engine_->decoder()}, options);
}

void Tokenizer::save(const std::filesystem::path& path) const {
  if (path.extension() == ".json")
    return vocab::write_file(path, tokenizer::to_tokenizer_json(engine_->image()));
  if (path.extension() == ".tiktoken")
    return vocab::write_file(path, tokenizer::to_tiktoken(engine_->image(), path));
  if (!is_image(path)) {
    throw Error(ErrorCode::unsupported,
                "a tokenizer is saved as a mapped image, to a name that ends in .pgv, as a tokenizer.json, "
                "to one that "
                "ends in .json, or as a rank file, to one like o200k_base.tiktoken",
                path.string());
  }
  engine_->image().verify();
  vocab::write_file(path, image());
}

const Vocab& Tokenizer::vocab() const noexcept {
  return engine_->vocab();
}

const std::vector<std::pair<std::string, TokenId>>& Tokenizer::roles() const noexcept {
  return engine_->image().pipeline().roles;
}

const std::vector<std::pair<std::string, std::string>>& Tokenizer::chat_templates() const noexcept {
  return engine_->image().pipeline().chat_templates;
}

Description Tokenizer::description() const {
  return engine_->description();
}

std::string_view Tokenizer::image() const noexcept {
  return engine_->image().bytes();
}

const std::optional<Truncation>& Tokenizer::truncation() const noexcept {
  return engine_->image().pipeline().truncation;
}

const std::optional<Padding>& Tokenizer::padding() const noexcept {
  return engine_->image().pipeline().padding;
}

bool Tokenizer::applies_file_settings() const noexcept {
  return engine_->applies_file_settings();
}

Tokenizer Tokenizer::from_image(std::string_view bytes, const LoadOptions& options) {
  auto image = vocab::Image::adopt(std::string(bytes), "image");
  image->verify();
  return Tokenizer(engine_of(std::move(image), options));
}

}  // namespace polyglyph
