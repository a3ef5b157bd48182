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
#include <fstream>
#include <future>
#include <optional>
#include <thread>
#include <utility>

#include "packing/shards/files.h"
#include "packing/shards/manifest.h"
#include "packing/shards/row_encoder.h"
#include "packing/shards/row_reader.h"
#include "packing/shards/workers.h"
#include "polyglyph/description.h"
#include "polyglyph/error.h"
#include "polyglyph/vocab.h"
#include "tokenizer/cancel.h"

namespace polyglyph {
namespace {

using packing::EncodedBatch;
using packing::FileRecord;
using packing::InputRecord;
using packing::LockedFolder;
using packing::Manifest;
using packing::RowBatch;
using packing::RowReader;
using packing::ShardRecord;

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

// The documents of the shard that is being filled.
struct Filling {
  std::vector<TokenId> ids;
  std::vector<std::int64_t> splits = {0};

  std::size_t documents() const { return splits.size() - 1; }
};

// What a shard holds, and the arrays behind it.
struct Sequences {
  std::vector<TokenId> ids;
  std::vector<std::int64_t> sequences, bins;
  std::optional<PackReport> report;
};

Sequences pack_shard(Filling filling, const PackOptions& options) {
  std::vector<std::int64_t> lengths(filling.documents());
  for (std::size_t i = 0; i < lengths.size(); ++i) lengths[i] = filling.splits[i + 1] - filling.splits[i];
  PackPlan plan = pack(lengths, options);
  Sequences packed;
  packed.ids.reserve(static_cast<std::size_t>(plan.report.tokens));
  packed.sequences.reserve(plan.length.size() + 1);
  packed.sequences.push_back(0);
  for (std::size_t piece = 0; piece < plan.length.size(); ++piece) {
    const auto begin = filling.ids.begin() + filling.splits[static_cast<std::size_t>(plan.document[piece])] +
                       plan.start[piece];
    packed.ids.insert(packed.ids.end(), begin, begin + plan.length[piece]);
    packed.sequences.push_back(packed.sequences.back() + plan.length[piece]);
  }
  packed.bins = std::move(plan.bin_offsets);
  packed.report = plan.report;
  return packed;
}

std::vector<std::string> endings_of(const ShardFormat& format) {
  std::vector<std::string> endings(1);
  for (const char c : format.endings) {
    if (c != ' ') {
      endings.back() += c;
    } else if (!endings.back().empty()) {
      endings.emplace_back();
    }
  }
  if (endings.back().empty()) endings.pop_back();
  if (endings.empty()) throw Error(ErrorCode::invalid_argument, "it names no files", "format");
  return endings;
}

std::string digest_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  packing::Digest digest;
  std::vector<char> buffer(std::size_t{1} << 20);
  do {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    digest.update({buffer.data(), static_cast<std::size_t>(file.gcount())});
  } while (file);
  if (!file.eof()) throw Error(ErrorCode::io, "cannot be read back; is the disk sound?", path.string());
  return digest.hex();
}

// The folder, and what is known to be in it.
class Store {
 public:
  Store(const std::filesystem::path& folder, const ShardFormat& format, Options options)
      : folder_(folder), format_(format), endings_(endings_of(format)) {
    manifest_.options = std::move(options);
    open();
  }

  bool finished() const { return finished_; }
  const Manifest& manifest() const { return manifest_; }

  // Writes the next shard. `inputs`: how far it goes.
  void add(Filling filling, const std::optional<PackOptions>& pack, std::vector<InputRecord> inputs) {
    ShardRecord record;
    record.documents = filling.documents();
    Sequences content;
    if (pack) {
      content = pack_shard(std::move(filling), *pack);
    } else {
      content.ids = std::move(filling.ids);
      content.sequences = std::move(filling.splits);
    }
    record.sequences = content.sequences.size() - 1;
    record.tokens = content.ids.size();
    record.pack = content.report;

    std::vector<std::filesystem::path> files;
    for (const std::string& ending : endings_) {
      record.files.push_back({fmt::format("shard-{:05}{}", manifest_.shards.size(), ending), 0, {}});
      files.push_back(folder_.partial(record.files.back().name));
    }
    format_.write({content.ids, content.sequences, content.bins}, files);
    for (std::size_t i = 0; i < files.size(); ++i) {
      record.files[i].bytes = std::filesystem::file_size(files[i]);
      record.files[i].digest = digest_of(files[i]);
      folder_.publish(record.files[i].name);
    }
    folder_.sync();
    manifest_.shards.push_back(std::move(record));
    manifest_.inputs = std::move(inputs);
    save(packing::kProgress);
  }

