// Turns a built-in vocabulary, as its owner publishes it and zstd-compressed, into the mapped image that is
// installed.
//
//   polyglyph_make_image NAME SOURCE.zst OUTPUT.pgv
//
// SOURCE.zst is NAME.json.zst (a tokenizer.json) or NAME.tiktoken.zst (ranks, with the pattern NAME).
#include <zstd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "polyglyph/error.h"
#include "tokenizer/engine.h"
#include "vocab/formats/formats.h"
#include "vocab/image.h"

namespace {

using polyglyph::Error;
using polyglyph::ErrorCode;

std::string decompress(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string packed((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const unsigned long long size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (!file || size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN) {
    throw Error(ErrorCode::malformed, "not a zstd file that states its size", path);
  }
  std::string content(size, '\0');
  const std::size_t result = ZSTD_decompress(content.data(), content.size(), packed.data(), packed.size());
  if (ZSTD_isError(result) || result != size)
    throw Error(ErrorCode::malformed, ZSTD_getErrorName(result), path);
  return content;
}

polyglyph::vocab::TokenizerSpec read(const std::string& name, const std::string& path) {
  const std::string content = decompress(path);
  const bool ranks = std::filesystem::path(path).stem().extension() == ".tiktoken";
  polyglyph::LoadOptions options;
  options.pattern = name;
  auto spec = ranks ? polyglyph::vocab::read_tiktoken(path, content, options)
                    : polyglyph::vocab::read_tokenizer_json(path, content);
  spec.name = name;
  return spec;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: polyglyph_make_image NAME SOURCE.zst OUTPUT.pgv\n");
    return 2;
  }
  try {
    const std::string image = polyglyph::tokenizer::build_image(read(argv[1], argv[2]));
    polyglyph::vocab::Image::adopt(image, argv[3])->verify();
    std::ofstream file(argv[3], std::ios::binary | std::ios::trunc);
    file.write(image.data(), static_cast<std::streamsize>(image.size()));
    file.close();
    if (!file) throw Error(ErrorCode::io, "cannot write the image", argv[3]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "polyglyph_make_image: %s\n", error.what());
    return 1;
  }
  return 0;
}
