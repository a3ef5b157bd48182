// Any bytes as a .tiktoken file: an Error, or a sound tokenizer. The first byte chooses the pattern; the
// single-byte ranks that every sound file needs are put in front, so that short inputs get past the check for
// them.
#include <string>

#include "fuzz/target.h"
#include "tokenizer/engine.h"
#include "vocab/formats/formats.h"

namespace {

std::string single_bytes() {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string lines;
  for (unsigned byte = 0; byte < 256; ++byte) {
    lines += {kDigits[byte >> 2], kDigits[byte << 4 & 63], '=', '=', ' '};
    lines += std::to_string(byte) + "\n";
  }
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace polyglyph;
  static const std::string kSingleBytes = single_bytes();
  if (size == 0) return 0;
  const std::uint8_t choice = data[0];
  const std::string_view given(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string content = choice % 2 == 0 ? kSingleBytes + std::string(given) : std::string(given);
  static constexpr const char* kPatterns[] = {"o200k", "cl100k", "r50k", "qwen", R"(\p{L}+|\P{L})"};
  LoadOptions options;
  options.pattern = kPatterns[choice / 2 % 5];
  if (choice >= 128) options.special_tokens = {{"<|x|>", 100'000}};
  fuzz::check_load(
      [&] {
        const auto spec = vocab::read_tiktoken("fuzz.tiktoken", content, options);
        Tokenizer tokenizer = Tokenizer::from_image(tokenizer::build_image(spec));
        for (const std::string_view text : {"ab abab  'the \u00E9\n\n12 <|x|>ab",
                                            "\xFF"
                                            "a\xE4\xB8"}) {
          fuzz::require(tokenizer.decode(tokenizer.encode(text)) == text, "decoding gives the text back");
        }
        return tokenizer;
      },
      size);
  return 0;
}
