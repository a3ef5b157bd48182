// From the names in a list of merges to ids, for every format that has one.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "vocab/formats/name_table.h"
#include "vocab/spec.h"

namespace polyglyph::vocab {

// Splits "a b" at its one space; false if it has none or more.
bool split_pair(std::string_view text, std::string_view& left, std::string_view& right);

// Appends to spec.merges, in order. A lookup costs what fetching memory costs, so merges are gathered, and
// the memory for all of them is asked for, before they are looked up: finish() takes the last ones.
class MergeReader {
 public:
  // Must throw an Error that names the merge's place. `problem` says what is wrong.
  using Fail = std::function<void(std::size_t index, const std::string& problem)>;

  // `vocabulary`: what errors call the table of entries ("model.vocab"). All must outlive the reader, with
  // the names' bytes that are added.
  MergeReader(const NameTable& names, std::string_view vocabulary, TokenizerSpec& spec, Fail fail)
      : names_(names), vocabulary_(vocabulary), spec_(spec), fail_(std::move(fail)) {}

  void add(std::size_t index, std::string_view left, std::string_view right);
  void finish();

 private:
  struct Pending {
    std::size_t index;
    NameTable::Key left;
    NameTable::Key right;
  };
  void resolve(const Pending& merge);
  TokenId id_of(const Pending& merge, const NameTable::Key& key, const char* what) const;
  std::string_view without_prefix(const Pending& merge) const;
  bool is_guessed();
  [[noreturn]] void fail(const Pending& merge, const std::string& problem) const;

  const NameTable& names_;
  std::string_view vocabulary_;
  TokenizerSpec& spec_;
  Fail fail_;
  std::array<Pending, 32> batch_;
  std::size_t pending_ = 0;
  TokenId result_ = 0;  // of the last merge
  std::string joined_;
  std::string bytes_;
};

}  // namespace polyglyph::vocab
