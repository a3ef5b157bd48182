// A pair of names is looked up in a flat table, and so is their concatenation (without the second one's
// prefix, where the model puts one in front of what does not begin a word), which must be an entry too: the
// references build the same three ids for each merge and can do nothing with one that lacks an entry.
//
// Nearly all of the time goes into waiting for the table's memory. So merges are taken in batches, with every
// slot of a batch prefetched before the first is read; and the result of a merge, which in every published
// vocabulary is the result of the merge before it or the id after that, is compared with those two before it
// is looked up.
#include "vocab/formats/merges.h"

#include <fmt/format.h>

#include "json/json.h"
#include "polyglyph/error.h"
#include "unicode/byte_alphabet.h"

namespace polyglyph::vocab {

using json::excerpt;

bool split_pair(std::string_view text, std::string_view& left, std::string_view& right) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return false;
  left = text.substr(0, space);
  right = text.substr(space + 1);
  return right.find(' ') == std::string_view::npos;
}

void MergeReader::add(std::size_t index, std::string_view left, std::string_view right) {
  Pending& merge = batch_[pending_++] = {index, names_.key(left), names_.key(right)};
  names_.prefetch(merge.left);
  names_.prefetch(merge.right);
  if (pending_ == batch_.size()) finish();
}

void MergeReader::finish() {
  for (std::size_t i = 0; i < pending_; ++i) resolve(batch_[i]);
  pending_ = 0;
}

void MergeReader::fail(const Pending& merge, const std::string& problem) const {
  fail_(merge.index, problem);
  throw Error(ErrorCode::malformed, problem, spec_.name);
}

void MergeReader::resolve(const Pending& merge) {
  const TokenId left = id_of(merge, merge.left, "its left part");
  const TokenId right = id_of(merge, merge.right, "its right part");
  joined_.assign(merge.left.name).append(without_prefix(merge));
  if (!is_guessed()) result_ = id_of(merge, names_.key(joined_), "its result");
  // A merge of what no text is made of never applies.
  if (spec_.names_use_byte_alphabet && (spec_.entries[result_].kind != Entry::Kind::bytes ||
                                        merge.left.name.empty() || merge.right.name.empty()))
    return;
  spec_.merges.push_back({left, right, result_});
}

TokenId MergeReader::id_of(const Pending& merge, const NameTable::Key& key, const char* what) const {
  const TokenId id = names_.find(key);
  if (id != kNoToken) return id;
  fail(merge, fmt::format("{} {} is not an entry of {}: the file is damaged, or its two tables do not belong "
                          "together",
                          what, excerpt(key.name), vocabulary_));
}

// As many bytes of the right part as the prefix has are dropped, whatever they are.
std::string_view MergeReader::without_prefix(const Pending& merge) const {
  const std::string_view name = merge.right.name;
  const std::size_t size = spec_.subword_prefix.size();
  if (size == 0) return name;
  if (size > name.size() || (size < name.size() && (name[size] & 0xC0) == 0x80)) {
    fail(merge, fmt::format("its right part {} does not begin with {}, the continuing_subword_prefix",
                            excerpt(name), excerpt(spec_.subword_prefix)));
  }
  return name.substr(size);
}

// Whether the joined name is that of the last result or of the id after it.
bool MergeReader::is_guessed() {
  bytes_.clear();
  if (!spec_.names_use_byte_alphabet) {
    bytes_ = joined_;
  } else if (!unicode::bytes_from_name(joined_, bytes_)) {
    return false;
  }
  for (const TokenId guess : {result_ + 1, result_}) {
    if (guess >= spec_.entries.size()) continue;
    const Entry& entry = spec_.entries[guess];
    if (entry.kind != Entry::Kind::bytes || entry.bytes != bytes_) continue;
    result_ = guess;
    return true;
  }
  return false;
}

}  // namespace polyglyph::vocab
