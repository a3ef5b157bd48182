// ImageCache: the images of files that were loaded before, in a folder of the user's own.
//
//   ImageCache cache(path, options);
//   if (auto image = cache.find()) return image;    // mapped
//   image = cache.store(build_image(...));           // mapped from the cache, or nullptr where that cannot
//   be
//
// An entry is found by what the file system says of the files (path, size, times, inode), and where that is
// new by their content. An entry that cannot be opened counts as absent and is written anew; where the folder
// cannot be used, nothing is cached and nothing is said, because loading works without.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "polyglyph/options.h"
#include "vocab/image.h"

namespace polyglyph::vocab {

class ImageCache {
 public:
  // Files of fewer bytes than this load quickly enough without.
  static constexpr std::uintmax_t kSmallest = std::uintmax_t{1} << 18;

  // What the folder holds at most: what was used longest ago goes first.
  static constexpr std::uintmax_t kMaxBytes = std::uintmax_t{1} << 31;

  // For loading `path`, a file or a model directory, with `options`.
  ImageCache(const std::filesystem::path& path, const LoadOptions& options);

  std::shared_ptr<const Image> find();
  std::shared_ptr<const Image> store(std::string_view image);

  // The folder: what POLYGLYPH_CACHE names, or polyglyph in XDG_CACHE_HOME, or .cache/polyglyph in HOME.
  // Empty when POLYGLYPH_CACHE is "off" or there is none of them.
  static std::filesystem::path folder();

 private:
  struct Input {
    std::filesystem::path path;
    std::uintmax_t size;
  };
  void stamp(const LoadOptions& options);
  std::string content_key() const;
  std::shared_ptr<const Image> open(const std::string& key) const;

  std::filesystem::path path_;
  std::filesystem::path folder_;  // empty: nothing is cached
  std::string seed_;
  std::vector<Input> inputs_;
  std::string options_;  // all that decides over the image besides the files' content, spelled out
  std::string stamp_;    // the key of what the file system says
  std::string key_;      // the key of the content, once it is known
};

}  // namespace polyglyph::vocab
