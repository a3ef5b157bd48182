// Why pruning keeps the ids of text that needs none of what is gone: at each step merging takes the best of
// all pairs that may merge. What is taken out only makes that choice smaller, and what was chosen is still
// there, because with a token everything is kept that it is made of. So the same merges happen in the same
// order. A longest match, a best path and a lookup likewise only lose what they did not choose.
#include "vocab/surgery.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "polyglyph/error.h"
#include "vocab/spec_of.h"

namespace polyglyph::vocab {
namespace {

std::vector<TokenId> identity(const Image& image) {
  std::vector<TokenId> ids(image.size(), kNoToken);
  for (TokenId id = 0; id < ids.size(); ++id) {
    if (image.contains(id)) ids[id] = id;
  }
  return ids;
}

// Calls each(id) with every id that the pipeline itself names, to read or to change it.
template <class P, class Each>
void for_each_id(P& p, Each each) {
  const auto maybe = [&](auto& id) {
    if (id != kNoToken) each(id);
  };
  maybe(p.unknown);
  for (auto& id : p.byte_tokens) maybe(id);
  for (auto& token : p.added_tokens) each(token.id);
  for (auto* parts : {&p.single, &p.pair}) {
    for (auto& part : *parts) maybe(part.id);
  }
  if (p.padding) each(p.padding->id);
  for (auto& [role, id] : p.roles) each(id);
}

// Marks what merging makes a kept token from.
class Closure {
 public:
  Closure(const Image& image, std::vector<bool>& keep) : image_(image), keep_(keep) {}

  void close() {
    const Pipeline& p = image_.pipeline();
    for_each_id(p, [&](TokenId id) { mark(id); });
    for (TokenId id = 0; id < keep_.size(); ++id) {
      if (keep_[id]) waiting_.push_back(id);
      // Whatever text comes, its bytes have tokens.
      if (p.model == ModelKind::bpe && !p.characters && image_.is_entry(id) && image_.token_size(id) == 1)
        mark(id);
    }
    if (p.model != ModelKind::bpe) return;
    while (!waiting_.empty()) {
      const TokenId id = waiting_.back();
      waiting_.pop_back();
      mark_parts(id);
    }
  }

 private:
  void mark(TokenId id) {
    if (id >= keep_.size() || keep_[id]) return;
    keep_[id] = true;
    waiting_.push_back(id);
  }

  // Of a token whose making is not on record, everything that it could be made from.
  void mark_parts(TokenId id) {
    const Derivation& made = image_.derivation(id);
    if (made.left != kNoToken) {
      mark(made.left);
      mark(made.right);
      return;
    }
    const std::string_view bytes = image_.token(id);
    for (std::size_t begin = 0; begin < bytes.size(); ++begin) {
      for (std::size_t end = begin + 1; end <= bytes.size(); ++end) {
        const TokenId part = image_.find_entry(bytes.substr(begin, end - begin));
        if (part != kNoToken) mark(part);
      }
    }
  }

