// One thread reads and one writes; between them workers encode, each batch for itself, and what they made is
// taken up in the order in which it was read. So nothing that is written depends on who was quicker.
//
// A shard ends between two documents. With it goes a record of how far the inputs have been read, their
// digest up to there included: a later run reads that much again, sees by the digest that it is the same
// text, and goes on behind it. What follows may have been corrected in the meantime.
#include "polyglyph/shard.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <future>
#include <optional>
#include <thread>
#include <utility>

#include "packing/cutter.h"
#include "packing/shards/manifest.h"
#include "packing/shards/row_encoder.h"
#include "packing/shards/row_reader.h"
#include "packing/shards/shard_folder.h"
#include "packing/shards/workers.h"
#include "polyglyph/description.h"
#include "polyglyph/error.h"
#include "polyglyph/vocab.h"
#include "tokenizer/cancel.h"

namespace polyglyph {
namespace {

using packing::EncodedBatch;
using packing::Filling;
using packing::InputRecord;
using packing::Manifest;
using packing::RowBatch;
using packing::RowReader;
using packing::ShardFolder;

using Options = std::vector<std::pair<std::string, std::string>>;

template <class Enum, std::size_t N>
std::string word(Enum value, const char* const (&words)[N]) {
  return packing::json_of(words[static_cast<std::size_t>(value)]);
}

// All that decides over the bytes that are written, besides the inputs.
Options options_of(const Tokenizer& tokenizer, const ShardFormat& format, const ShardOptions& options) {
  Options all = {
      {"tokenizer", packing::json_of(tokenizer.description().fingerprint)},
      {"format", packing::json_of(format.name)},
      {"shard_tokens", std::to_string(options.shard_tokens)},
      {"rows", word(options.rows, {"automatic", "jsonl", "lines", "text"})},
      {"field", packing::json_of(options.field)},
      {"end", options.end ? std::to_string(*options.end) : "null"},
      {"special_tokens", word(options.encode.special_tokens, {"text", "parse", "reject"})},
      {"add_special_tokens", options.encode.add_special_tokens ? "true" : "false"},
  };
  if (!options.pack) {
    all.emplace_back("pack", "null");
    return all;
  }
  const PackOptions& pack = *options.pack;
  all.emplace_back("pack", std::to_string(pack.capacity));
  all.emplace_back("strategy", word(pack.strategy, {"best_fit", "first_fit", "sequential", "concat"}));
  all.emplace_back("overlong", word(pack.overlong, {"split", "truncate", "drop", "error"}));
  all.emplace_back("max_documents", std::to_string(pack.max_documents));
  all.emplace_back("pad_each_to", std::to_string(pack.pad_each_to));
  all.emplace_back("pad_total_to", std::to_string(pack.pad_total_to));
  all.emplace_back("seed", pack.seed ? std::to_string(*pack.seed) : "null");
  return all;
}

void check(const Tokenizer& tokenizer, const ShardOptions& options) {
  const auto fail = [](const char* what, const char* where) {
    throw Error(ErrorCode::invalid_argument, what, where);
  };
  if (options.shard_tokens < 1) fail("it is less than 1; give 1 token or more", "shard_tokens");
  if (options.field.empty()) fail("it is empty; name a member of the JSON objects", "field");
  if (options.end && *options.end >= tokenizer.vocab().size())
    fail("the tokenizer has no such id; give that of its token for the end of a text", "end");
  if (tokenizer.applies_file_settings()) {
    fail("this tokenizer truncates and pads by itself, as its file says; load it without apply_file_settings",
         "tokenizer");
  }
  if (options.pack) pack({}, *options.pack);
}

// Throws where an input lies in the folder for the shards: the next run would read what this one has written.
std::span<const ShardInput> outside(std::span<const ShardInput> inputs, const std::filesystem::path& folder) {
  std::error_code error;
  const std::filesystem::path shards = std::filesystem::weakly_canonical(folder, error);
  for (const ShardInput& input : inputs) {
    const std::filesystem::path path = std::filesystem::weakly_canonical(input.path, error);
    if (input.rows && path.empty()) continue;
    const auto [end, rest] = std::mismatch(shards.begin(), shards.end(), path.begin(), path.end());
    if (end == shards.end()) {
      throw Error(ErrorCode::invalid_argument,
                  "lies in the folder for the shards; choose another folder, or leave it out",
                  input.path.string());
    }
  }
  return inputs;
}

constexpr std::int64_t kReserved = std::int64_t{1} << 28;  // tokens

class Run {
 public:
  Run(const Tokenizer& tokenizer, std::span<const ShardInput> inputs, const std::filesystem::path& folder,
      const ShardFormat& format, const ShardOptions& options)
      : tokenizer_(tokenizer),
        inputs_(inputs),
        options_(options),
        reader_(outside(inputs, folder), options.rows),
        folder_(folder, format, options_of(tokenizer, format, options)) {}

