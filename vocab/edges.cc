// A token at an edge can merge across it with any partner until the edge's next token is made; the last one
// with any at all. So the partners of an edge are gathered along the derivation, from the parts to the whole.
#include "vocab/edges.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>

namespace polyglyph::vocab {
namespace {

// The merges of each token with others on one of its sides, in the order of ranks, with the classes of all
// those others up to and with each of them.
class Partners {
 public:
  Partners(std::size_t tokens, const std::vector<RankedMerge>& merges, bool on_the_right)
      : begins_(tokens + 2) {
    const auto self = [&](const RankedMerge& m) { return on_the_right ? m.left : m.right; };
    for (const RankedMerge& m : merges) ++begins_[self(m) + 2];
    std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
    entries_.resize(merges.size());
    for (const RankedMerge& m : merges) {
      const std::size_t at = begins_[self(m) + 1]++;
      entries_[at].rank = m.rank;
      if (at > begins_[self(m)]) entries_[at].classes = entries_[at - 1].classes;
      entries_[at].classes.add(on_the_right ? m.right : m.left);
    }
  }

  // Of those that merge with `token` at a rank below `limit`.
  Classes below(TokenId token, std::uint32_t limit) const {
    const auto begin = entries_.begin() + begins_[token], end = entries_.begin() + begins_[token + 1];
    const auto after =
        std::lower_bound(begin, end, limit, [](const Entry& e, std::uint32_t l) { return e.rank < l; });
    return after == begin ? Classes{} : (after - 1)->classes;
  }

 private:
  struct Entry {
    std::uint32_t rank;
    Classes classes;
  };
  std::vector<std::uint32_t> begins_;
  std::vector<Entry> entries_;
};

}  // namespace

std::vector<Edges> describe_edges(const std::vector<RankedMerge>& merges,
                                  const std::vector<Derivation>& derivations,
                                  const std::vector<std::uint8_t>& kinds) {
  const Partners before(kinds.size(), merges, false), after(kinds.size(), merges, true);
  constexpr std::uint32_t kNever = std::numeric_limits<std::uint32_t>::max();
  std::vector<Edges> edges(kinds.size());
  std::vector<Classes> inner_begin(edges.size()),
      inner_end(edges.size());  // partners of all but the last token
  const auto describe = [&](TokenId id) {
    const Derivation& d = derivations[id];
    if (d.rank != 0) {
      edges[id].begin.own = edges[d.left].begin.own;
      edges[id].end.own = edges[d.right].end.own;
      inner_begin[id] = inner_begin[d.left];
      inner_begin[id].add(before.below(d.left, d.rank + 1));  // of equal ranks the leftmost comes first
      inner_end[id] = inner_end[d.right];
      inner_end[id].add(after.below(d.right, d.rank));
    }
    edges[id].begin.own.add(id);
    edges[id].end.own.add(id);
    edges[id].begin.partners = before.below(id, kNever);
    edges[id].begin.partners.add(inner_begin[id]);
    edges[id].end.partners = after.below(id, kNever);
    edges[id].end.partners.add(inner_end[id]);
  };
  const auto reachable = [&](TokenId id) { return (kinds[id] & ImageParts::reachable) != 0; };
  for (TokenId id = 0; id < edges.size(); ++id) {
    if (reachable(id) && derivations[id].rank == 0) describe(id);
  }
  for (const RankedMerge& m : merges) {  // parts before what is made of them
    if (reachable(m.result) && derivations[m.result].rank == m.rank) describe(m.result);
  }
  return edges;
}

}  // namespace polyglyph::vocab
