// Damaged images: an Error, or a tokenizer whose lookups stay inside its memory, whatever its tables say. Its
// ids may be wrong, so nothing else is asked for.
//
// The first byte chooses a sound image, written by the version under test so that the corpus outlives changes
// of the format; what follows are places in it and what they are changed by, three bytes each. Or it says
// that the rest is the image.
//
// From a file nothing but bounds is checked; from memory the checksum is checked too, so that a damaged image
// must throw.
#include <string>

#include "fuzz/target.h"
#include "polyglyph/error.h"
#include "tests/temporary_folder.h"
#include "vocab/build.h"
#include "vocab/formats/formats.h"

namespace {

// Small vocabularies that between them fill every table of an image.
constexpr const char* kFiles[] = {
    R"({
      "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
      "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": true},
      "post_processor": null,
      "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": true},
      "model": {
        "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
        "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
        "vocab": {"a": 0, "b": 1, "\u0120": 2, "ab": 3, "abab": 4, "\u0120ab": 5, "t": 6, "h": 7, "th": 8, "zz": 9},
        "merges": ["a b", "ab ab", "\u0120 ab", "t h"]
      }
    })",
    R"({
      "version": "1.0", "truncation": null, "padding": null,
      "added_tokens": [
        {"id": 5, "content": "<x>", "single_word": false, "lstrip": true, "rstrip": false, "normalized": false,
         "special": true},
        {"id": 6, "content": "\u00e9", "single_word": true, "lstrip": false, "rstrip": true, "normalized": true,
         "special": false}
      ],
      "normalizer": {"type": "NFC"},
      "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": {"Regex": "\\p{L}+|\\s+(?!\\S)|\\s+"}, "behavior": "MergedWithNext", "invert": true},
        {"type": "Digits", "individual_digits": true},
        {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": false}
      ]},
      "post_processor": null,
      "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": true},
      "model": {
        "type": "BPE", "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": null,
        "end_of_word_suffix": null, "fuse_unk": true, "byte_fallback": false, "ignore_merges": true,
        "vocab": {"<unk>": 0, "a": 1, "b": 2, "ab": 3, "\u4e2d": 4}, "merges": ["a b"]
      }
    })",
};

std::string damaged(const std::uint8_t* data, std::size_t size) {
  const std::uint8_t choice = data[0];
  if (choice >= 128) return std::string(reinterpret_cast<const char*>(data) + 1, size - 1);
  static const std::string kImages[] = {
      polyglyph::vocab::build_image(polyglyph::vocab::read_tokenizer_json("first", kFiles[0])),
      polyglyph::vocab::build_image(polyglyph::vocab::read_tokenizer_json("second", kFiles[1])),
  };
  std::string image = kImages[choice % 2];
  for (std::size_t i = 1; i + 3 <= size; i += 3) {
    const std::size_t place = data[i] | data[i + 1] << 8;
    image[place % image.size()] = static_cast<char>(image[place % image.size()] ^ data[i + 2]);
  }
  return image;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace polyglyph;
  static const test::TemporaryFolder folder;
  if (size == 0) return 0;
  const std::string image = damaged(data, size);
  try {
    fuzz::touch_everything(Tokenizer::from_file(folder.write("damaged.pgv", image)));
  } catch (const Error& error) {
    fuzz::require(error.what()[0] != '\0', "an error says what is wrong");
  }
  try {
    const Tokenizer sound = Tokenizer::from_image(image);
    fuzz::check_text(sound, "ab abab  'the 12", size, {});
  } catch (const Error&) {
  }
  return 0;
}
