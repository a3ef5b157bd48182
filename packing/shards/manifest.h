// What a folder of shards was made of. While a run is at work, progress.json says it of the shards that are
// whole; at its end, manifest.json of them all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "polyglyph/pack.h"

namespace polyglyph::packing {

inline constexpr const char* kManifest = "manifest.json";
inline constexpr const char* kProgress = "progress.json";

// An input, or as much of it as lies in shards.
struct InputRecord {
  std::string digest;       // of its bytes, with compression taken off
  std::uint64_t bytes = 0;  // of the same
  std::uint64_t rows = 0;
  std::uint64_t documents = 0;  // of at least one token
  std::uint64_t empty_documents = 0;
  std::uint64_t skipped_rows = 0;
  std::uint64_t tokens = 0;  // of all documents
};

struct FileRecord {
  std::string name;
  std::uint64_t bytes = 0;
  std::string digest;
};

struct ShardRecord {
  std::vector<FileRecord> files;
  std::uint64_t documents = 0;
  std::uint64_t sequences = 0;
  std::uint64_t tokens = 0;  // written
  std::optional<PackReport> pack;
};

struct Manifest {
  std::vector<std::pair<std::string, std::string>> options;  // all that decides over the bytes, as JSON
  std::vector<InputRecord> inputs;
  std::vector<ShardRecord> shards;

  struct Totals {
    InputRecord inputs;  // but for the digest
    std::uint64_t sequences = 0;
    std::uint64_t tokens = 0;  // written
    std::optional<PackReport> pack;
  };
  Totals totals() const;

  std::string text() const;

  // Throws Error(io, malformed) about a file that neither of the two wrote.
  static Manifest read(const std::filesystem::path& path);
};

// A string and what may be missing, as JSON.
std::string json_of(std::string_view text);

}  // namespace polyglyph::packing
