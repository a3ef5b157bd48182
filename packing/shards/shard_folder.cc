// What is on the disk is always one of three: nothing that counts, a progress.json that names whole shards,
// or a manifest.json that names them all. A shard's files are there before the progress that names them is
// written, so that what is not named may be removed at any time.
#include "packing/shards/shard_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "packing/shards/digest.h"
#include "polyglyph/error.h"

namespace polyglyph::packing {
namespace {

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
  Digest digest;
  std::vector<char> buffer(std::size_t{1} << 20);
  do {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    digest.update({buffer.data(), static_cast<std::size_t>(file.gcount())});
  } while (file);
  if (!file.eof()) throw Error(ErrorCode::io, "cannot be read back; is the disk sound?", path.string());
  return digest.hex();
}

}  // namespace

ShardFolder::ShardFolder(const std::filesystem::path& path, const ShardFormat& format,
                         std::vector<std::pair<std::string, std::string>> options)
    : folder_(path), format_(format), endings_(endings_of(format)) {
  manifest_.options = std::move(options);
  open();
}

void ShardFolder::add(Filling filling, const std::optional<PackOptions>& pack,
                      std::vector<InputRecord> inputs) {
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
    record.files.push_back({name_of(manifest_.shards.size(), ending), 0, {}});
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
  save(kProgress);
}

void ShardFolder::finish(std::vector<InputRecord> inputs) {
  manifest_.inputs = std::move(inputs);
  save(kManifest);
  remove(kProgress);
  folder_.sync();
  finished_ = true;
}

void ShardFolder::open() {
  finished_ = std::filesystem::exists(folder_.file(kManifest));
  const std::filesystem::path found = folder_.file(finished_ ? kManifest : kProgress);
  if (std::filesystem::exists(found)) {
    Manifest before = Manifest::read(found);
    if (finished_ || !before.shards.empty()) {
      compare(before);
      manifest_ = std::move(before);
    }
    for (const ShardRecord& shard : manifest_.shards) {
      for (const FileRecord& file : shard.files) expect(file);
    }
  }
  clean();
  if (finished_) {
    remove(kProgress);
  } else if (manifest_.shards.empty()) {
    save(kProgress);  // from now on the folder is one of shards
  }
}

void ShardFolder::compare(const Manifest& before) const {
  for (const auto& [name, value] : manifest_.options) {
    const auto same = std::find_if(before.options.begin(), before.options.end(),
                                   [&name = name](const auto& o) { return o.first == name; });
    const std::string there = same == before.options.end() ? "null" : same->second;
    if (there != value) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("holds shards made with {} {}, and now it is {}; choose another folder, or "
                              "delete this one",
                              name, there, value),
                  folder_.path().string());
    }
  }
}

void ShardFolder::expect(const FileRecord& file) const {
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
void ShardFolder::clean() {
  std::vector<std::string> known = {kManifest, kProgress};
  for (const ShardRecord& shard : manifest_.shards) {
    for (const FileRecord& file : shard.files) known.push_back(file.name);
  }
  std::sort(known.begin(), known.end());
  const bool ours = finished_ || std::filesystem::exists(folder_.file(kProgress));
  std::vector<std::string> leftover;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    const std::string name = entry.path().filename().string();
    if (std::binary_search(known.begin(), known.end(), name)) continue;
    if (name == std::string(kProgress) + LockedFolder::kPartial || (ours && is_own(name))) {
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

// A name that is given to files here.
bool ShardFolder::is_own(std::string name) const {
  const std::string partial = LockedFolder::kPartial;
  if (name.ends_with(partial)) name.resize(name.size() - partial.size());
  if (name == kManifest || name == kProgress) return true;
  for (const std::string& ending : endings_) {
    if (!name.starts_with("shard-") || !name.ends_with(ending)) continue;
    const std::string number = name.substr(6, name.size() - 6 - ending.size());
    if (number.size() >= 5 && number.find_first_not_of("0123456789") == std::string::npos) return true;
  }
  return false;
}

std::string ShardFolder::name_of(std::size_t shard, const std::string& ending) const {
  return fmt::format("shard-{:05}{}", shard, ending);
}

void ShardFolder::remove(const std::string& name) const {
  std::error_code error;
  std::filesystem::remove(folder_.file(name), error);
  if (error) {
    throw Error(ErrorCode::io, "cannot be removed: " + error.message() + "; check its permissions",
                folder_.file(name).string());
  }
}

void ShardFolder::save(const std::string& name) const {
  folder_.write(name, manifest_.text());
}

}  // namespace polyglyph::packing
