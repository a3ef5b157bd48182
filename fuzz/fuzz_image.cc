// Damaged images: an Error, or a tokenizer whose lookups stay inside its memory, whatever its tables say. Its
// ids may be wrong, so nothing else is asked for.
//
// The first byte chooses a sound image, written by the version under test so that the corpus outlives changes
// of the format; what follows are places in it and what they are changed by, three bytes each. Or it says
// that the rest is the image.
//
// From a file nothing but bounds is checked; from memory the checksum is checked too, so that a damaged image
// must throw.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "fuzz/target.h"
#include "polyglyph/error.h"
#include "vocab/build.h"
#include "vocab/formats/formats.h"

namespace {

// A file of this process's own, gone when it ends.
class TemporaryFile {
 public:
  TemporaryFile()
      : path_(std::filesystem::temp_directory_path() /
              ("polyglyph_fuzz_" + std::to_string(::getpid()) + ".pgv")) {}
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }

  const std::filesystem::path& write(std::string_view content) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << content;
    return path_;
  }

 private:
  std::filesystem::path path_;
};

// Small vocabularies that between them fill every table of an image.
constexpr const char* kFiles[] = {
    R"({"added_tokens":[],"model":{"type":"BPE","vocab":{"a":0,"b":1,"Ġ":2,"ab":3,"abab":4,"Ġab":5,"t":6,"h":7,"th":8,"zz":9},
        "merges":["a b","ab ab","Ġ ab","t h"]},
        "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"use_regex":true},"decoder":{"type":"ByteLevel"}})",
    R"({"added_tokens":[{"id":5,"content":"<x>","special":true,"single_word":false,"lstrip":true,"rstrip":false,
                         "normalized":false},
                        {"id":6,"content":"é","special":false,"single_word":true,"lstrip":false,"rstrip":true,
                         "normalized":true}],
        "normalizer":{"type":"NFC"},
        "model":{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"ignore_merges":true,
                 "vocab":{"<unk>":0,"a":1,"b":2,"ab":3,"中":4},"merges":["a b"]},
        "pre_tokenizer":{"type":"Sequence","pretokenizers":[
            {"type":"Split","pattern":{"Regex":"\\p{L}+|\\s+(?!\\S)|\\s+"},"behavior":"MergedWithNext","invert":true},
            {"type":"Digits","individual_digits":true},
            {"type":"ByteLevel","add_prefix_space":true,"use_regex":false}]},
        "decoder":{"type":"ByteLevel"}})",
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
  static const TemporaryFile file;
  if (size == 0) return 0;
  const std::string image = damaged(data, size);
  try {
    fuzz::touch_everything(Tokenizer::from_file(file.write(image)));
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