  ShardSummary run() {
    const std::size_t before = folder_.manifest().shards.size();
    std::optional<RowBatch> rest = read_again();
    if (!folder_.finished()) encode(std::move(rest));
    return summary(before);
  }

 private:
  [[noreturn]] void changed(std::size_t input) const {
    throw Error(
        ErrorCode::invalid_argument,
        input < inputs_.size()
            ? "is not what the shards in the folder were made from; choose another folder, or delete it"
            : "there are fewer than those that the shards in the folder were made from; choose another "
              "folder, or delete it",
        input < inputs_.size() ? inputs_[input].path.string() : "inputs");
  }

  // Reads what lies in shards already. Gives what has been read beyond.
  std::optional<RowBatch> read_again() {
    const std::vector<InputRecord>& before = folder_.manifest().inputs;
    records_ = before;
    for (const InputRecord& record : before) {
      progress_.documents += record.documents;
      progress_.tokens += record.tokens;
    }
    progress_.shards = folder_.manifest().shards.size();
    for (std::size_t input = 0; input < before.size(); ++input) {
      // The last one may go on; of a finished run, nothing does.
      const bool whole = folder_.finished() || input + 1 < before.size();
      InputRecord now;
      for (bool ended = false; !ended;) {
        std::optional<RowBatch> batch = reader_.next();
        if (!batch) changed(input);
        tokenizer::stop_if_cancelled(options_.encode.cancel);
        show_progress(true);
        ended = batch->ends_input;
        const auto known = static_cast<std::size_t>(
            std::min<std::uint64_t>(batch->rows.size(), before[input].rows - now.rows));
        now.rows += known;
        const bool reached =
            known < batch->rows.size() || ended || (!whole && now.rows == before[input].rows);
        if (!reached) continue;
        mark(now, *batch, known);
        if (now.rows != before[input].rows || now.digest != before[input].digest) changed(input);
        if (known < batch->rows.size() && whole) changed(input);
        if (!whole) {
          drop_first(*batch, known);
          return batch;
        }
      }
    }
    if (folder_.finished() && reader_.next()) {
      throw Error(
          ErrorCode::invalid_argument,
          "there are more than those that the shards in the folder were made from; choose another folder, "
          "or delete it",
          "inputs");
    }
    return std::nullopt;
  }

  static void drop_first(RowBatch& batch, std::size_t rows) {
    const auto count = static_cast<std::ptrdiff_t>(rows);
    batch.rows.erase(batch.rows.begin(), batch.rows.begin() + count);
    batch.starts.erase(batch.starts.begin(), batch.starts.begin() + count);
    batch.first_row += rows;
  }

  void encode(std::optional<RowBatch> batch) {
    const unsigned jobs =
        options_.jobs > 0 ? options_.jobs : std::max(1u, std::thread::hardware_concurrency());
    packing::Workers workers(jobs);
    std::deque<std::future<EncodedBatch>> at_work;
    if (!batch) batch = reader_.next();
    while (batch || !at_work.empty()) {
      while (batch && at_work.size() < 2 * std::size_t{jobs} + 1) {
        at_work.push_back(workers.run([this, rows = std::move(*batch)]() mutable {
          const ShardInput& input = inputs_[rows.input];
          return packing::encode_rows(tokenizer_, std::move(rows), input, options_);
        }));
        batch = reader_.next();
      }
      const EncodedBatch encoded = at_work.front().get();
      at_work.pop_front();
      tokenizer::stop_if_cancelled(options_.encode.cancel);
      take(encoded);
      show_progress(false);
    }
    if (filling_.documents() > 0) end_shard();
    wait();
    folder_.finish(records_);
  }