  void finish(std::vector<InputRecord> inputs) {
    manifest_.inputs = std::move(inputs);
    save(packing::kManifest);
    remove(packing::kProgress);
    folder_.sync();
    finished_ = true;
  }

 private:
  void open() {
    finished_ = std::filesystem::exists(folder_.file(packing::kManifest));
    const std::filesystem::path found = folder_.file(finished_ ? packing::kManifest : packing::kProgress);
    if (std::filesystem::exists(found)) {
      Manifest before = Manifest::read(found);
      if (finished_ || !before.shards.empty()) {
        compare(before.options);
        manifest_ = std::move(before);
      }
      for (const ShardRecord& shard : manifest_.shards) {
        for (const FileRecord& file : shard.files) expect(file);
      }
    }
    clean();
    if (finished_) {
      remove(packing::kProgress);
    } else if (manifest_.shards.empty()) {
      save(packing::kProgress);  // from now on the folder is one of shards
    }
  }

  void compare(const Options& before) const {
    for (const auto& [name, value] : manifest_.options) {
      const auto same =
          std::find_if(before.begin(), before.end(), [&name = name](const auto& o) { return o.first == name; });
      const std::string there = same == before.end() ? "null" : same->second;
      if (there != value) {
        throw Error(ErrorCode::invalid_argument,
                    fmt::format("holds shards made with {} {}, and now it is {}; choose another folder, or "
                                "delete this one",
                                name, there, value),
                    folder_.path().string());
      }
    }
  }

  void expect(const FileRecord& file) const {
    std::error_code error;
    const std::uintmax_t bytes = std::filesystem::file_size(folder_.file(file.name), error);
    if (error || bytes != file.bytes) {
      throw Error(ErrorCode::io,
                  error ? "is missing; delete the folder to make its shards again"
                        : fmt::format("has {} bytes, and had {}; delete the folder to make its shards again",
                                      bytes, file.bytes),
                  folder_.file(file.name).string());
    }
  }

  // Removes what a run that was ended has left behind; finds what does not belong here.
  void clean() {
    std::vector<std::string> known = {packing::kManifest, packing::kProgress};
    for (const ShardRecord& shard : manifest_.shards) {
      for (const FileRecord& file : shard.files) known.push_back(file.name);
    }
    std::sort(known.begin(), known.end());
    const bool ours = std::filesystem::exists(folder_.file(packing::kProgress)) || finished_;
    std::vector<std::string> leftover;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      const std::string name = entry.path().filename().string();
      if (std::binary_search(known.begin(), known.end(), name)) continue;
      const bool partial = name.ends_with(LockedFolder::kPartial);
      const bool unrecorded = ours && name.starts_with("shard-");
      if (name == std::string(packing::kProgress) + LockedFolder::kPartial || (ours && partial) ||
          unrecorded) {
        leftover.push_back(name);
      } else if (!ours) {
        throw Error(
            ErrorCode::invalid_argument,
            fmt::format("holds other files ({}); choose a folder that is empty or does not exist", name),
            folder_.path().string());
      }
    }
    for (const std::string& name : leftover) remove(name);
  }

  void remove(const std::string& name) {
    std::error_code error;
    std::filesystem::remove(folder_.file(name), error);
    if (error) {
      throw Error(ErrorCode::io, "cannot be removed: " + error.message() + "; check its permissions",
                  folder_.file(name).string());
    }
  }

  void save(const std::string& name) { folder_.write(name, manifest_.text()); }

  LockedFolder folder_;
  const ShardFormat& format_;
  std::vector<std::string> endings_;
  Manifest manifest_;
  bool finished_ = false;
};

