// Vocabulary surgery: a tokenizer with tokens added, taken out or taken over from another, and where each old
// id went, for the rows of the model's embedding matrix.
//
//   auto [smaller, new_ids] = polyglyph::prune(tokenizer, ids_that_the_corpus_uses);
//   smaller.save("smaller.pgv");
//   // row i of the old matrix becomes row new_ids[i] of the new one, or goes where that is -1
//
// The tokenizer given stays as it is.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "polyglyph/tokenizer.h"
#include "polyglyph/types.h"
#include "polyglyph/vocab.h"

namespace polyglyph {

struct Surgery {
  Tokenizer tokenizer;
  std::vector<std::int64_t> new_ids;  // by old id, as many as the old vocabulary's size; -1 for what is gone
};

// With further added tokens, each found in text before anything is split. Their ids are chosen: of one that
// the vocabulary has as an ordinary entry that entry's, else the next free ones, in order (AddedToken::id is
// not read, nor is AddedToken::control, which follows from the rest). Ids of other tokens do not change.
// Throws Error(invalid_argument) for a content that is empty or an added token already.
Surgery add_tokens(const Tokenizer& tokenizer, std::span<const AddedToken> tokens);

// With nothing but the tokens of `keep`, and what has to stay: added tokens, what stands in for unknown text,
// in byte-level vocabularies all bytes, and in BPE the tokens that kept ones are merged from. Ids are closed
// up, in the old order. Text that was encoded to kept tokens alone is encoded to the same tokens as before.
// Throws Error(unknown_id).
Surgery prune(const Tokenizer& tokenizer, std::span<const TokenId> keep);

// With the entries and merges of `other` that it lacks, behind its own: its own merges go first. Added tokens
// of `other` are not taken over. Ids of old tokens do not change, but text may be encoded to new tokens.
// Throws Error(unsupported) where the two are made of different things.
Surgery extend(const Tokenizer& tokenizer, const Tokenizer& other);

// An entry that no text is ever encoded to, and why, in words.
struct UnreachableToken {
  TokenId id;
  std::string reason;
};
std::vector<UnreachableToken> unreachable_tokens(const Tokenizer& tokenizer);

}  // namespace polyglyph
