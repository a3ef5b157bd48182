// Begin with the single bytes or characters; for those without an entry something stands in, or nothing. Find
// the neighbours that merge earliest, the leftmost of equals; merge them; repeat until none merge. Quadratic,
// and nothing to get wrong.
#include "tests/reference/bpe.h"

#include <algorithm>

namespace polyglyph::reference {
namespace {

using vocab::Entry;
using vocab::kNoToken;

// Of well-formed text.
std::size_t first_size(std::string_view text, bool characters) {
  std::size_t size = 1;
  while (characters && size < text.size() && (text[size] & 0xC0) == 0x80) ++size;
  return size;
}

}  // namespace

Bpe::Bpe(const vocab::TokenizerSpec& spec)
    : spec_(spec), late_(spec.characters && spec.reference != vocab::Reference::hugging_face) {
  for (TokenId id = 0; id < spec.entries.size(); ++id) {
    const Entry::Kind kind = spec.entries[id].kind;
    if (kind != Entry::Kind::absent && kind != Entry::Kind::literal)
      entries_.emplace(spec.entries[id].bytes, id);
    if (kind == Entry::Kind::user_defined) user_defined_.push_back(spec.entries[id].bytes);
  }
  for (std::size_t i = 0; i < spec.merges.size(); ++i) {
    const vocab::Merge& m = spec.merges[i];
    merges_[{m.left, m.right}] = {-static_cast<double>(i), m.result};
  }
}

// An unknown token is held back until the next one or the next symbol that is known, as in the reference.
void Bpe::add_unknown(std::string_view spelled, std::vector<Symbol>& out, bool& waiting) const {
  std::vector<Symbol> bytes;
  for (const char byte : spelled) {
    const auto at = static_cast<unsigned char>(byte);
    bytes.push_back({"", spec_.byte_tokens.empty() ? kNoToken : spec_.byte_tokens[at]});
  }
  if (std::ranges::none_of(bytes, [](const Symbol& s) { return s.id == kNoToken; })) {
    out.insert(out.end(), bytes.begin(), bytes.end());
  } else if (spec_.unknown != kNoToken) {
    if (waiting && !spec_.fuse_unknown) out.push_back({"", spec_.unknown});
    waiting = true;
  }
}

std::vector<Bpe::Symbol> Bpe::symbols(std::string_view piece) const {
  std::vector<Symbol> out;
  bool waiting = false;
  for (std::size_t i = 0, size; i < piece.size(); i += size) {
    size = 0;
    for (const std::string_view text : user_defined_) {
      if (piece.substr(i).starts_with(text)) size = std::max(size, text.size());
    }
    if (size == 0) size = first_size(piece.substr(i), spec_.characters);
    const std::string text(piece.substr(i, size));
    const std::string spelled =
        (i == 0 ? "" : spec_.subword_prefix) + text + (i + size == piece.size() ? spec_.word_suffix : "");
    if (const auto entry = entries_.find(spelled); entry != entries_.end()) {
      if (waiting) out.push_back({"", spec_.unknown});
      waiting = false;
      out.push_back({text, entry->second});
    } else if (late_) {
      out.push_back({text, kNoToken});
    } else {
      add_unknown(spelled, out, waiting);
    }
  }
  if (waiting) out.push_back({"", spec_.unknown});
  return out;
}

bool Bpe::merge(const Symbol& left, const Symbol& right, Merged& merged) const {
  if (!spec_.merges_by_rank) {
    const auto pair = merges_.find({left.id, right.id});
    if (pair == merges_.end()) return false;
    merged = pair->second;
    return true;
  }
  const auto frozen = [&](TokenId id) {
    return id != kNoToken && spec_.entries[id].kind == Entry::Kind::user_defined;
  };
  const auto entry = entries_.find(left.text + right.text);
  if (frozen(left.id) || frozen(right.id) || entry == entries_.end()) return false;
  const TokenId id = entry->second;
  merged = {spec_.scores.empty() ? -static_cast<double>(id) : spec_.scores[id], id};
  return true;
}

void Bpe::take_apart(const Symbol& symbol, const Parts& parts, std::vector<Symbol>& out) const {
  const auto found = parts.find(symbol.text);
  const bool unused = symbol.id != kNoToken && spec_.entries[symbol.id].kind == Entry::Kind::unused;
  if (!unused || found == parts.end()) {
    const bool unknown = unused && spec_.reference == vocab::Reference::sentencepiece;
    out.push_back({symbol.text, unknown ? kNoToken : symbol.id});
    return;
  }
  take_apart(found->second.first, parts, out);
  take_apart(found->second.second, parts, out);
}

std::vector<TokenId> Bpe::encode(std::string_view piece) const {
  if (const auto whole = entries_.find(piece); spec_.ignore_merges && whole != entries_.end()) {
    return {whole->second};
  }
  std::vector<Symbol> all = symbols(piece);
  Parts parts;  // of each entry, the two symbols it would have been merged from most recently
  Merged merged;
  const auto consider = [&](std::size_t i) {
    if (i + 1 < all.size() && merge(all[i], all[i + 1], merged))
      parts[all[i].text + all[i + 1].text] = {all[i], all[i + 1]};
  };
  for (std::size_t i = 0; i < all.size(); ++i) consider(i);
  while (true) {
    std::size_t best = all.size();
    Merged best_merge{};
    for (std::size_t i = 0; i + 1 < all.size(); ++i) {
      if (!merge(all[i], all[i + 1], merged)) continue;
      if (best != all.size() && merged.preference <= best_merge.preference) continue;
      best = i;
      best_merge = merged;
    }
    if (best == all.size()) break;
    all[best] = {all[best].text + all[best + 1].text, best_merge.result};
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    if (best > 0) consider(best - 1);
    consider(best);
  }
  std::vector<Symbol> apart;
  for (const Symbol& symbol : all) take_apart(symbol, parts, apart);
  return ids(apart);
}

std::vector<TokenId> Bpe::ids(const std::vector<Symbol>& symbols) const {
  std::vector<Symbol> out;
  bool waiting = false;
  for (const Symbol& symbol : symbols) {
    if (symbol.id == kNoToken) {
      add_unknown(symbol.text, out, waiting);
      continue;
    }
    if (waiting) out.push_back({"", spec_.unknown});
    waiting = false;
    out.push_back(symbol);
  }
  if (waiting) out.push_back({"", spec_.unknown});
  std::vector<TokenId> ids;
  for (const Symbol& symbol : out) ids.push_back(symbol.id);
  return ids;
}

}  // namespace polyglyph::reference
