// verify: are two tokenizers the same, and where do they part if not?
//
//   for (const std::string& text : polyglyph::probe_texts(a, b)) {
//     if (auto d = polyglyph::find_difference(a, b, text)) std::puts(d->explanation.c_str());
//   }
//
// The same means: the same ids. Two formats of one vocabulary may well differ in what lies between text and
// ids; that is looked at only to explain ids that differ.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "polyglyph/options.h"
#include "polyglyph/tokenizer.h"
#include "polyglyph/types.h"

namespace polyglyph {

// Where two tokenizers part first.
enum class Stage {
  special_tokens,  // what add_special_tokens puts around a text
  added_tokens,    // which tokens are found before anything is split
  normalizer,
  pretokenizer,  // where the text is cut, or how the pieces are respelled
  model,         // which tokens a piece is made of
  numbering,     // the same tokens under other ids
  unknown,       // nothing but ids is known of one of the two
};

const char* to_string(Stage stage) noexcept;  // "special tokens", "added tokens", ...

struct Difference {
  std::string text;  // the smallest found on which the ids still differ
  std::vector<TokenId> left, right;
  Stage stage = Stage::unknown;
  std::string explanation;  // what each does with the text at that stage: a line for people

  // The newest character of the part that is treated differently, since tables differ first in what is new.
  char32_t code_point = 0;
  std::string category;  // its general category in Unicode 16.0: "Lo"
  std::string
      age;  // the version of Unicode that assigned it: "16.0"; "5.0" for that and all before; or empty
};

using EncodeFunction = std::function<std::vector<TokenId>(std::string_view)>;

// What two ways to encode do with a text; nullopt when the ids are the same. The text is shrunk by leaving
// out parts at the borders of characters, as long as the ids of the rest differ; some tens of times as much
// as `text` is encoded for that at most.
std::optional<Difference> find_difference(const EncodeFunction& left, const EncodeFunction& right,
                                          std::string_view text);

// The same for two tokenizers, with the stage at which they part.
std::optional<Difference> find_difference(const Tokenizer& left, const Tokenizer& right,
                                          std::string_view text, EncodeOptions options = {});

// Texts on which tokenizers that differ at all are likely to differ: every character that Unicode 16.0
// assigns, in context; runs of white space, digits and signs; contractions, sequences of marks and of emoji,
// ill-formed bytes, and more.
std::vector<std::string> probe_texts();

// Those, then the added tokens and, some to a text, all tokens of both as they are decoded.
std::vector<std::string> probe_texts(const Tokenizer& left, const Tokenizer& right);

}  // namespace polyglyph
