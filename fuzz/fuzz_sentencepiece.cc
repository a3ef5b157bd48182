// Any bytes as a SentencePiece model: an Error, or a tokenizer of which everything holds that holds of the
// built-ins.
#include <string>

#include "fuzz/target.h"
#include "polyglyph/error.h"
#include "tokenizer/engine.h"
#include "vocab/formats/sentencepiece.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace polyglyph;
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  try {
    const Tokenizer tokenizer = Tokenizer::from_image(
        tokenizer::build_image(vocab::read_sentencepiece("fuzz/tokenizer.model", content)));
    fuzz::touch_everything(tokenizer);
    for (const std::string_view text : {"", " a  b\u2581ab\u00E9e\u0301 <x>\u4E2D\u3000\uFF21 ",
                                        "\xFF"
                                        "a\xE4\xB8"}) {
      for (const SpecialTokens mode : {SpecialTokens::text, SpecialTokens::parse}) {
        fuzz::check_text(tokenizer, text, size, {.special_tokens = mode});
      }
    }
  } catch (const Error& error) {
    fuzz::require(error.what()[0] != '\0', "an error says what is wrong");
  }
  return 0;
}
