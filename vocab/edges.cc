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

// One side of every token that is made, `Edges::begin` or `Edges::end`.
class SideDescriber {
 public:
  SideDescriber(bool begin, const std::vector<RankedMerge>& merges,
                const std::vector<Derivation>& derivations)
      : begin_(begin),
        derivations_(derivations),
        partners_(derivations.size(), merges, !begin),
        inner_(derivations.size()) {}

  // The parts of the token's derivation have been described.
  void describe(TokenId id, std::vector<Edges>& edges) {
    Edge Edges::*const side = begin_ ? &Edges::begin : &Edges::end;
    Edge& edge = edges[id].*side;
    const Derivation& d = derivations_[id];
    if (d.rank != 0) {
      const TokenId part = begin_ ? d.left : d.right;
      edge.own = (edges[part].*side).own;
      inner_[id] = inner_[part];
      // Of equal ranks the leftmost comes first.
      inner_[id].add(partners_.below(part, begin_ ? d.rank + 1 : d.rank));
    }
    edge.own.add(id);
    edge.partners = partners_.below(id, std::numeric_limits<std::uint32_t>::max());
    edge.partners.add(inner_[id]);
  }

 private:
  bool begin_;
  const std::vector<Derivation>& derivations_;
  Partners partners_;
  std::vector<Classes> inner_;  // partners of all but the last token
};

}  // namespace

std::vector<Edges> describe_edges(const std::vector<RankedMerge>& merges,
                                  const std::vector<Derivation>& derivations,
                                  const std::vector<std::uint8_t>& kinds) {
  std::vector<Edges> edges(kinds.size());
  const auto reachable = [&](TokenId id) { return (kinds[id] & ImageParts::reachable) != 0; };
  for (const bool begin : {true, false}) {  // one after the other: half the memory
    SideDescriber side(begin, merges, derivations);
    for (TokenId id = 0; id < edges.size(); ++id) {
      if (reachable(id) && derivations[id].rank == 0) side.describe(id, edges);
    }
    for (const RankedMerge& m : merges) {  // parts before what is made of them
      if (reachable(m.result) && derivations[m.result].rank == m.rank) side.describe(m.result, edges);
    }
  }
  return edges;
}

}  // namespace polyglyph::vocab
