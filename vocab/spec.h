// TokenizerSpec: a tokenizer as plain data, the only thing that passes from a file format to the engine.
//
// A loader (vocab/formats/) fills one in and promises: the spec means exactly what the file means, or the
// loader threw. The builder (vocab/build.h) turns it into an image. Nothing above the loaders knows a file
// format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "polyglyph/types.h"
#include "polyglyph/vocab.h"
#include "unicode/normal_form.h"

namespace polyglyph::vocab {

// Ids are packed into 24 bits in the tables; the largest public vocabulary has about 2^18 entries.
inline constexpr TokenId kMaxTokenId = (1u << 24) - 2;
inline constexpr TokenId kNoToken = 0xFFFFFFFF;

// Whose ids are the right ones. It decides over the regular expression's dialect (Oniguruma or Rust's) and
// the pinned Unicode versions.
enum class Reference : std::uint8_t { hugging_face, tiktoken };

// What Split does with each match, by the names of tokenizer.json.
enum class SplitBehavior : std::uint8_t {
  removed,
  isolated,
  merged_with_previous,
  merged_with_next,
  contiguous,
};

// One step of a pretokenizer; steps run in order, each on the pieces of the one before.
struct SplitStep {
  enum class Kind : std::uint8_t {
    regex,              // `pattern` is a regular expression
    literal,            // `pattern` is the text itself
    digits,             // runs of \p{N}; each by itself when `individual`
    byte_level_prefix,  // ByteLevel's add_prefix_space: a space before each piece that does not begin with
                        // one
  };
  Kind kind = Kind::regex;
  std::string pattern;
  SplitBehavior behavior = SplitBehavior::isolated;
  bool invert = false;
  bool individual = false;
};

// Merging `left` and `right`, neighbours in a piece, gives `result`.
struct Merge {
  TokenId left;
  TokenId right;
  TokenId result;
};

// The entries of the model: id -> bytes. Ids may have gaps.
struct Entry {
  enum class Kind : std::uint8_t {
    absent,
    bytes,    // `bytes` is what the token stands for in text
    literal,  // outside the byte alphabet (byte-level tokenizer.json): `bytes` is its name; no text reaches
              // it
  };
  Kind kind = Kind::absent;
  std::string_view bytes;
};

struct TokenizerSpec {
  std::string name;    // the file's name, or the built-in's
  std::string format;  // "tokenizer.json", "tiktoken"
  Reference reference = Reference::hugging_face;

  std::vector<unicode::NormalForm> normalizers;  // in order
  std::vector<SplitStep> splits;

  // Model: byte-level BPE.
  std::vector<std::string> pools;        // storage behind the views in `entries`
  std::vector<Entry> entries;            // index is the id
  bool names_use_byte_alphabet = false;  // token names are spelled with GPT-2's 256 printable characters

  // tokenizer.json: only the listed pairs merge, earlier ones first. .tiktoken (merges_by_rank): any two
  // neighbours whose joined bytes are an entry, lower ids first; `merges` is then empty.
  std::vector<Merge> merges;
  bool merges_by_rank = false;
  bool ignore_merges = false;  // a whole piece that is an entry is that entry, merges or not
  TokenId unknown =
      kNoToken;  // for bytes that have no entry; kNoToken: they are left out, as the reference does
  bool fuse_unknown = false;  // neighbouring unknown bytes become one id

  std::vector<AddedToken> added_tokens;  // ascending ids; `control` decided

  std::vector<TokenId> prefix, suffix;   // what add_special_tokens puts around one text
  bool trim_offsets = false;             // spans leave out whitespace at the token's ends
  bool trim_keeps_prefix_space = false;  // ... except one leading space (ByteLevel's add_prefix_space)
};

}  // namespace polyglyph::vocab
