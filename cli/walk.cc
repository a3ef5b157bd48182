// Depth first over an explicit stack, because the depth of a tree is input. Each directory on the way keeps
// the rules of its own .gitignore and a link to the directory above; an entry asks the nearest rules first,
// and the first that say anything decide, as in git. Where the walk starts below the top of a repository, the
// .gitignore files from the top down to the start count too. The start itself is always entered: the user
// named it.

#include "cli/walk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include "cli/ignore_rules.h"
#include "cli/input.h"
#include "polyglyph/error.h"

namespace polyglyph::cli {

namespace {

namespace fs = std::filesystem;

struct Directory {
  std::shared_ptr<const Directory> above;
  IgnoreRules rules;
  std::size_t path_size;  // of its absolute path with the slash at the end
  dev_t device = 0;
  ino_t inode = 0;
};
using DirectoryPtr = std::shared_ptr<const Directory>;

std::string with_slash(std::string path) {
  if (!path.ends_with('/')) path += '/';
  return path;
}

// The .gitignore of a directory; none if there is no such file. As in git, a link is not followed: it could
// point out of the tree. One that cannot be read is a failure of its own; the walk goes on without it.
IgnoreRules read_rules(const std::string& directory, std::vector<FoundFile>& found) {
  std::string path = directory + ".gitignore";
  struct stat status;
  if (lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  try {
    return IgnoreRules::parse(read_all(path));
  } catch (const Error& error) {
    found.push_back({path, {}, std::string(error.what()).substr(error.where().size() + 2)});
    return {};
  }
}

// The rules that the directories above a start have on it, as the directory above the start.
DirectoryPtr rules_above(const std::string& start, std::vector<FoundFile>& found) {
  std::vector<std::string> up;  // from the start's parent to the top of the repository
  std::error_code ignored;
  fs::path at = start;
  if (!at.has_filename()) at = at.parent_path();
  while (!fs::exists(at / ".git", ignored)) {
    if (!at.has_relative_path()) return nullptr;
    at = at.parent_path();
    up.push_back(with_slash(at.string()));
  }
  DirectoryPtr above;
  for (auto path = up.rbegin(); path != up.rend(); ++path) {
    above = std::make_shared<Directory>(Directory{above, read_rules(*path, found), path->size()});
  }
  return above;
}

bool is_ignored(const Directory* directory, std::string_view path, bool is_directory) {
  for (; directory != nullptr; directory = directory->above.get()) {
    switch (directory->rules.match(path.substr(directory->path_size), is_directory)) {
      case IgnoreRules::Verdict::ignore:
        return true;
      case IgnoreRules::Verdict::keep:
        return false;
      case IgnoreRules::Verdict::none:
        break;
    }
  }
  return false;
}

bool is_inside(const Directory* directory, const struct stat& status) {
  for (; directory != nullptr; directory = directory->above.get()) {
    if (directory->device == status.st_dev && directory->inode == status.st_ino) return true;
  }
  return false;
}

IgnoreRules glob_rules(const std::vector<std::string>& globs) {
  IgnoreRules rules;
  for (std::string glob : globs) {
    if (glob.ends_with('/')) {  // a directory stands for what is in it, at any depth unless anchored
      std::size_t start = glob.starts_with('!') ? 1 : 0;
      if (glob.find('/') + 1 == glob.size()) glob.insert(start, "**/");
      glob += "**";
    }
    if (glob.starts_with('#')) glob.insert(0, "\\");  // no comments on a command line
    rules.add(glob);
  }
  return rules;
}

class Walk {
 public:
  Walk(const WalkOptions& options, std::vector<FoundFile>& found)
      : options_(options), globs_(glob_rules(options.globs)), found_(found) {}

  void run(const std::string& start, const struct stat& status) {
    std::unique_ptr<char, void (*)(void*)> real(realpath(start.c_str(), nullptr), std::free);
    if (real == nullptr) return fail(start, errno);
    shown_root_ = with_slash(start);
    real_root_ = with_slash(real.get());
    std::size_t found_before = found_.size();
    pending_.push_back({"", options_.gitignore ? rules_above(real_root_, found_) : nullptr, status});
    while (!pending_.empty()) {
      Entry entry = std::move(pending_.back());
      pending_.pop_back();
      if (S_ISDIR(entry.status.st_mode)) {
        enter(entry);
      } else {
        found_.push_back({shown_root_ + entry.path, static_cast<std::uint64_t>(entry.status.st_size), ""});
      }
    }
    if (found_.size() == found_before) {
      std::string of_what = options_.globs.empty() ? "" : " that --glob asks for";
      found_.push_back({start, {}, "no file" + of_what + " in this directory"});
    }
  }

 private:
  struct Entry {
    std::string path;  // below the root
    DirectoryPtr above;
    struct stat status;
  };

  void fail(const std::string& path, int error) { found_.push_back({path, {}, std::strerror(error)}); }

  void enter(const Entry& directory) {
    std::string prefix = directory.path.empty() ? "" : directory.path + "/";
    auto here = std::make_shared<Directory>();
    here->above = directory.above;
    here->path_size = real_root_.size() + prefix.size();
    here->device = directory.status.st_dev;
    here->inode = directory.status.st_ino;
    if (options_.gitignore) here->rules = read_rules(real_root_ + prefix, found_);
    std::vector<std::string> names;
    try {
      for (const auto& entry : fs::directory_iterator(real_root_ + prefix)) {
        names.push_back(entry.path().filename().string());
      }
    } catch (const fs::filesystem_error& error) {
      return fail(shown_root_ + prefix, error.code().value());
    }
    // The stack turns the order around.
    std::sort(names.begin(), names.end(), std::greater<>());
    for (const std::string& name : names) {
      if (std::optional<Entry> entry = consider(prefix + name, here)) pending_.push_back(std::move(*entry));
    }
  }

  // The entry, if it is one to count or to enter.
  std::optional<Entry> consider(std::string path, const DirectoryPtr& directory) {
    if (path == ".git" || path.ends_with("/.git")) return std::nullopt;
    std::string real = real_root_ + path;
    struct stat status;
    auto look = options_.follow ? stat : lstat;
    if (look(real.c_str(), &status) != 0) {
      if (!is_ignored(directory.get(), real, false)) fail(shown_root_ + path, errno);
      return std::nullopt;
    }
    bool is_directory = S_ISDIR(status.st_mode);
    // Sockets, devices and pipes in a tree are no text, and a link not followed is counted where it points
    // to.
    if (!is_directory && !S_ISREG(status.st_mode)) return std::nullopt;
    if (is_ignored(directory.get(), real, is_directory)) return std::nullopt;
    if (is_directory && options_.follow && is_inside(directory.get(), status)) return std::nullopt;
    if (!is_directory && !globs_.empty()) {
      IgnoreRules::Verdict verdict = globs_.match(path, false);
      bool wanted = globs_.has_plain() ? verdict == IgnoreRules::Verdict::ignore
                                       : verdict == IgnoreRules::Verdict::none;
      if (!wanted) return std::nullopt;
    }
    return Entry{std::move(path), directory, status};
  }

  const WalkOptions& options_;
  IgnoreRules globs_;  // "ignore" here means chosen
  std::vector<FoundFile>& found_;
  std::string shown_root_, real_root_;  // with a slash at the end
  std::vector<Entry> pending_;
};

}  // namespace

std::vector<FoundFile> find_files(const std::vector<std::string>& paths, const WalkOptions& options) {
  std::vector<FoundFile> found;
  Walk walk(options, found);
  for (const std::string& path : paths) {
    struct stat status {};
    if (path == "-") {
      found.push_back({path, {}, ""});
    } else if (stat(path.c_str(), &status) != 0) {
      found.push_back({path, {}, std::strerror(errno)});
    } else if (S_ISDIR(status.st_mode)) {
      walk.run(path, status);
    } else {
      found.push_back({path, {}, ""});
      if (S_ISREG(status.st_mode)) found.back().size = static_cast<std::uint64_t>(status.st_size);
    }
  }
  return found;
}

}  // namespace polyglyph::cli
