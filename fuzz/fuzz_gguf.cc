// Any bytes as a GGUF file: an Error, or a tokenizer of which everything holds that holds of the built-ins.
#include <string>

#include "fuzz/target.h"
#include "polyglyph/error.h"
#include "tokenizer/engine.h"
#include "vocab/formats/formats.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace polyglyph;
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  try {
    const auto spec = vocab::read_gguf("fuzz/model.gguf", content, size);
    fuzz::require(spec.has_value(), "nothing more is asked for at the end of the file");
    const Tokenizer tokenizer = Tokenizer::from_image(tokenizer::build_image(*spec));
    fuzz::touch_everything(tokenizer);
    for (const std::string_view text : {"", "ab abab  'the \u00E9 e\u0301\n\n12 <|c|>ab",
                                        "\xFF"
                                        "a\xE4\xB8"}) {
      for (const SpecialTokens mode : {SpecialTokens::text, SpecialTokens::parse}) {
        fuzz::check_text(tokenizer, text, size,
                         {.special_tokens = mode, .add_special_tokens = size % 2 == 1});
      }
    }
  } catch (const Error& error) {
    fuzz::require(error.what()[0] != '\0', "an error says what is wrong");
  }
  return 0;
}
