// Reading a hundred thousand names and several hundred thousand merges without an allocation for any of them.
//
// Entries: a first pass over the object checks the ids and adds up the names' lengths, so that the second can
// decode every name into one pool that never moves. A name decodes to at most as many bytes as it has.
//
// Merges: a pair of names is looked up in a flat table, and so is their concatenation (without the second
// one's prefix, where the model puts one in front of what does not begin a word), which must be an entry too:
// the reference builds the same three ids for each merge and refuses the file otherwise. Both spellings
// occur: "a b", where a space cannot be part of a name, and ["a", "b"], where it can.
//
// Nearly all of the time goes into waiting for the table's memory. So entries and merges are taken in
// batches, with every slot of a batch prefetched before the first is read; and the result of a merge, which
// in every published vocabulary is the result of the merge before it or the id after that, is compared with
// those two before it is looked up. Together that makes loading three times as fast.
#include "vocab/formats/bpe_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "unicode/byte_alphabet.h"
#include "vocab/formats/id_limits.h"

namespace polyglyph::vocab {
namespace {

using json::excerpt;
using json::Type;

constexpr std::size_t kBatch = 32;

struct VocabExtent {
  std::size_t count = 0;
  std::size_t name_bytes = 0;
  TokenId max_id = 0;
};

VocabExtent measure(const json::Field& vocab, TokenId max_id) {
  if (vocab.value().type() != Type::object) vocab.malformed("must be an object from token to id");
  VocabExtent extent;
  for (const json::Member entry : vocab.value().members()) {
    const auto id = entry.value.unsigned_integer();
    if (!id) vocab.child(entry.key, entry.value).malformed("the id must be an integer, 0 or more");
    const TokenId checked =
        checked_id(*id, max_id, [&] { return vocab.child(entry.key, entry.value).where(); });
    ++extent.count;
    extent.name_bytes += entry.key.size();
    extent.max_id = std::max(extent.max_id, checked);
  }
  return extent;
}

[[noreturn]] void fail_duplicate_id(const json::Field& vocab, TokenId id) {
  std::string names;
  for (const json::Member entry : vocab.value().members()) {
    if (entry.value.unsigned_integer() != id) continue;
    names += names.empty() ? excerpt(entry.key) : " and " + excerpt(entry.key);
    if (names.find(" and ") != std::string::npos) break;
  }
  vocab.malformed(fmt::format("{} have the same id {}; each entry needs its own", names, id));
}

// Splits "a b" at its one space.
bool split_pair(std::string_view text, std::string_view& left, std::string_view& right) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return false;
  left = text.substr(0, space);
  right = text.substr(space + 1);
  return right.find(' ') == std::string_view::npos;
}

// The two names of a merge, views into the document.
std::pair<std::string_view, std::string_view> parts_of(const json::Field& merges, std::size_t index,
                                                       const json::Value& merge, Type spelling) {
  const auto fail = [&](const char* what) { merges.child(index, merge).malformed(what); };
  if (merge.type() != spelling) {
    fail(R"(all merges must be spelled the same way, as "a b" or as ["a", "b"])");
  }
  std::string_view left, right;
  if (spelling == Type::string) {
    if (!split_pair(*merge.string(), left, right))
      fail("a merge must be two tokens with one space between them");
    return {left, right};
  }
  std::size_t count = 0;
  for (const json::Value part : merge.elements()) {
    const auto name = part.string();
    if (!name || count == 2) fail("a merge must be a pair of two tokens");
    (count++ == 0 ? left : right) = *name;
  }
  if (count != 2) fail("a merge must be a pair of two tokens");
  return {left, right};
}

struct PendingMerge {
  std::size_t index;
  json::Value merge;
  NameTable::Key left;
  NameTable::Key right;
};

// Turns the names of a merge into ids.
class MergeResolver {
 public:
  MergeResolver(const json::Field& merges, const NameTable& names, TokenizerSpec& spec)
      : merges_(merges), names_(names), spec_(spec) {}

