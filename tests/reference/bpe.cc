// Begin with the single bytes; those without an entry become the unknown token, or are left out. Find the
// neighbours that merge earliest, the leftmost of equals; merge them; repeat until none merge. Quadratic, and
// nothing to get wrong.
#include "tests/reference/bpe.h"

namespace polyglyph::reference {

Bpe::Bpe(const vocab::TokenizerSpec& spec)
    : by_rank_(spec.merges_by_rank),
      whole_piece_first_(spec.ignore_merges),
      fuse_unknown_(spec.fuse_unknown) {
  const auto bytes = [&](TokenId id) { return std::string(spec.entries[id].bytes); };
  for (TokenId id = 0; id < spec.entries.size(); ++id) {
    if (spec.entries[id].kind == vocab::Entry::Kind::bytes) entries_.emplace(bytes(id), id);
  }
  if (spec.unknown != vocab::kNoToken) unknown_ = bytes(spec.unknown);
  for (std::size_t i = 0; i < spec.merges.size(); ++i) {
    ranks_.emplace(std::pair(bytes(spec.merges[i].left), bytes(spec.merges[i].right)), i);
  }
}

std::vector<TokenId> Bpe::encode(std::string_view piece) const {
  if (const auto whole = entries_.find(piece); whole_piece_first_ && whole != entries_.end()) {
    return {whole->second};
  }
  std::vector<std::string> parts;
  bool after_unknown = false;
  for (const char byte : piece) {
    const bool known = entries_.contains(std::string(1, byte));
    if (known) {
      parts.emplace_back(1, byte);
    } else if (unknown_ && !(fuse_unknown_ && after_unknown)) {
      parts.push_back(*unknown_);
    }
    after_unknown = !known;
  }
  while (true) {
    std::size_t best = parts.size(), best_rank = static_cast<std::size_t>(-1);
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      std::size_t rank = static_cast<std::size_t>(-1);
      if (by_rank_) {
        if (const auto entry = entries_.find(parts[i] + parts[i + 1]); entry != entries_.end())
          rank = entry->second;
      } else if (const auto pair = ranks_.find({parts[i], parts[i + 1]}); pair != ranks_.end()) {
        rank = pair->second;
      }
      if (rank < best_rank) best = i, best_rank = rank;
    }
    if (best == parts.size()) break;
    parts[best] += parts[best + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
  std::vector<TokenId> ids;
  for (const std::string& part : parts) ids.push_back(entries_.at(part));
  return ids;
}

}  // namespace polyglyph::reference
