// The patterns of a .gitignore file, which are also those of --glob.
//
//   IgnoreRules rules = IgnoreRules::parse("*.log\n!keep.log\nbuild/\n/docs/**/draft?.md\n");
//   rules.match("src/a.log", false);    // ignore
//   rules.match("src/keep.log", false); // keep
//
// The meaning is git's, byte by byte. A path says nothing about what is in it: whoever walks a tree does not
// enter an ignored directory.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace polyglyph::cli {

class IgnoreRules {
 public:
  enum class Verdict { none, ignore, keep };

  static IgnoreRules parse(std::string_view text);

  // One line; comments and empty lines are passed over.
  void add(std::string_view line);

  // What the last pattern that matches says. `path` is relative to the directory of the .gitignore file, with
  // "/" between its parts.
  Verdict match(std::string_view path, bool is_directory) const;

  bool empty() const { return rules_.empty(); }
  bool has_plain() const;  // is there a pattern without "!"?

 private:
  struct Rule {
    std::vector<std::string> parts;  // between slashes; "**" is any number of parts
    bool negated = false;
    bool directory_only = false;
  };
  std::vector<Rule> rules_;
};

}  // namespace polyglyph::cli
