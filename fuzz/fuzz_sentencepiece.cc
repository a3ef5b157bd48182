// Any bytes as a SentencePiece model.
#include "fuzz/target.h"
#include "tokenizer/engine.h"
#include "vocab/formats/sentencepiece.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace polyglyph;
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  fuzz::check_load(
      [&] {
        const vocab::TokenizerSpec spec = vocab::read_sentencepiece("fuzz/tokenizer.model", content);
        return Tokenizer::from_image(tokenizer::build_image(spec));
      },
      size);
  return 0;
}
