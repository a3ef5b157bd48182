// The files to be read for the paths that a command line names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace polyglyph::cli {

struct WalkOptions {
  std::vector<std::string> globs;  // files in directories must match one; "!" before a pattern leaves out
  bool gitignore = true;           // leave out what .gitignore files say
  bool follow = false;             // follow symbolic links met in directories
};

struct FoundFile {
  std::string path;                   // as the user would write it
  std::optional<std::uint64_t> size;  // of a file; nothing for pipes
  std::string problem;                // not empty: cannot be read, and why
};

// A file, pipe or "-" is taken as it is. A directory gives the files in it and below, sorted by path, without
// .git; links that lead back to a directory they are in are not entered.
std::vector<FoundFile> find_files(const std::vector<std::string>& paths, const WalkOptions& options);

}  // namespace polyglyph::cli
