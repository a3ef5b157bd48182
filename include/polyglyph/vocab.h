// Vocab: what the ids mean. Token id <-> bytes, names, and the added tokens with their rules.
//
//   const auto& vocab = tokenizer.vocab();
//   vocab.size();                       // 151669 for Qwen3
//   vocab.token_bytes(9707);            // "Hello"
//   vocab.find("<|im_end|>");           // 151645
//
// Immutable, and as cheap to copy as a shared_ptr; safe to share among threads.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "polyglyph/types.h"

namespace polyglyph {

// A token matched in the text before any splitting. The fields are those of tokenizer.json.
struct AddedToken {
  TokenId id = 0;
  std::string content;       // what is spelled in the text
  bool single_word = false;  // matches only between characters that are not \w
  bool lstrip = false;       // takes the whitespace before it along
  bool rstrip = false;       // takes the whitespace after it along
  bool normalized = false;   // matched after normalization, otherwise before
  bool special = false;      // the file says so; skip_special_tokens leaves these out
  bool control = false;      // SpecialTokens decides over it: special, or delimited as <|...|>, <think>, ...

  friend bool operator==(const AddedToken&, const AddedToken&) = default;
};

namespace vocab {
class Image;
}

class Vocab {
 public:
  // One more than the largest id. Ids in between may be unused.
  std::size_t size() const noexcept;

  bool contains(TokenId id) const noexcept;

  // The bytes that decoding the token gives in the middle of a text: " the" for ▁the, "\n" for <0x0A>, "ing"
  // for ##ing; possibly part of a character. Throws Error(unknown_id). The view lives as long as any copy of
  // this Vocab or its Tokenizer.
  std::string_view token_bytes(TokenId id) const;

  // The token as its file spells it: "Ġhello" in a byte-level tokenizer.json, the bytes themselves elsewhere.
  // Throws Error(unknown_id).
  std::string token_name(TokenId id) const;

  // The inverse of token_name.
  std::optional<TokenId> find(std::string_view name) const;

  // In the order of their ids.
  const std::vector<AddedToken>& added_tokens() const noexcept;

  explicit Vocab(std::shared_ptr<const vocab::Image> image);  // used by Tokenizer

 private:
  std::shared_ptr<const vocab::Image> image_;
};

}  // namespace polyglyph
