// Two kinds of files in the folder, each under the hexadecimal digits of a 128-bit key:
//
//   CONTENT.pgv   an image, by the content of the files it was made from
//   STAMP.key     the name of such an image, by what the file system says of those files
//
// Both keys also cover the options of the load and the version of the images. The hash is keyed by a seed
// that is drawn once for a folder and stays in it: whoever hands out files cannot make two that share an
// entry.
//
// The folder is used only if it belongs to this user and nobody else can write to it, since an image decides
// what text becomes. Every file is written beside its place and renamed, so that a reader meets a whole file
// or none.
#include "vocab/image_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <random>
#include <system_error>
#include <vector>

#include "polyglyph/error.h"
#include "polyglyph/version.h"
#include "vocab/hash.h"
#include "vocab/write_file.h"

namespace polyglyph::vocab {
namespace {

namespace fs = std::filesystem;

// Beyond this much, what the file system says must do: reading it all would take longer than loading does.
constexpr std::uintmax_t kMaxHashed = std::uintmax_t{1} << 28;

// What loaders read of a directory, or beside a file that has its other half there.
constexpr std::string_view kNames[] = {
    "added_tokens.json",       "chat_template.jinja",   "chat_template.json", "merges.txt",
    "special_tokens_map.json", "spiece.model",          "tekken.json",        "tokenizer.json",
    "tokenizer.model",         "tokenizer_config.json", "vocab.json",         "vocab.txt",
};
constexpr std::string_view kExtensions[] = {".gguf", ".jinja", ".model", ".tiktoken"};

bool may_be_read(const fs::path& path) {
  return std::ranges::find(kNames, path.filename().string()) != std::end(kNames) ||
         std::ranges::find(kExtensions, path.extension().string()) != std::end(kExtensions);
}

std::string hex(std::uint64_t a, std::uint64_t b) {
  return fmt::format("{:016x}{:016x}", a, b);
}

class Hasher {
 public:
  explicit Hasher(std::string_view seed) : a_(hash_bytes(seed, 1)), b_(hash_bytes(seed, 2)) {}

  void add(std::string_view bytes) {
    a_ = hash_words(a_, hash_bytes(bytes, a_));
    b_ = hash_words(b_, hash_bytes(bytes, b_));
  }
  void add(std::uint64_t number) { add({reinterpret_cast<const char*>(&number), sizeof number}); }
  std::string key() const { return hex(a_, b_); }

 private:
  std::uint64_t a_, b_;
};

std::string read_small(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, 64> buffer{};
  file.read(buffer.data(), buffer.size());
  return {buffer.data(), static_cast<std::size_t>(file.gcount())};
}

bool is_private(const fs::path& folder) {
  struct stat status;
  return ::lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == ::geteuid() &&
         (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

// Makes the folder if need be; false if it cannot be used.
bool prepare(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) {
    if (!folder.parent_path().empty()) fs::create_directories(folder.parent_path(), error);
    if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) return false;
  }
  return is_private(folder);
}

// The folder's own seed, drawn when it is first asked for.
std::string seed_of(const fs::path& folder) {
  constexpr std::size_t kSize = 16;
  const fs::path path = folder / "seed";
  std::string seed = read_small(path);
  if (seed.size() == kSize) return seed;
  std::random_device random;
  seed.clear();
  while (seed.size() < kSize) seed += static_cast<char>(random());
  try {
    write_file(path, seed);
  } catch (const Error&) {
    return {};
  }
  return read_small(path);  // that of another process, if it was quicker
}

void make_room(const fs::path& folder, std::uintmax_t bytes) {
  struct Found {
    fs::file_time_type used;
    std::uintmax_t size;
    fs::path path;
  };
  std::vector<Found> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() != ".pgv") continue;
    std::error_code ignored;
    found.push_back({entry->last_write_time(ignored), entry->file_size(ignored), entry->path()});
    bytes += ignored ? 0 : found.back().size;
  }
  std::ranges::sort(found, {}, &Found::used);
  for (const Found& image : found) {
    if (bytes <= ImageCache::kMaxBytes) break;
    fs::remove(image.path, error);
    bytes -= std::min(bytes, image.size);
  }
}

}  // namespace

fs::path ImageCache::folder() {
  const auto variable = [](const char* name) {
    const char* value = ::secure_getenv(name);
    return fs::path(value == nullptr ? "" : value);
  };
  const fs::path own = variable("POLYGLYPH_CACHE");
  if (own == "off") return {};
  if (!own.empty()) return own.is_absolute() ? own : fs::path{};
  const fs::path shared = variable("XDG_CACHE_HOME");
  if (shared.is_absolute()) return shared / "polyglyph";
  const fs::path home = variable("HOME");
  return home.is_absolute() ? home / ".cache" / "polyglyph" : fs::path{};
}

