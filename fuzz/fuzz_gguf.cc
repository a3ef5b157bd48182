// Any bytes as a GGUF file.
#include "fuzz/target.h"
#include "tokenizer/engine.h"
#include "vocab/formats/formats.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace polyglyph;
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  fuzz::check_load(
      [&] {
        const auto spec = vocab::read_gguf("fuzz/model.gguf", content, size);
        fuzz::require(spec.has_value(), "nothing more is asked for at the end of the file");
        return Tokenizer::from_image(tokenizer::build_image(*spec));
      },
      size);
  return 0;
}
