// Any bytes as a mapped image: an Error, or a tokenizer whose lookups stay inside its memory, whatever its
// tables say. Its ids may be wrong, so nothing else is asked for.
//
// From a file nothing but bounds is checked; from memory the checksum is checked too, so that a damaged image
// must throw.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "fuzz/target.h"
#include "polyglyph/error.h"

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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace polyglyph;
  static const TemporaryFile file;
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  try {
    fuzz::touch_everything(Tokenizer::from_file(file.write(content)));
  } catch (const Error& error) {
    fuzz::require(error.what()[0] != '\0', "an error says what is wrong");
  }
  try {
    const Tokenizer sound = Tokenizer::from_image(content);
    fuzz::check_text(sound, "ab abab  'the 12", size, {});
  } catch (const Error&) {
  }
  return 0;
}