  void take(const EncodedBatch& encoded) {
    const RowBatch& batch = encoded.rows;
    if (records_.size() <= batch.input) records_.emplace_back();
    InputRecord& record = records_[batch.input];
    std::size_t fault = 0, document = 0, begin = 0;
    for (std::size_t row = 0; row < batch.rows.size(); ++row) {
      ++record.rows;
      if (fault < encoded.faults.size() && encoded.faults[fault].row == row) {
        skip(encoded.faults[fault++].error);
        ++record.skipped_rows;
      } else if (document < encoded.documents.size() && encoded.documents[document].row == row) {
        const std::size_t end = encoded.documents[document++].end;
        add(std::span(encoded.ids).subspan(begin, end - begin), batch, row, record);
        begin = end;
      }
      if (filling_.ids.size() < static_cast<std::size_t>(options_.shard_tokens)) continue;
      mark(record, batch, row + 1);
      end_shard();
    }
    if (batch.ends_input) mark(record, batch, batch.rows.size());
  }

  void skip(const Error& error) {
    if (options_.bad_rows == BadRows::error) throw error;
    if (options_.skipped) {
      const std::string line = error.what(), place = error.where();
      options_.skipped(place, place.empty() ? line : line.substr(place.size() + 2));
    }
  }

  void add(std::span<const TokenId> ids, const RowBatch& batch, std::size_t row, InputRecord& record) {
    if (ids.empty()) {
      ++record.empty_documents;
      return;
    }
    const auto& pack = options_.pack;
    if (pack && pack->overlong == Overlong::error &&
        ids.size() > static_cast<std::size_t>(packing::tokens_of_bin(*pack))) {
      throw Error(
          ErrorCode::invalid_argument,
          fmt::format(
              "the document has {} tokens, more than the {} of a bin; choose what becomes of such (overlong)",
              ids.size(), packing::tokens_of_bin(*pack)),
          packing::place_of(inputs_[batch.input], batch.kind, batch.first_row + row));
    }
    ++record.documents;
    record.tokens += ids.size();
    ++progress_.documents;
    progress_.tokens += ids.size();
    // What is reserved takes no memory before it is used; growing would take twice as much for a while.
    if (filling_.ids.empty())
      filling_.ids.reserve(static_cast<std::size_t>(std::min(options_.shard_tokens, kReserved)));
    filling_.ids.insert(filling_.ids.end(), ids.begin(), ids.end());
    filling_.splits.push_back(static_cast<std::int64_t>(filling_.ids.size()));
  }

  // The record goes up to these rows of the batch.
  static void mark(InputRecord& record, const RowBatch& batch, std::size_t rows) {
    packing::Digest digest = batch.before;
    digest.update(batch.up_to(rows));
    record.digest = digest.hex();
    record.bytes = batch.first_byte + batch.up_to(rows).size();
  }

  void end_shard() {
    wait();
    ++progress_.shards;
    writing_ = std::async(std::launch::async | std::launch::deferred,
                          [this, filling = std::exchange(filling_, {}), records = records_]() mutable {
                            folder_.add(std::move(filling), options_.pack, std::move(records));
                          });
  }

  void wait() {
    if (writing_.valid()) writing_.get();
  }

  void show_progress(bool checking) {
    if (!options_.progress) return;
    progress_.bytes = reader_.bytes_read();
    progress_.total_bytes = reader_.total_bytes();
    progress_.checking = checking;
    options_.progress(progress_);
  }

  ShardSummary summary(std::size_t before) const {
    const Manifest::Totals all = folder_.manifest().totals();
    ShardSummary summary;
    summary.shards = folder_.manifest().shards.size();
    summary.documents = all.inputs.documents;
    summary.empty_documents = all.inputs.empty_documents;
    summary.skipped_rows = all.inputs.skipped_rows;
    summary.tokens = all.tokens;
    summary.pack = all.pack;
    summary.shards_before = before;
    if (summary.pack && summary.pack->bins > 0) {
      summary.pack->fill = static_cast<double>(summary.tokens) / static_cast<double>(summary.pack->bins) /
                           static_cast<double>(options_.pack->capacity);
    }
    return summary;
  }

  const Tokenizer& tokenizer_;
  std::span<const ShardInput> inputs_;
  const ShardOptions& options_;
  RowReader reader_;
  ShardFolder folder_;
  std::vector<InputRecord> records_;
  Filling filling_;
  ShardProgress progress_;
  std::future<void> writing_;
};

}  // namespace

ShardSummary shard(const Tokenizer& tokenizer, std::span<const ShardInput> inputs,
                   const std::filesystem::path& folder, const ShardOptions& options) {
  check(tokenizer, options);
  const ShardFormat format = options.format ? *options.format : megatron_format(tokenizer);
  return Run(tokenizer, inputs, folder, format, options).run();
}

}  // namespace polyglyph
