// TokenizerSpec: a tokenizer as plain data, the only thing that passes from a file format to the engine.
//
// A loader (vocab/formats/) fills one in and promises: the spec means exactly what the file means, or the
// loader threw. The builder (vocab/build.h) turns it into an image. Nothing above the loaders knows a file
// format.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "polyglyph/settings.h"
#include "polyglyph/types.h"
#include "polyglyph/vocab.h"
#include "unicode/normal_step.h"

namespace polyglyph::vocab {

// Ids are packed into 24 bits in the tables; the largest public vocabulary has about 2^18 entries.
inline constexpr TokenId kMaxTokenId = (1u << 24) - 2;
inline constexpr TokenId kNoToken = 0xFFFFFFFF;

// Whose ids are the right ones. It decides over the regular expression's dialect (Oniguruma or Rust's), the
// pinned Unicode versions, and what the models do where libraries differ: ties, unknown characters, the width
// of a score.
enum class Reference : std::uint8_t { hugging_face, tiktoken, sentencepiece, llama_cpp };

// What Split does with each match, by the names of tokenizer.json.
enum class SplitBehavior : std::uint8_t {
  removed,
  isolated,
  merged_with_previous,
  merged_with_next,
  contiguous,
};

// Where Metaspace puts its mark in front.
enum class PrependScheme : std::uint8_t {
  always,  // before every piece
  never,
  first,  // before the piece that the whole text begins with
};

// One step of a pretokenizer; steps run in order, each on the pieces of the one before.
struct SplitStep {
  enum class Kind : std::uint8_t {
    regex,              // `pattern` is a regular expression
    literal,            // `pattern` is the text itself
    digits,             // runs of \p{N}; each by itself when `individual`
    byte_level_prefix,  // ByteLevel's add_prefix_space: a space before each piece that does not begin with
                        // one
    byte_alphabet,      // spells each piece's bytes in GPT-2's alphabet, for what comes after
    bert,               // at white space, which is dropped, and around each punctuation character
    metaspace,   // spaces become `pattern` (▁), put in front by `prepend`, split before each if `split`
    whitespace,  // \w+|[^\w\s]+
    whitespace_split,  // at white space, which is dropped
    punctuation,       // at punctuation, by `behavior`
    char_delimiter,    // at the character `pattern`, which is dropped
    unicode_scripts,   // where the script changes
    fixed_length,      // every `length` characters
    prefix,            // `pattern` in front of each piece
  };
  Kind kind = Kind::regex;
  std::string pattern;
  SplitBehavior behavior = SplitBehavior::isolated;
  bool invert = false;
  bool individual = false;
  bool split = false;
  PrependScheme prepend = PrependScheme::never;
  std::uint32_t length = 0;
};

enum class ModelKind : std::uint8_t { bpe, unigram, wordpiece, wordlevel };

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
    bytes,    // `bytes` is what the token stands for in a piece
    literal,  // no piece ever reaches it (names outside the byte alphabet, control pieces): `bytes` is its
              // name
    user_defined,  // SentencePiece: found before any merging, and never merged
    unused,        // SentencePiece: a step on the way to longer pieces, taken apart again in the end
  };
  Kind kind = Kind::absent;
  std::string_view bytes;
};

