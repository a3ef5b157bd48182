// An image holds all that its spec said: the entries are in its pool, and the pairs that merge are in a table
// with the places that they had in the list. Of a pair that a file lists twice the table has the place that
// counts; the ranks of the others then have gaps, which say no more than their order does, and are closed.
#include "vocab/spec_of.h"

#include <algorithm>

#include "polyglyph/error.h"

namespace polyglyph::vocab {
namespace {

Entry::Kind kind_of(const Image& image, TokenId id) {
  if (image.is_literal(id)) return Entry::Kind::literal;
  if (!image.is_entry(id)) return Entry::Kind::absent;
  if (image.is_user_defined(id)) return Entry::Kind::user_defined;
  return image.is_unused(id) ? Entry::Kind::unused : Entry::Kind::bytes;
}

std::vector<Merge> listed_merges(const Image& image) {
  std::vector<Pair> pairs;
  for (const Pair& pair : image.pairs()) {
    if (pair.rank != 0) pairs.push_back(pair);
  }
  std::ranges::sort(pairs, {}, &Pair::rank);
  std::vector<Merge> merges;
  merges.reserve(pairs.size());
  for (const Pair& pair : pairs) {
    if (!image.contains(pair.left) || !image.contains(pair.right) || !image.contains(pair.result)) {
      throw Error(ErrorCode::malformed,
                  "the image is damaged: a merge names an id that does not exist; make it again",
                  std::string(image.name()));
    }
    merges.push_back({pair.left, pair.right, pair.result});
  }
  return merges;
}

}  // namespace

TokenizerSpec spec_of(const Image& image) {
  TokenizerSpec spec;
  static_cast<Pipeline&>(spec) = image.pipeline();
  spec.name = image.name();
  std::string& pool = spec.pools.emplace_back();
  std::vector<std::size_t> ends;
  std::size_t entries = 0;  // one more than the last one's id: behind it there are added tokens alone
  for (TokenId id = 0; id < image.size(); ++id) {
    if (kind_of(image, id) != Entry::Kind::absent) {
      pool += image.token(id);
      entries = id + std::size_t{1};
    }
    ends.push_back(pool.size());
  }
  spec.entries.reserve(entries);
  for (TokenId id = 0; id < entries; ++id) {
    const std::size_t begin = id == 0 ? 0 : ends[id - 1];
    spec.entries.push_back({kind_of(image, id), std::string_view(pool).substr(begin, ends[id] - begin)});
  }
  if (!spec.merges_by_rank) spec.merges = listed_merges(image);
  spec.scores.assign(image.scores().begin(), image.scores().end());
  return spec;
}

}  // namespace polyglyph::vocab