ImageCache::ImageCache(const fs::path& path, const LoadOptions& options) : path_(path) {
  if (!options.cache) return;
  const fs::path folder = ImageCache::folder();
  if (folder.empty()) return;
  std::error_code error;
  std::uintmax_t bytes = 0;
  const auto add = [&](const fs::path& input) {
    const auto size = fs::is_regular_file(input, error) ? fs::file_size(input, error) : 0;
    if (error) return;
    inputs_.push_back({input, size});
    bytes += size;
  };
  const bool is_directory = fs::is_directory(path, error);
  if (!is_directory) add(path);
  if (inputs_.empty() && !is_directory) return;  // no regular file: a pipe is read once
  const fs::path beside = is_directory                 ? path
                          : path.parent_path().empty() ? fs::path(".")
                                                       : path.parent_path();
  for (const std::string_view name : kNames) {
    if (const fs::path input = beside / name; input != path && fs::exists(input, error)) add(input);
  }
  if (is_directory) {
    for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
      if (std::ranges::find(kNames, entry->path().filename().string()) == std::end(kNames) &&
          may_be_read(entry->path()))
        add(entry->path());
    }
    for (fs::directory_iterator entry(path / "additional_chat_templates", error), end; !error && entry != end;
         entry.increment(error)) {
      add(entry->path());
    }
  }
  if (bytes < kSmallest || !prepare(folder)) return;
  seed_ = seed_of(folder);
  if (seed_.empty()) return;
  std::ranges::sort(inputs_, {}, &Input::path);
  folder_ = folder;
  stamp(options);
}

void ImageCache::stamp(const LoadOptions& options) {
  std::error_code error;
  const fs::path whole = fs::weakly_canonical(path_, error);
  options_ = fmt::format("{}\n{}\n{}\n{}\n", POLYGLYPH_VERSION, kImageVersion, whole.filename().string(),
                         options.pattern);
  for (const auto& [token, id] : options.special_tokens) {
    options_ += fmt::format("{}:{}={}\n", token.size(), token, id);
  }
  Hasher hasher(seed_);
  hasher.add(options_);
  hasher.add(whole.string());
  for (const Input& input : inputs_) {
    struct stat s {};
    if (::stat(input.path.c_str(), &s) != 0) continue;
    hasher.add(input.path.filename().string());
    for (const auto number :
         {static_cast<std::uint64_t>(s.st_size), static_cast<std::uint64_t>(s.st_ino),
          static_cast<std::uint64_t>(s.st_dev), static_cast<std::uint64_t>(s.st_mtim.tv_sec),
          static_cast<std::uint64_t>(s.st_mtim.tv_nsec), static_cast<std::uint64_t>(s.st_ctim.tv_sec),
          static_cast<std::uint64_t>(s.st_ctim.tv_nsec)}) {
      hasher.add(number);
    }
  }
  stamp_ = hasher.key();
}

std::string ImageCache::content_key() const {
  std::uintmax_t bytes = 0;
  for (const Input& input : inputs_) bytes += input.size;
  if (bytes > kMaxHashed) return stamp_;
  Hasher hasher(seed_);
  hasher.add(options_);
  std::string content;
  for (const Input& input : inputs_) {
    content.resize(input.size);
    std::ifstream file(input.path, std::ios::binary);
    if (!file.read(content.data(), static_cast<std::streamsize>(content.size()))) return stamp_;
    hasher.add(input.path.filename().string());
    hasher.add(content);
  }
  return hasher.key();
}

std::shared_ptr<const Image> ImageCache::open(const std::string& key) const {
  const fs::path path = folder_ / (key + ".pgv");
  std::error_code error;
  if (!fs::exists(path, error)) return nullptr;
  try {
    auto image = Image::map(path);
    ::utimensat(AT_FDCWD, path.c_str(), nullptr, 0);  // used now
    return image;
  } catch (const Error&) {
    return nullptr;
  }
}

std::shared_ptr<const Image> ImageCache::find() {
  if (folder_.empty()) return nullptr;
  const std::string known = read_small(folder_ / (stamp_ + ".key"));
  const bool is_key =
      known.size() == stamp_.size() && known.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (is_key) {
    if (auto image = open(known)) return image;
  }
  key_ = content_key();
  auto image = open(key_);
  if (image != nullptr) {
    try {
      write_file(folder_ / (stamp_ + ".key"), key_);
    } catch (const Error&) {  // found by its content again the next time
    }
  }
  return image;
}

std::shared_ptr<const Image> ImageCache::store(std::string_view image) {
  if (folder_.empty()) return nullptr;
  try {
    make_room(folder_, image.size());
    write_file(folder_ / (key_ + ".pgv"), image);
    write_file(folder_ / (stamp_ + ".key"), key_);
  } catch (const Error&) {  // a full disk, say
    return nullptr;
  }
  return open(key_);
}

}  // namespace polyglyph::vocab