// One step of a decoder; steps run in order over the list of tokens, each as the name that its file gives it.
struct DecodeStep {
  enum class Kind : std::uint8_t {
    byte_level,     // names are spelled in GPT-2's alphabet
    byte_fallback,  // runs of <0xXX> are bytes
    fuse,           // all tokens so far become one
    strip,  // up to `start` times `pattern` (a character) from the beginning of each token, `stop` from the
            // end
    replace_text,  // every `pattern` by `text`
    replace_regex,
    metaspace,  // `pattern` (▁) is a space; in front of the first token it is dropped, unless `prepend` is
                // never
    wordpiece,  // `pattern` (##) joins to the token before, others get a space in front; `cleanup`
    bpe,        // `pattern` (</w>) is a space, but at the end it is dropped
    ctc,        // repeats and `pattern` (the pad token) are dropped, `text` (the word delimiter) is a space;
                // `cleanup`
    sentencepiece,  // SentencePiece's own: control pieces are dropped, the unknown one is `text`, byte pieces
                    // are bytes, `pattern` (▁) is a space; up to `start` in front of the first piece are
                    // dropped, with `cleanup` of every piece until there is text
    join_spaces,    // no decoder at all: the names with a space between any two
  };
  Kind kind = Kind::fuse;
  std::string pattern{};
  std::string text{};
  std::uint32_t start = 0;
  std::uint32_t stop = 0;
  PrependScheme prepend = PrependScheme::always;
  bool cleanup = false;
};

// What stands around one text or a pair of them when special tokens are added.
struct TemplatePart {
  enum class Kind : std::uint8_t { token, first, second };
  Kind kind = Kind::token;
  TokenId id = kNoToken;  // of a token
  std::uint32_t type = 0;
};

// What a tokenizer does, step by step: everything but its tables.
struct Pipeline {
  std::string format;  // "tokenizer.json", "tiktoken": what it was read from at first
  Reference reference = Reference::hugging_face;

  std::vector<unicode::NormalStep> normalizers;  // in order
  std::vector<SplitStep> splits;
  ModelKind model = ModelKind::bpe;

  // What pieces are made of: bytes, each of which is a symbol to begin with, or characters. Pieces of
  // characters are well-formed: ill-formed parts of the text have become U+FFFD.
  bool characters = false;
  bool names_use_byte_alphabet = false;  // token names are spelled with GPT-2's 256 printable characters

  // BPE. tokenizer.json lists the pairs that merge. Elsewhere any two neighbours do whose joined bytes are an
  // entry, by higher scores, or by lower ids where there are none.
  bool merges_by_rank = false;

  // BPE: a whole piece that is an entry is that entry, merges or not.
  bool ignore_merges = false;

  // BPE: in front of symbols that do not begin a word, and behind the one that ends it. WordPiece:
  // `subword_prefix` alone.
  std::string subword_prefix;
  std::string word_suffix;

  std::uint32_t max_word_characters = 100;  // WordPiece: longer words are unknown

  // For what has no entry. The bytes of a character become <0xXX> tokens where all of them have one; else it
  // is the unknown token; with neither it is left out, as the reference does.
  std::vector<TokenId> byte_tokens;  // 256, kNoToken where there is none; empty without byte fallback
  TokenId unknown = kNoToken;
  bool fuse_unknown = false;  // neighbouring unknown symbols become one id

  std::vector<AddedToken> added_tokens;  // ascending ids; `control` decided
  std::vector<DecodeStep> decoders;      // in order

  // The template for one text and for two. No template for one: none at all, and nothing is added to texts of
  // the types 0 and 1.
  std::vector<TemplatePart> single, pair;
  bool trim_offsets = false;             // spans leave out whitespace at the token's ends
  bool trim_keeps_prefix_space = false;  // ... except one leading space (ByteLevel's add_prefix_space)

  std::optional<Truncation> truncation;
  std::optional<Padding> padding;

  // What the files beside a vocabulary say: {"bos_token", id}, ... and chat templates by name, the usual one
  // "default".
  std::vector<std::pair<std::string, TokenId>> roles;
  std::vector<std::pair<std::string, std::string>> chat_templates;
};

struct TokenizerSpec : Pipeline {
  std::string name;  // the file's name, or the built-in's

  std::deque<std::string> pools;  // storage behind the views in `entries`; strings in it never move
  std::vector<Entry> entries;     // index is the id

  // BPE: the pairs that merge, earlier ones first; none with merges_by_rank.
  std::vector<Merge> merges;

  // Logarithms of probabilities by id, as long as `entries`: unigram models and SentencePiece's BPE.
  std::vector<double> scores;
};

}  // namespace polyglyph::vocab
