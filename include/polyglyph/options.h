// Every option of the library, with its default and its meaning.
#pragma once

#include <atomic>
#include <map>
#include <string>

#include "polyglyph/types.h"

namespace polyglyph {

// What a control token spelled out in the text means. Text from a stranger must never become a control token,
// so `text` is the default; see docs/control-tokens.md for which tokens count as control tokens.
enum class SpecialTokens {
  text,    // its characters are encoded as ordinary text; no control id ever comes out
  parse,   // it becomes its id, as Hugging Face tokenizers do by default
  reject,  // encode throws Error(control_token) with its place
};

struct EncodeOptions {
  SpecialTokens special_tokens = SpecialTokens::text;

  // Put in what the vocabulary's own template adds around a text (Llama 3's <|begin_of_text|>, say). Nothing
  // is added where the file has no template.
  bool add_special_tokens = false;

  // Where another thread asks for the call to end: set it, and within milliseconds the call throws
  // Error(cancelled). Must outlive the call; nullptr for none.
  const std::atomic<bool>* cancel = nullptr;
};

// What decode does with an id that is not in the vocabulary.
enum class UnknownIds {
  error,  // throw Error(unknown_id)
  skip,   // leave it out, as Hugging Face tokenizers do
};

// What decode does with bytes that are no UTF-8: a text can end inside a character, and a model can put any
// bytes in a row.
enum class IllFormed {
  keep,     // they stay: decode gives back the very bytes
  replace,  // they become U+FFFD as in the reference: one for each maximal ill-formed subpart, or, where byte
            // tokens (<0xE4>) stand for them, one for each byte of the run
};

struct DecodeOptions {
  // Leave out the tokens that the file marks as special (Vocab::added_tokens, AddedToken::special).
  bool skip_special_tokens = false;
  UnknownIds unknown = UnknownIds::error;
  IllFormed ill_formed = IllFormed::keep;     // streams always replace
  const std::atomic<bool>* cancel = nullptr;  // as in EncodeOptions; streams do not look at it
};

struct LoadOptions {
  // For .tiktoken files, which hold ranks alone: the split pattern, by name ("o200k", "cl100k", "p50k",
  // "r50k", "qwen") or spelled out as a regular expression. Empty: known from the file's own name
  // (o200k_base.tiktoken, qwen.tiktoken, ...), else an error that says so.
  std::string pattern{};

  // For .tiktoken files: control tokens and their ids. Empty: those that belong to a named pattern.
  std::map<std::string, TokenId> special_tokens{};

  // Keep the prepared image of a large file in a folder of the user's own, so that the next load takes about
  // a millisecond: polyglyph in XDG_CACHE_HOME or ~/.cache, or the folder that POLYGLYPH_CACHE names. The
  // environment variable POLYGLYPH_CACHE=off switches it off for a whole process.
  bool cache = true;

  // Truncate and pad as the file says: see polyglyph/settings.h. Streams of such a tokenizer throw.
  bool apply_file_settings = false;

  // For images (.pgv): check the full checksum, in time proportional to the file, besides the header and the
  // bounds of every table.
  bool verify = false;

  // As in EncodeOptions; looked at between the stages of loading (reading, preparing the image, opening it).
  const std::atomic<bool>* cancel = nullptr;
};

}  // namespace polyglyph