class Run {
 public:
  Run(const Tokenizer& tokenizer, std::span<const ShardInput> inputs, const std::filesystem::path& folder,
      const ShardFormat& format, const ShardOptions& options)
      : tokenizer_(tokenizer),
        inputs_(inputs),
        options_(options),
        reader_(inputs, options.rows),
        store_(folder, format, options_of(tokenizer, format, options)) {}

  ShardSummary run() {
    const std::size_t before = store_.manifest().shards.size();
    std::optional<RowBatch> rest = read_again();
    if (!store_.finished()) encode(std::move(rest));
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
    const std::vector<InputRecord>& before = store_.manifest().inputs;
    records_ = before;
    for (std::size_t input = 0; input < before.size(); ++input) {
      // The last one may go on; of a finished run, nothing does.
      const bool whole = store_.finished() || input + 1 < before.size();
      packing::Digest digest;
      std::uint64_t rows = 0;
      for (bool ended = false; !ended;) {
        std::optional<RowBatch> batch = reader_.next();
        if (!batch) changed(input);
        tokenizer::stop_if_cancelled(options_.encode.cancel);
        show_progress(true);
        ended = batch->ends_input;
        const auto known =
            static_cast<std::size_t>(std::min<std::uint64_t>(batch->rows.size(), before[input].rows - rows));
        digest.update(batch->up_to(known));
        rows += known;
        const bool reached = known < batch->rows.size() || ended || (!whole && rows == before[input].rows);
        if (!reached) continue;
        if (rows != before[input].rows || digest.hex() != before[input].digest) changed(input);
        if (known < batch->rows.size() && whole) changed(input);
        if (!whole) {
          drop_first(*batch, known);
          return batch;
        }
      }
    }
    if (store_.finished() && reader_.next()) {
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
    store_.finish(records_);
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
    if (options_.pack && options_.pack->overlong == Overlong::error &&
        ids.size() > static_cast<std::size_t>(options_.pack->capacity)) {
      throw Error(
          ErrorCode::invalid_argument,
          fmt::format(
              "the document has {} tokens, more than the {} of a bin; choose what becomes of such (overlong)",
              ids.size(), options_.pack->capacity),
          packing::place_of(inputs_[batch.input], batch.kind, batch.first_row + row));
    }
    ++record.documents;
    record.tokens += ids.size();
    ++progress_.documents;
    progress_.tokens += ids.size();
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
    writing_ = std::async(std::launch::async,
                          [this, filling = std::exchange(filling_, {}), records = records_]() mutable {
                            store_.add(std::move(filling), options_.pack, std::move(records));
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
    ShardSummary summary;
    summary.shards_before = before;
    for (const InputRecord& input : store_.manifest().inputs) {
      summary.documents += input.documents;
      summary.empty_documents += input.empty_documents;
      summary.skipped_rows += input.skipped_rows;
    }
    for (const ShardRecord& shard : store_.manifest().shards) {
      ++summary.shards;
      summary.tokens += shard.tokens;
      if (shard.pack) add_report(summary, *shard.pack);
    }
    if (summary.pack && summary.pack->bins > 0) {
      summary.pack->fill = static_cast<double>(summary.tokens) / static_cast<double>(summary.pack->bins) /
                           static_cast<double>(options_.pack->capacity);
    }
    return summary;
  }

  static void add_report(ShardSummary& summary, const PackReport& report) {
    if (!summary.pack) summary.pack.emplace();
    PackReport& all = *summary.pack;
    all.documents += report.documents;
    all.split_documents += report.split_documents;
    all.truncated_documents += report.truncated_documents;
    all.dropped_documents += report.dropped_documents;
    all.tokens += report.tokens;
    all.truncated_tokens += report.truncated_tokens;
    all.dropped_tokens += report.dropped_tokens;
    all.bins += report.bins;
    all.lower_bound += report.lower_bound;
  }

  const Tokenizer& tokenizer_;
  std::span<const ShardInput> inputs_;
  const ShardOptions& options_;
  RowReader reader_;
  Store store_;
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
