// The cache may forget, but what it gives back is what was put in, for that very piece: words and long
// pieces, few and many ids, through every growth of the table and until the log has gone round.
#include "tokenizer/piece_cache.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

namespace polyglyph::tokenizer {
namespace {

struct Known {
  std::string piece;
  std::vector<TokenId> ids;
};

PieceCache::Key key_of(const Known& known) {
  return PieceCache::key_of(known.piece, known.piece.data() + known.piece.size());
}

// What find() and the entry say, empty if the piece is not there.
std::vector<TokenId> ids_of(const PieceCache& cache, const Known& known) {
  const PieceCache::Entry* entry = cache.find(key_of(known));
  if (entry == nullptr) return {};
  if (const std::size_t count = entry->count(); count != 0) {
    TokenId ids[PieceCache::Entry::kInline];
    entry->copy_to(ids);
    return {ids, ids + count};
  }
  const auto logged = cache.logged(*entry, known.piece);
  return {logged.begin(), logged.end()};
}

Known make_known(std::mt19937& random, std::size_t size) {
  Known known;
  for (std::size_t i = 0; i < size; ++i) known.piece += static_cast<char>(random() & 0xFF);
  known.ids.resize(1 + random() % size);
  for (TokenId& id : known.ids) id = random() & 0xFFFFFF;
  return known;
}

TEST_CASE("a piece comes back with its ids or not at all") {
  PieceCache cache;
  std::mt19937 random(5);
  std::vector<Known> all;
  for (int i = 0; i < 300'000; ++i) {
    const bool word = random() % 2 != 0;
    all.push_back(make_known(random, 1 + random() % (word ? 15 : PieceCache::kMaxPiece)));
    cache.insert(key_of(all.back()), all.back().piece, all.back().ids);
    REQUIRE(ids_of(cache, all.back()) == all.back().ids);
  }
  std::size_t kept = 0, wrong = 0;
  for (auto known = all.rbegin(); known != all.rend(); ++known) {
    const std::vector<TokenId> ids = ids_of(cache, *known);
    kept += !ids.empty();
    wrong += !ids.empty() && ids != known->ids &&
             known->piece.size() > 3;  // short ones were put in more than once
  }
  CHECK(wrong == 0);
  CHECK(kept > all.size() / 3);
  CHECK(kept < all.size());  // the log went round
}

TEST_CASE("a word's key reads what is beyond the word, and leaves it out") {
  const std::string text = "abcdefghijklmnopqrstuvwxyz";
  for (std::size_t size = 1; size <= 15; ++size) {
    const std::string alone = text.substr(0, size);
    const PieceCache::Key inside = PieceCache::key_of({text.data(), size}, text.data() + text.size());
    CHECK(inside == PieceCache::key_of(alone, alone.data() + alone.size()));
    const std::string longer = alone + '\0';
    CHECK_FALSE(inside == PieceCache::key_of(longer, longer.data() + longer.size()));
  }
}

TEST_CASE("words stay while there is room for all of them") {
  PieceCache cache;
  std::vector<Known> all;
  for (TokenId i = 0; i < 100'000; ++i) {
    all.push_back({std::to_string(i * 7919), {i + 1}});
    cache.insert(key_of(all.back()), all.back().piece, all.back().ids);
  }
  const auto gone =
      std::count_if(all.begin(), all.end(), [&](const Known& k) { return ids_of(cache, k) != k.ids; });
  CHECK(gone < 2000);  // of a hundred, one or two find all their places taken
}

}  // namespace
}  // namespace polyglyph::tokenizer
