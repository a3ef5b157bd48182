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
#include <unordered_set>

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

}  // namespace

std::vector<std::uint64_t> make_joints(const TokenizerSpec& spec) {
  if (!cuts_are_exact(spec)) return {};
  std::unordered_set<std::uint64_t> joints;
  for (const Entry& entry : spec.entries) {
    if (entry.kind != Entry::Kind::bytes && entry.kind != Entry::Kind::user_defined) continue;
    const char* p = entry.bytes.data();
    const char* const end = p + entry.bytes.size();
    for (char32_t last = 0; p != end;) {
      const unicode::Decoded c = unicode::decode(p, end);
      if (p != entry.bytes.data()) joints.insert(Joints::hash(last, c.code_point));
      last = c.code_point;
      p += c.size;
    }
  }
  constexpr std::size_t kBitsPerJoint = 8;  // one pair in eight or fewer is taken for a joint in error
  std::vector<std::uint64_t> bits(std::bit_ceil(joints.size() * kBitsPerJoint / 64 + 1));
  const int shift = 64 - std::countr_zero(bits.size() * 64);
  for (const std::uint64_t hash : joints) {
    const std::uint64_t bit = hash >> shift;
    bits[bit >> 6] |= std::uint64_t{1} << (bit & 63);
  }
  return bits;
}

}  // namespace polyglyph::vocab
