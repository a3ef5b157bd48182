// Any bytes as a tokenizer.json, with the settings of the file applied or not. What loads can be written
// back, or the error names what would be lost; that what was written means the same is asked by the writer
// itself.
#include "fuzz/target.h"
#include "polyglyph/error.h"
#include "tokenizer/engine.h"
#include "tokenizer/save.h"
#include "vocab/formats/formats.h"
#include "vocab/image.h"

namespace {

void write_back(const std::string& image) {
  using namespace polyglyph;
  try {
    tokenizer::to_tokenizer_json(*vocab::Image::adopt(image, "fuzz"));
  } catch (const Error& error) {
    fuzz::require(error.code() == ErrorCode::unsupported, "what loads can be written, or names a loss");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace polyglyph;
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  fuzz::check_load(
      [&] {
        const auto spec = vocab::read_tokenizer_json("fuzz/tokenizer.json", content);
        const std::string image = tokenizer::build_image(spec);
        write_back(image);
        return Tokenizer::from_image(image, {.apply_file_settings = size % 4 >= 2});
      },
      size);
  return 0;
}
