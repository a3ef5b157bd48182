// Files that are whole, or not there.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace polyglyph::packing {

// A new file. Throws Error(io) with its name.
class NewFile {
 public:
  explicit NewFile(const std::filesystem::path& path);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  void write(std::string_view bytes);
  void close();  // all of it has been written then

 private:
  void flush();

  std::string path_;
  int descriptor_;
  std::vector<char> buffer_;
};

// A folder that one run at a time works in. Throws Error(io); Error(invalid_argument) where another is at
// work.
class LockedFolder {
 public:
  explicit LockedFolder(const std::filesystem::path& path);
  LockedFolder(const LockedFolder&) = delete;
  LockedFolder& operator=(const LockedFolder&) = delete;
  ~LockedFolder();

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path file(const std::string& name) const { return path_ / name; }
  std::filesystem::path partial(const std::string& name) const { return path_ / (name + kPartial); }

  // Brings the partial file to the disk and gives it its name. The name is on the disk after sync().
  void publish(const std::string& name) const;
  void sync() const;

  void write(const std::string& name, std::string_view content) const;  // all of that

  static constexpr const char* kPartial = ".partial";

 private:
  std::filesystem::path path_;
  int descriptor_;
};

}  // namespace polyglyph::packing
