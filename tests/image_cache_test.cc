// The cache of images: what is found again, what is not, and what a broken or foreign folder does (nothing).
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "polyglyph/tokenizer.h"
#include "tests/loading.h"
#include "tests/temporary_folder.h"
#include "tests/texts.h"
#include "vocab/image_cache.h"

namespace polyglyph::test {
namespace {

namespace fs = std::filesystem;
using vocab::ImageCache;

// A folder for a test, with POLYGLYPH_CACHE set to one inside it.
class Folder {
 public:
  Folder() { use(cache().string()); }
  ~Folder() {
    use("off");
    fs::permissions(cache(), fs::perms::owner_all);
  }
  static void use(const std::string& value) { ::setenv("POLYGLYPH_CACHE", value.c_str(), 1); }

  fs::path cache() const { return folder_.path() / "cache"; }
  fs::path file(const std::string& name) const { return folder_.path() / name; }

  // A .tiktoken file that is large enough to be cached: the bytes, and words of three letters.
  fs::path write(const std::string& name, const std::string& letters = "abcdefghijklmnopqrstuvwxyzABCDEFG") {
    std::string content;
    int rank = 0;
    const auto add = [&](std::string_view bytes) {
      content += base64(bytes) + " " + std::to_string(rank++) + "\n";
    };
    for (int byte = 0; byte < 256; ++byte) add(std::string(1, static_cast<char>(byte)));
    for (const char a : letters) {
      for (const char b : letters) {
        for (const char c : letters) add(std::string{a, b, c});
      }
    }
    std::ofstream(file(name), std::ios::binary) << content;
    return file(name);
  }

  std::size_t count(const std::string& extension) const {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(cache())) count += entry.path().extension() == extension;
    return count;
  }

 private:
  TemporaryFolder folder_;
};

Tokenizer load(const fs::path& path, const std::string& pattern = "cl100k", bool cache = true) {
  LoadOptions options;
  options.pattern = pattern;
  options.cache = cache;
  return Tokenizer::from_file(path, options);
}

bool is_cached(const fs::path& path) {
  LoadOptions options;
  options.pattern = "cl100k";
  return ImageCache(path, options).find() != nullptr;
}

// As a new file: the old one is mapped, and must stay as it is.
void rewrite(const fs::path& path, const std::string& content) {
  fs::remove(path);
  std::ofstream(path) << content;
}

TEST_CASE("a second load finds the image of the first") {
  Folder folder;
  const fs::path path = folder.write("words.tiktoken");
  CHECK_FALSE(is_cached(path));
  const Tokenizer first = load(path);
  CHECK(is_cached(path));
  CHECK(folder.count(".pgv") == 1);
  const Tokenizer second = load(path);
  CHECK(second.description().fingerprint == first.description().fingerprint);
  CHECK(second.description().name == "words.tiktoken");
  CHECK((second.encode("abcabd xyz") == first.encode("abcabd xyz")));

  SECTION("by content where the file system says something new") {
    fs::copy_file(path, folder.file("copy"));
    fs::rename(folder.file("copy"), path);
    CHECK(is_cached(path));
    CHECK(folder.count(".pgv") == 1);
    CHECK(folder.count(".key") == 2);
  }
  SECTION("not under other options, another name or with other content") {
    load(path, "o200k");
    CHECK(folder.count(".pgv") == 2);
    fs::copy_file(path, folder.file("other.tiktoken"));
    CHECK(load(folder.file("other.tiktoken")).description().name == "other.tiktoken");
    CHECK(folder.count(".pgv") == 3);
    folder.write("words.tiktoken", "abcdefghijklmnopqrstuvwxyzABCDEFH");
    CHECK_FALSE(is_cached(path));
    CHECK(load(path).description().fingerprint != first.description().fingerprint);
  }
  SECTION("a damaged entry is made anew") {
    for (const char* damage : {"", "short", "polyglyp"}) {
      for (const auto& entry : fs::directory_iterator(folder.cache())) {
        if (entry.path().extension() == ".pgv") rewrite(entry.path(), damage);
      }
      CHECK_FALSE(is_cached(path));
      CHECK(load(path).description().fingerprint == first.description().fingerprint);
      CHECK(is_cached(path));
    }
  }
  SECTION("a damaged key is no key") {
    for (const auto& entry : fs::directory_iterator(folder.cache())) {
      if (entry.path().extension() == ".key")
        std::ofstream(entry.path(), std::ios::trunc) << "../../../etc/passwd";
    }
    CHECK(is_cached(path));  // by its content
  }
}

TEST_CASE("what is not cached") {
  Folder folder;
  const fs::path path = folder.write("words.tiktoken");
  SECTION("when asked not to") {
    load(path, "cl100k", false);
    CHECK_FALSE(fs::exists(folder.cache()));
    Folder::use("off");
    CHECK(ImageCache::folder().empty());
    load(path);
  }
  SECTION("small files") {
    load(folder.write("small.tiktoken", "abc"));
    CHECK_FALSE(fs::exists(folder.cache()));
  }
  SECTION("in a folder that others can write to") {
    fs::create_directory(folder.cache());
    fs::permissions(folder.cache(), fs::perms::all);
    load(path);
    CHECK(fs::is_empty(folder.cache()));
  }
  SECTION("through a link") {
    fs::create_directory(folder.file("elsewhere"));
    fs::create_directory_symlink(folder.file("elsewhere"), folder.cache());
    load(path);
    CHECK(fs::is_empty(folder.file("elsewhere")));
    fs::remove(folder.cache());
    fs::create_directory(folder.cache());
  }
  SECTION("at a place that is no absolute path") {
    Folder::use("relative/place");
    CHECK(ImageCache::folder().empty());
    load(path);
  }
  fs::create_directories(folder.cache());
}

TEST_CASE("what was used longest ago makes room") {
  Folder folder;
  const fs::path path = folder.write("words.tiktoken");
  load(path);
  const fs::path old = folder.cache() / "00000000000000000000000000000000.pgv";
  std::ofstream(old) << "x";
  fs::resize_file(old, ImageCache::kMaxBytes);  // takes no room on the disk
  fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(1));
  load(path, "o200k");
  CHECK_FALSE(fs::exists(old));
  CHECK(folder.count(".pgv") == 2);
}

}  // namespace
}  // namespace polyglyph::test
