// OffsetMap against an oracle that knows each byte: a list of the old bytes' places that each new byte stands
// for.
#include "unicode/offset_map.h"

#include <catch2/catch.hpp>
#include <numeric>
#include <random>
#include <vector>

namespace polyglyph::unicode {
namespace {

struct Edit {
  Span out;
  Span in;
};

OffsetMap map_of(const std::vector<Edit>& edits) {
  OffsetMap map;
  for (const Edit& edit : edits) map.add(edit.out, edit.in);
  return map;
}

TEST_CASE("an empty map changes nothing") {
  const OffsetMap map;
  CHECK(map.empty());
  CHECK(map.to_input({3, 7}) == Span{3, 7});
  CHECK(map.to_input({3, 3}) == Span{3, 3});
}

TEST_CASE("spans before, in, across and behind edits") {
  // aXXbYcd was a1b234cd: XX stands for 1, Y for 234.
  const OffsetMap map = map_of({{{1, 3}, {1, 2}}, {{4, 5}, {3, 6}}});
  const struct {
    Span out, in;
  } cases[] = {
      {{0, 1}, {0, 1}}, {{0, 2}, {0, 2}}, {{1, 2}, {1, 2}}, {{2, 3}, {1, 2}}, {{1, 3}, {1, 2}},
      {{2, 4}, {1, 3}}, {{3, 4}, {2, 3}}, {{3, 5}, {2, 6}}, {{4, 5}, {3, 6}}, {{4, 6}, {3, 7}},
      {{5, 7}, {6, 8}}, {{0, 7}, {0, 8}}, {{0, 0}, {0, 0}}, {{1, 1}, {1, 1}}, {{2, 2}, {1, 1}},
      {{3, 3}, {2, 2}}, {{5, 5}, {6, 6}}, {{7, 7}, {8, 8}},
  };
  for (const auto& [out, in] : cases) {
    CAPTURE(out.begin, out.end);
    CHECK(map.to_input(out) == in);
  }
}

TEST_CASE(
    "text that was removed belongs to no span that does not reach across it, inserted text to no old byte") {
  // ab was aXXb; abYYc was abc.
  const OffsetMap removed = map_of({{{1, 1}, {1, 3}}});
  CHECK(removed.to_input({0, 1}) == Span{0, 1});
  CHECK(removed.to_input({1, 2}) == Span{3, 4});
  CHECK(removed.to_input({0, 2}) == Span{0, 4});
  const OffsetMap inserted = map_of({{{2, 4}, {2, 2}}});
  CHECK(inserted.to_input({2, 4}) == Span{2, 2});
  CHECK(inserted.to_input({1, 3}) == Span{1, 2});
  CHECK(inserted.to_input({3, 5}) == Span{2, 3});
}

TEST_CASE("edits that touch stay apart") {
  const OffsetMap map = map_of({{{0, 1}, {0, 3}}, {{1, 2}, {3, 6}}});
  CHECK(map.to_input({0, 1}) == Span{0, 3});
  CHECK(map.to_input({1, 2}) == Span{3, 6});
}

// Random edits of a text of `size` bytes, each replacing at least a byte by at least a byte. `new_size`: of
// the result.
std::vector<Edit> random_edits(std::mt19937& random, std::size_t size, std::size_t& new_size) {
  const auto below = [&](unsigned limit) { return std::size_t(random() % limit); };
  std::vector<Edit> edits;
  std::size_t in = below(4);
  std::size_t out = in;
  while (in < size) {
    const std::size_t replaced = std::min(1 + below(4), size - in);
    const std::size_t with = 1 + below(4);
    edits.push_back({{out, out + with}, {in, in + replaced}});
    const std::size_t untouched = below(3);
    in += replaced + untouched;
    out += with + untouched;
  }
  new_size = out - in + size;
  if (in > size) new_size = edits.empty() ? size : edits.back().out.end + (size - edits.back().in.end);
  return edits;
}

// For each byte of the new text, the old bytes it stands for.
std::vector<Span> spans_by_byte(const std::vector<Edit>& edits, std::size_t new_size) {
  std::vector<Span> spans;
  std::size_t in = 0;
  for (const Edit& edit : edits) {
    for (; spans.size() < edit.out.begin; ++in) spans.push_back({in, in + 1});
    while (spans.size() < edit.out.end) spans.push_back(edit.in);
    in = edit.in.end;
  }
  for (; spans.size() < new_size; ++in) spans.push_back({in, in + 1});
  return spans;
}

TEST_CASE("random maps against the oracle") {
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    std::size_t size = 0;
    const auto edits = random_edits(random, random() % 24, size);
    const OffsetMap map = map_of(edits);
    const auto spans = spans_by_byte(edits, size);
    for (std::size_t begin = 0; begin < size; ++begin) {
      for (std::size_t end = begin + 1; end <= size; ++end) {
        REQUIRE(map.to_input({begin, end}) == Span{spans[begin].begin, spans[end - 1].end});
      }
    }
  }
}

// The oracle of a chain: bytes of the three texts that an edit, or the lack of one, connects belong together.
class Connected {
 public:
  explicit Connected(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0); }
  std::size_t find(std::size_t x) const {
    while (parent_[x] != x) x = parent_[x];
    return x;
  }
  void join(std::size_t a, std::size_t b) { parent_[find(a)] = find(b); }

 private:
  std::vector<std::size_t> parent_;
};

TEST_CASE("chained maps against the oracle") {
  std::mt19937 random(12);
  for (int round = 0; round < 3000; ++round) {
    const std::size_t old_size = random() % 24;
    std::size_t middle_size = 0;
    std::size_t new_size = 0;
    const auto first = random_edits(random, old_size, middle_size);
    const auto second = random_edits(random, middle_size, new_size);
    const OffsetMap chained = OffsetMap::chain(map_of(first), map_of(second));

    Connected bytes(old_size + middle_size + new_size);
    const auto connect = [&](const std::vector<Span>& spans, std::size_t new_base, std::size_t old_base) {
      for (std::size_t i = 0; i < spans.size(); ++i) {
        for (std::size_t j = spans[i].begin; j < spans[i].end; ++j) bytes.join(new_base + i, old_base + j);
      }
    };
    connect(spans_by_byte(first, middle_size), old_size, 0);
    connect(spans_by_byte(second, new_size), old_size + middle_size, old_size);
    for (std::size_t i = 0; i < new_size; ++i) {
      Span expected{old_size, 0};
      for (std::size_t j = 0; j < old_size; ++j) {
        if (bytes.find(j) != bytes.find(old_size + middle_size + i)) continue;
        expected.begin = std::min(expected.begin, j);
        expected.end = j + 1;
      }
      REQUIRE(chained.to_input({i, i + 1}) == expected);
    }
  }
}

TEST_CASE("removals and insertions in a chain") {
  // abcd -> ad -> aXd: what was put where something was taken away stays apart from it.
  const OffsetMap chained = OffsetMap::chain(map_of({{{1, 1}, {1, 3}}}), map_of({{{1, 2}, {1, 1}}}));
  CHECK(chained.to_input({0, 1}) == Span{0, 1});
  CHECK(chained.to_input({2, 3}) == Span{3, 4});
  CHECK(chained.to_input({0, 3}) == Span{0, 4});
  // abcd -> ad -> X: a change around the place takes it in.
  const OffsetMap around = OffsetMap::chain(map_of({{{1, 1}, {1, 3}}}), map_of({{{0, 1}, {0, 2}}}));
  CHECK(around.to_input({0, 1}) == Span{0, 4});
}

}  // namespace
}  // namespace polyglyph::unicode
