// Shards: files of text turned into files of token ids, of a size that is good to read, for training.
//
//   polyglyph::ShardOptions options;
//   options.pack = {.capacity = 131072};
//   polyglyph::shard(tok, {{"a.jsonl.zst"}, {"b.txt"}}, "corpus", options);
//
// The folder then holds shard-00000.bin, shard-00000.idx and so on, and last of all manifest.json, which says
// what they were made of: a digest of each input, the tokenizer's fingerprint, the options, and counts. Which
// bytes are written depends on these alone, never on the number of workers, on time, or on the names of
// files.
//
// Each file is written beside its place, brought to the disk, and renamed. A run that was ended in any way is
// taken up after its last whole shard by calling again; a run that was finished checks its inputs and writes
// nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "polyglyph/options.h"
#include "polyglyph/pack.h"
#include "polyglyph/tokenizer.h"
#include "polyglyph/types.h"

namespace polyglyph {

// What a file is made of, once gzip or Zstandard is taken off, which its first bytes tell.
enum class ShardRows : std::uint8_t {
  automatic,  // jsonl for names in .jsonl, .ndjson or .json (behind which .gz or .zst may stand), else text
  jsonl,      // a JSON object a line; ShardOptions::field is the document
  lines,      // a document a line, without its line end
  text,       // one document; with a NUL byte in its first 8 KiB it is a bad row
};

struct ShardInput {
  std::filesystem::path path;

  // For rows that are read by other means than this library's (a column of Parquet, say): gives the next
  // ones, in place of what is in the vector, nothing for one that has no text; false when there are none
  // left. `path` only names them in errors. It is called by the thread that called shard(), and has to give
  // the same rows when a run is taken up.
  std::function<bool(std::vector<std::optional<std::string>>& rows)> rows{};
};

// What a shard holds: sequences of ids, documents or, packed, pieces of documents; packed, bins of them.
struct ShardContent {
  std::span<const TokenId> ids;
  std::span<const std::int64_t> sequences;  // sequence i is ids[sequences[i] .. sequences[i + 1]]
  std::span<const std::int64_t>
      bins;  // bin b holds the sequences bins[b] .. bins[b + 1]; empty if not packed
};

// How shards are written.
struct ShardFormat {
  std::string name;     // in the manifest
  std::string endings;  // of the files of a shard, with spaces between them: ".bin .idx"

  // Writes one shard into files that do not exist yet, one for each ending.
  std::function<void(const ShardContent& content, std::span<const std::filesystem::path> files)> write;
};

// Megatron's indexed datasets, .bin and .idx: each sequence one of Megatron's; packed, a bin is one of its
// documents. 16 bits an id where that is enough, else 32.
ShardFormat megatron_format(const Tokenizer& tokenizer);

// numpy: .ids.npy (uint16 where that is enough, else uint32), .sequences.npy and, packed, .bins.npy (int64),
// as in ShardContent.
ShardFormat npy_format(const Tokenizer& tokenizer, bool packed);

enum class BadRows : std::uint8_t { error, skip };

struct ShardProgress {
  std::uint64_t bytes = 0;        // of the inputs, as they lie on the disk, that have been read
  std::uint64_t total_bytes = 0;  // 0 where nobody knows
  std::uint64_t documents = 0;
  std::uint64_t tokens = 0;
  std::uint64_t shards = 0;
  bool checking = false;  // reading again what a run before this one has done
};

struct ShardOptions {
  std::optional<ShardFormat> format{};                // megatron_format where nothing is said
  std::optional<PackOptions> pack{};                  // nothing: a document is a sequence
  std::int64_t shard_tokens = std::int64_t{1} << 26;  // a shard ends behind the document that reaches so many
  ShardRows rows = ShardRows::automatic;
  std::string field = "text";    // of JSON objects
  std::optional<TokenId> end{};  // put behind each document
  EncodeOptions encode{};

  // None of these says anything about what is written, but for rows that are left out.
  BadRows bad_rows = BadRows::error;
  std::function<void(const std::string& where, const std::string& why)> skipped{};  // for each row left out
  std::function<void(const ShardProgress&)> progress{};                             // now and then
  unsigned jobs = 0;  // threads; 0: one a processor
};

struct ShardSummary {
  std::uint64_t shards = 0;
  std::uint64_t documents = 0;        // with at least one token
  std::uint64_t empty_documents = 0;  // without, which lie nowhere
  std::uint64_t skipped_rows = 0;
  std::uint64_t tokens = 0;          // written
  std::optional<PackReport> pack{};  // of all shards
  std::uint64_t shards_before = 0;   // of these, by runs before this one
};

// Bytes of one document.
inline constexpr std::size_t kMaxDocumentBytes = std::size_t{1} << 30;

// `folder` is made if it does not exist. Throws Error: io (a file and why), malformed (a row that is not
// JSON, has no such field, or another type in it, with its file and line), limit (a document beyond
// kMaxDocumentBytes), invalid_argument (options without meaning; a folder that holds other files, or shards
// made from other options or inputs; no inputs), control_token under SpecialTokens::reject, and cancelled.
// The shards that were whole by then stay, and are not made again.
ShardSummary shard(const Tokenizer& tokenizer, std::span<const ShardInput> inputs,
                   const std::filesystem::path& folder, const ShardOptions& options = {});

}  // namespace polyglyph
