// Calls what a program would of the installed library, and checks each answer. Exits with the number of the
// first check that fails.
#include <polyglyph/polyglyph.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

int main(int argc, char** argv) {
  if (std::string_view(polyglyph::version()) != POLYGLYPH_VERSION) return 1;

  const auto tokenizer = polyglyph::Tokenizer::builtin("qwen3");
  const std::string text = argc > 1 ? argv[1] : "Hello, 안녕하세요 세계!";
  const std::vector<polyglyph::TokenId> ids = tokenizer.encode(text);
  if (tokenizer.decode(ids) != text) return 2;
  if (tokenizer.count(text) != ids.size()) return 3;
  if (tokenizer.fits(text, ids.size() - 1)) return 4;
  if (tokenizer.encode_with_offsets(text).offsets.back().end != text.size()) return 5;

  std::vector<polyglyph::TokenId> streamed;
  auto encoding = tokenizer.encode_stream();
  for (char c : text) encoding.feed({&c, 1}, streamed);
  encoding.finish(streamed);
  if (streamed != ids) return 6;

  auto decoding = tokenizer.decode_stream();
  std::string shown;
  for (auto id : ids) shown += decoding.step(id);
  if (shown + decoding.finish() != text) return 7;

  const std::vector<std::string_view> texts(3, text);
  if (tokenizer.encode_batch(texts).row_splits.back() != static_cast<std::int64_t>(3 * ids.size())) return 8;
  if (tokenizer.vocab().find("<|im_end|>") != 151645) return 9;
  if (tokenizer.description().vocab_size != tokenizer.vocab().size()) return 10;
  if (std::ranges::count(polyglyph::Tokenizer::builtins(), "qwen3") != 1) return 11;
  if (polyglyph::count_characters("세계") != 2 || !polyglyph::is_utf8(text)) return 12;

  // An exception thrown inside the library is caught outside as what it is.
  try {
    polyglyph::Tokenizer::builtin("no-such-model");
    return 13;
  } catch (const polyglyph::Error& error) {
    if (error.code() != polyglyph::ErrorCode::not_found) return 14;
  }

  std::cout << ids.size() << " tokens\n";
}
