// A file of any size in bounded memory: encoded in chunks cut wherever the reading stops, and decoded token
// by token as a server shows what a model writes.
//
//   stream BUILTIN FILE
#include <polyglyph/polyglyph.h>

#include <array>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::cerr << "usage: stream BUILTIN FILE\n";
    return 2;
  }
  const auto tokenizer = polyglyph::Tokenizer::builtin(argv[1]);
  std::ifstream file(argv[2], std::ios::binary);
  if (!file) throw polyglyph::Error(polyglyph::ErrorCode::io, "cannot be read", argv[2]);

  auto encoding = tokenizer.encode_stream();
  auto decoding = tokenizer.decode_stream();
  std::string original, shown;
  std::vector<polyglyph::TokenId> ids;  // what one chunk settles
  std::size_t tokens = 0;
  const auto show = [&] {
    for (auto id : ids) shown += decoding.step(id);
    tokens += ids.size();
    ids.clear();
  };

  std::array<char, 1000> chunk;  // cuts characters and words in two, which changes nothing
  while (file.read(chunk.data(), chunk.size()) || file.gcount() > 0) {
    const std::string_view text(chunk.data(), static_cast<std::size_t>(file.gcount()));
    original += text;
    encoding.feed(text, ids);
    show();
  }
  encoding.finish(ids);
  show();
  shown += decoding.finish();

  std::cout << tokens << " tokens; "
            << (shown == polyglyph::to_utf8(original) ? "the same text came back" : "another text came back")
            << '\n';
} catch (const polyglyph::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
