// How large an id may be. Tables are indexed by id, so an id costs memory whether or not those below it
// exist: a file of fifty bytes must not be able to ask for gigabytes.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "polyglyph/error.h"
#include "vocab/spec.h"

namespace polyglyph::vocab {

// The largest id that a file of this many bytes may use. Gaps are common, but small (the largest in any
// public vocabulary is under two thousand); the spelling of an entry takes eight bytes or more.
inline TokenId max_id_for(std::size_t file_size) {
  return static_cast<TokenId>(std::min<std::size_t>(kMaxTokenId, (std::size_t{1} << 20) + file_size / 16));
}

// The most entries: each takes about eighty bytes of tables while it is read. Half a million in any file.
inline std::size_t max_entries_for(std::size_t file_size) {
  return (std::size_t{1} << 19) + file_size / 80;
}

// Throws Error(limit). `where` is a function that names the place, called only then.
template <typename Where>
TokenId checked_id(std::uint64_t id, TokenId max_id, const Where& where) {
  if (id <= max_id) return static_cast<TokenId>(id);
  if (id > kMaxTokenId) {
    throw Error(
        ErrorCode::limit,
        fmt::format("the id {} is above {}, the largest that polyglyph supports; is the file damaged?", id,
                    kMaxTokenId),
        where());
  }
  throw Error(
      ErrorCode::limit,
      fmt::format(
          "the id {} is too large for a file of this size, which may use ids up to {}; is it damaged?", id,
          max_id),
      where());
}

}  // namespace polyglyph::vocab
