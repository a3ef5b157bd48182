// The folder of shards, and what is known to be in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "packing/shards/files.h"
#include "packing/shards/manifest.h"
#include "polyglyph/shard.h"

namespace polyglyph::packing {

// The documents of the shard that is being filled.
struct Filling {
  std::vector<TokenId> ids;
  std::vector<std::int64_t> splits = {0};

  std::size_t documents() const { return splits.size() - 1; }
};

class ShardFolder {
 public:
  // Opens the folder, or makes it. `options`: all that decides over what is written, besides the inputs.
  // Throws Error(invalid_argument) where it holds other files, or shards made from other options, and
  // Error(io).
  ShardFolder(const std::filesystem::path& path, const ShardFormat& format,
              std::vector<std::pair<std::string, std::string>> options);

  bool finished() const { return finished_; }
  const Manifest& manifest() const { return manifest_; }

  // Writes the next shard. `inputs`: how far it goes.
  void add(Filling filling, const std::optional<PackOptions>& pack, std::vector<InputRecord> inputs);

  // There are no more.
  void finish(std::vector<InputRecord> inputs);

 private:
  void open();
  void compare(const Manifest& before) const;
  void expect(const FileRecord& file) const;
  void clean();
  bool is_own(std::string name) const;
  std::string name_of(std::size_t shard, const std::string& ending) const;
  void remove(const std::string& name) const;
  void save(const std::string& name) const;

  LockedFolder folder_;
  const ShardFormat& format_;
  std::vector<std::string> endings_;
  Manifest manifest_;
  bool finished_ = false;
};

}  // namespace polyglyph::packing
