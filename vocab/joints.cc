// Where a cut is exact. Merging only ever makes entries, so a merge across the border of two characters makes
// an entry that has the two side by side. If there is none, nothing happens across that border, and what
// happens on either side of it does not depend on the other: the same merges, in the same order. That takes
// more than merging for granted, so it holds only where
//
// - a character without an entry becomes its own bytes: a run of unknown characters that becomes a single
//   token could be cut in two;
// - a piece that is an entry is not taken for it before any merging: its parts would be, too;
// - the tokens that stand in for such a character are merged with nothing;
// - symbols are spelled the same at the ends of a piece as inside it;
// - no entry is taken apart again in the way it was last thought of anywhere in the piece.
#include "vocab/joints.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "unicode/utf8.h"

namespace polyglyph::vocab {
namespace {

bool cuts_are_exact(const TokenizerSpec& spec) {
  const auto missing = [](TokenId id) { return id == kNoToken; };
  const bool bytes_stand_in =
      spec.byte_tokens.size() == 256 && std::ranges::none_of(spec.byte_tokens, missing);
  const std::set<TokenId> stand_in(spec.byte_tokens.begin(), spec.byte_tokens.end());
  const auto merges_stand_in = [&](const Merge& m) {
    return stand_in.contains(m.left) || stand_in.contains(m.right);
  };
  const auto unused = [](const Entry& entry) { return entry.kind == Entry::Kind::unused; };
  return spec.model == ModelKind::bpe && spec.characters && !spec.ignore_merges && bytes_stand_in &&
         spec.subword_prefix.empty() && spec.word_suffix.empty() &&
         std::ranges::none_of(spec.merges, merges_stand_in) && std::ranges::none_of(spec.entries, unused);
}

// A table of `words` words: each of its bits stands for as many neighbours in `bits`, and is set if one is.
std::vector<std::uint64_t> fold(const std::vector<std::uint64_t>& bits, std::size_t words) {
  std::vector<std::uint64_t> folded(words);
  const int shift = std::countr_zero(bits.size() / words);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    for (std::uint64_t left = bits[i]; left != 0; left &= left - 1) {
      const std::size_t bit = (i * 64 + static_cast<std::size_t>(std::countr_zero(left))) >> shift;
      folded[bit >> 6] |= std::uint64_t{1} << (bit & 63);
    }
  }
  return folded;
}

}  // namespace

// The size of the table follows from how many joints there are, which is known when all entries have been
// read. A joint's place is given by the upper bits of its hash, so they are gathered in a table that is large
// enough for any vocabulary, and that is then folded: neighbouring bits become one.
std::vector<std::uint64_t> make_joints(const TokenizerSpec& spec) {
  if (!cuts_are_exact(spec)) return {};
  constexpr int kWidestShift = 64 - 22;
  std::vector<std::uint64_t> bits(std::size_t{1} << (64 - kWidestShift - 6));
  for (const Entry& entry : spec.entries) {
    if (entry.kind != Entry::Kind::bytes && entry.kind != Entry::Kind::user_defined) continue;
    const char* p = entry.bytes.data();
    const char* const end = p + entry.bytes.size();
    for (char32_t last = 0; p != end;) {
      const unicode::Decoded c = unicode::decode(p, end);
      if (p != entry.bytes.data()) {
        const std::uint64_t bit = Joints::hash(last, c.code_point) >> kWidestShift;
        bits[bit >> 6] |= std::uint64_t{1} << (bit & 63);
      }
      last = c.code_point;
      p += c.size;
    }
  }
  std::size_t joints = 0;
  for (const std::uint64_t word : bits) joints += static_cast<std::size_t>(std::popcount(word));
  constexpr std::size_t kBitsPerJoint = 8;  // one pair in eight or fewer is taken for a joint in error
  const std::size_t words = std::bit_ceil(joints * kBitsPerJoint / 64 + 1);
  return words < bits.size() ? fold(bits, words) : bits;
}

}  // namespace polyglyph::vocab
