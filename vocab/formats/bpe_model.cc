// Reading a hundred thousand names and several hundred thousand merges without an allocation for any of them.
//
// Entries: a first pass over the object checks the ids and adds up the names' lengths, so that the second can
// decode every name into one pool that never moves. A name decodes to at most as many bytes as it has.
//
// Merges: both spellings occur, "a b", where a space cannot be part of a name, and ["a", "b"], where it can.
//
// Nearly all of the time goes into waiting for the memory of the table of names. So entries are taken in
// batches, as merges are (merges.cc), with every slot of a batch prefetched before the first is written.
#include "vocab/formats/bpe_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "unicode/byte_alphabet.h"
#include "vocab/formats/id_limits.h"
#include "vocab/formats/merges.h"

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
  vocab.malformed(fmt::format("{} have the same id {}", names, id),
                  "give each its own, or get the file again");
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

}  // namespace

NameTable read_entries(const json::Field& vocab, std::size_t file_size, TokenizerSpec& spec) {
  const VocabExtent extent = measure(vocab, max_id_for(file_size));
  if (extent.count == 0) vocab.malformed("has no entries");
  if (extent.count > max_entries_for(file_size)) {
    vocab.fail(ErrorCode::limit,
               fmt::format("has {} entries, more than a file of {} bytes may have ({}); is it damaged?",
                           extent.count, file_size, max_entries_for(file_size)));
  }

  NameTable names(extent.count, extent.max_id);
  spec.entries.assign(std::size_t{extent.max_id} + 1, Entry{});
  std::string& pool = spec.pools.emplace_back();
  pool.reserve(extent.name_bytes);  // views into it stay
  const auto add = [&](const NameTable::Key& key, TokenId id) {
    if (names.add(key, id) != kNoToken) {
      vocab.malformed(fmt::format("has the entry {} twice", excerpt(key.name)), "remove one");
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

  // The value of a merge is needed for its place alone: errors find it again.
  MergeReader reader(names, "model.vocab", spec, [&](std::size_t wanted, const std::string& problem) {
    std::size_t index = 0;
    for (const json::Value merge : all) {
      if (index++ == wanted) merges.child(wanted, merge).malformed(problem);
    }
  });
  std::size_t index = 0;
  for (const json::Value merge : all) {
    const std::size_t place = index++;
    // The first line of a merges.txt, which old converters took along; the reference skips it.
    if (spelling == Type::string && merge.string().value_or("").starts_with("#version")) continue;
    const auto [left, right] = parts_of(merges, place, merge, spelling);
    reader.add(place, left, right);
  }
  reader.finish();
}

}  // namespace polyglyph::vocab
