// Vocabulary surgery: a spec with tokens added, taken out or taken over from another. Plain data in and out;
// what each promises about ids is said in include/polyglyph/surgery.h.
#pragma once

#include <span>
#include <vector>

#include "polyglyph/vocab.h"
#include "vocab/image.h"
#include "vocab/spec.h"

namespace polyglyph::vocab {

struct Edited {
  TokenizerSpec spec;
  std::vector<TokenId> new_ids;  // by old id; kNoToken for what is gone or never was
};

// With added tokens whose ids are decided: those of entries, or behind all others.
Edited with_tokens(const Image& image, std::span<const AddedToken> tokens);

// With nothing but the entries in `keep`, by id, and what those and the pipeline need.
Edited with_only(const Image& image, std::vector<bool> keep);

// With the entries and merges of `other` that `image` lacks, behind its own. Throws Error(unsupported) where
// the two are made of different things.
Edited with_entries_of(const Image& image, const Image& other);

}  // namespace polyglyph::vocab
