// NormalStep: one step of a normalizer as plain data; what vocabularies say and normalizers do, which do not
// know each other.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace polyglyph::unicode {

struct NormalStep {
  enum class Kind : std::uint8_t {
    nfc,
    nfd,
    nfkc,
    nfkd,
    lowercase,
    strip_accents,  // drops combining marks (Mn)
    strip,          // white space at the ends: options strip_left, strip_right
    nmt,            // the cleaning of SentencePiece's NMT rules: drops controls, unifies spaces
    replace_text,   // every `pattern` by `text`
    replace_regex,  // the same with a regular expression
    prepend,        // `text` in front of what is not empty
    precompiled,    // the rules of `charsmap`, on grapheme clusters, as Hugging Face tokenizers apply them
    bert,           // options bert_*
    byte_alphabet,  // bytes to GPT-2's 256 printable characters
    sentencepiece,  // the rules of `charsmap`, then spaces, as SentencePiece applies them: options sp_*
    llama_cpp,      // llama.cpp's own for WordPiece: options bert_strip_accents, bert_lowercase
  };
  enum Option : std::uint32_t {
    strip_left = 1u << 0,
    strip_right = 1u << 1,
    bert_clean_text = 1u << 2,
    bert_split_chinese = 1u << 3,
    bert_strip_accents = 1u << 4,
    bert_lowercase = 1u << 5,
    sp_dummy_prefix = 1u << 6,
    sp_remove_extra_spaces = 1u << 7,
    sp_escape_spaces = 1u << 8,
    sp_space_is_suffix = 1u << 9,
    sp_mark_is_text = 1u << 10,  // a mark (▁) that the text spells is not taken for a space (llama.cpp)
  };

  Kind kind = Kind::nfc;
  std::string pattern;
  std::string text;
  std::string charsmap;  // a compiled map of SentencePiece: a double array and the strings it points to
  std::vector<std::string> kept;  // sentencepiece: user-defined symbols, which pass as they are
  std::uint32_t options = 0;

  bool has(Option option) const { return (options & option) != 0; }
  friend bool operator==(const NormalStep&, const NormalStep&) = default;
};

}  // namespace polyglyph::unicode