  void resolve(const PendingMerge& merge) {
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

 private:
  TokenId id_of(const PendingMerge& merge, const NameTable::Key& key, const char* what) const {
    const TokenId id = names_.find(key);
    if (id != kNoToken) return id;
    merges_.child(merge.index, merge.merge)
        .malformed(
            fmt::format("{} {} is not an entry of model.vocab; the file is damaged, or its two tables do not "
                        "belong together",
                        what, excerpt(key.name)));
  }

  // As many bytes of the right part as the prefix has are dropped, whatever they are.
  std::string_view without_prefix(const PendingMerge& merge) const {
    const std::string_view name = merge.right.name;
    const std::size_t size = spec_.subword_prefix.size();
    if (size == 0) return name;
    if (size > name.size() || (size < name.size() && (name[size] & 0xC0) == 0x80)) {
      merges_.child(merge.index, merge.merge)
          .malformed(fmt::format("its right part {} does not begin with {}, the continuing_subword_prefix",
                                 excerpt(name), excerpt(spec_.subword_prefix)));
    }
    return name.substr(size);
  }

  // Whether the joined name is that of the last result or of the id after it.
  bool is_guessed() {
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

  const json::Field& merges_;
  const NameTable& names_;
  TokenizerSpec& spec_;
  TokenId result_ = 0;  // of the last merge
  std::string joined_;
  std::string bytes_;
};

}  // namespace

NameTable read_entries(const json::Field& vocab, std::size_t file_size, TokenizerSpec& spec) {
  const VocabExtent extent = measure(vocab, max_id_for(file_size));
  if (extent.count == 0) vocab.malformed("has no entries");
  if (extent.count > max_entries_for(file_size)) {
    vocab.fail(ErrorCode::limit, fmt::format("has {} entries, more than a file of {} bytes may have ({})",
                                             extent.count, file_size, max_entries_for(file_size)));
  }

  NameTable names(extent.count, extent.max_id);
  spec.entries.assign(std::size_t{extent.max_id} + 1, Entry{});
  // A moved std::string keeps its place only if it is not short.
  std::string& pool = spec.pools.emplace_back();
  pool.reserve(std::max<std::size_t>(extent.name_bytes, 64));
  const auto add = [&](const NameTable::Key& key, TokenId id) {
    if (names.add(key, id) != kNoToken) {
      vocab.malformed(fmt::format("has the entry {} twice; remove one", excerpt(key.name)));
    }
    Entry& entry = spec.entries[id];
    if (entry.kind != Entry::Kind::absent) fail_duplicate_id(vocab, id);
    const std::size_t begin = pool.size();
    // An empty name spells no bytes, and no text reaches it either.
    entry.kind = key.name.empty() ? Entry::Kind::literal : Entry::Kind::bytes;
    if (!spec.names_use_byte_alphabet) {
      pool += key.name;
    } else if (!unicode::bytes_from_name(key.name, pool)) {
      entry.kind = Entry::Kind::literal;
      pool += key.name;
    }
    entry.bytes = std::string_view(pool.data() + begin, pool.size() - begin);
  };

  std::array<std::pair<NameTable::Key, TokenId>, kBatch> batch;
  const auto members = vocab.value().members();
  for (auto next = members.begin(); next != members.end();) {
    std::size_t size = 0;
    for (; size < kBatch && next != members.end(); ++size, ++next) {
      const json::Member member = *next;
      batch[size] = {names.key(member.key), static_cast<TokenId>(*member.value.unsigned_integer())};
      names.prefetch(batch[size].first);
    }
    for (std::size_t i = 0; i < size; ++i) add(batch[i].first, batch[i].second);
  }
  return names;
}

void read_merges(const json::Field& merges, const NameTable& names, TokenizerSpec& spec) {
  if (merges.value().type() != Type::array) merges.malformed("must be an array of merges");
  const auto all = merges.value().elements();
  if (all.begin() == all.end()) return;
  const Type spelling = (*all.begin()).type();
  if (spelling != Type::string && spelling != Type::array) {
    merges.child(0, *all.begin()).malformed(R"(a merge must be "a b" or ["a", "b"])");
  }
  spec.merges.reserve(merges.value().size());

  MergeResolver resolver(merges, names, spec);
  std::array<PendingMerge, kBatch> batch;
  std::size_t index = 0;
  for (auto next = all.begin(); next != all.end();) {
    std::size_t size = 0;
    for (; size < kBatch && next != all.end(); ++next, ++index) {
      // The first line of a merges.txt, which old converters took along; the reference skips it.
      if (spelling == Type::string && (*next).string().value_or("").starts_with("#version")) continue;
      const auto [left, right] = parts_of(merges, index, *next, spelling);
      batch[size] = {index, *next, names.key(left), names.key(right)};
      names.prefetch(batch[size].left);
      names.prefetch(batch[size].right);
      ++size;
    }
    for (std::size_t i = 0; i < size; ++i) resolver.resolve(batch[i]);
  }
}

}  // namespace polyglyph::vocab