  const Image& image_;
  std::vector<bool>& keep_;
  std::vector<TokenId> waiting_;
};

}  // namespace

Edited with_tokens(const Image& image, std::span<const AddedToken> tokens) {
  Edited edited{spec_of(image), identity(image)};
  std::vector<AddedToken>& all = edited.spec.added_tokens;
  all.insert(all.end(), tokens.begin(), tokens.end());
  std::ranges::sort(all, {}, &AddedToken::id);
  return edited;
}

Edited with_only(const Image& image, std::vector<bool> keep) {
  keep.resize(image.size());
  Closure(image, keep).close();
  Edited edited{spec_of(image), std::vector<TokenId>(image.size(), kNoToken)};
  TokenizerSpec& spec = edited.spec;
  std::vector<Entry> entries;
  std::vector<double> scores;
  TokenId next = 0;
  for (TokenId id = 0; id < keep.size(); ++id) {
    if (!keep[id] || !image.contains(id)) continue;
    edited.new_ids[id] = next++;
    const bool is_entry = id < spec.entries.size() && spec.entries[id].kind != Entry::Kind::absent;
    entries.push_back(is_entry ? spec.entries[id] : Entry{});
    if (id < spec.scores.size()) scores.push_back(spec.scores[id]);
  }
  while (!entries.empty() && entries.back().kind == Entry::Kind::absent) entries.pop_back();
  spec.entries = std::move(entries);
  spec.scores = std::move(scores);
  const auto renumber = [&](TokenId& id) { id = edited.new_ids[id]; };
  std::erase_if(spec.merges,
                [&](const Merge& m) { return !keep[m.left] || !keep[m.right] || !keep[m.result]; });
  for (Merge& merge : spec.merges) {
    for (TokenId* id : {&merge.left, &merge.right, &merge.result}) renumber(*id);
  }
  for_each_id(static_cast<Pipeline&>(spec), renumber);
  return edited;
}

namespace {

void expect_same(bool same, const char* what, const Image& image, const Image& other) {
  if (same) return;
  throw Error(ErrorCode::unsupported,
              fmt::format("{} cannot be extended with {}: {}", image.name(), other.name(), what),
              std::string(other.name()));
}

void expect_same_kind(const Image& image, const Image& other) {
  const Pipeline &a = image.pipeline(), &b = other.pipeline();
  expect_same(a.model == b.model, "their models are of two kinds", image, other);
  expect_same(a.characters == b.characters && a.names_use_byte_alphabet == b.names_use_byte_alphabet,
              "the entries of one are bytes, those of the other characters", image, other);
  expect_same(a.merges_by_rank == b.merges_by_rank, "one lists its merges, the other ranks its entries",
              image, other);
  expect_same(image.scores().empty() == other.scores().empty(), "only one of them has scores", image, other);
  expect_same(a.subword_prefix == b.subword_prefix && a.word_suffix == b.word_suffix,
              "they mark parts of words in different ways", image, other);
}

}  // namespace

Edited with_entries_of(const Image& image, const Image& other) {
  expect_same_kind(image, other);
  Edited edited{spec_of(image), identity(image)};
  TokenizerSpec& spec = edited.spec;
  const TokenizerSpec from = spec_of(other);
  std::unordered_map<std::string_view, TokenId> known;
  for (TokenId id = 0; id < spec.entries.size(); ++id) {
    if (spec.entries[id].kind != Entry::Kind::absent) known.emplace(spec.entries[id].bytes, id);
  }
  spec.entries.resize(image.size());
  if (!spec.scores.empty()) spec.scores.resize(image.size());
  std::string& pool = spec.pools.emplace_back();
  pool.reserve(from.pools[0].size());  // views into it stay
  std::vector<TokenId> ids(from.entries.size(), kNoToken);
  for (TokenId id = 0; id < from.entries.size(); ++id) {
    const Entry& entry = from.entries[id];
    if (entry.kind == Entry::Kind::absent || entry.kind == Entry::Kind::literal) continue;
    if (const auto place = known.find(entry.bytes); place != known.end()) {
      ids[id] = place->second;
      continue;
    }
    ids[id] = static_cast<TokenId>(spec.entries.size());
    const std::size_t begin = pool.size();
    pool += entry.bytes;
    spec.entries.push_back({entry.kind, std::string_view(pool).substr(begin)});
    known.emplace(spec.entries.back().bytes, ids[id]);
    if (!spec.scores.empty()) spec.scores.push_back(from.scores[id]);
  }
  std::set<std::pair<TokenId, TokenId>> merged;
  for (const Merge& m : spec.merges) merged.emplace(m.left, m.right);
  for (const Merge& m : from.merges) {
    const Merge merge{ids[m.left], ids[m.right], ids[m.result]};
    if (merged.emplace(merge.left, merge.right).second) spec.merges.push_back(merge);
  }
  return edited;
}

}  // namespace polyglyph::vocab
