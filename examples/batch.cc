// Every line of a file as one row of a flat array, on all processors: what a training loop or an index reads.
//
//   batch BUILTIN FILE
#include <polyglyph/polyglyph.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::cerr << "usage: batch BUILTIN FILE\n";
    return 2;
  }
  const auto tokenizer = polyglyph::Tokenizer::builtin(argv[1]);
  std::ifstream file(argv[2], std::ios::binary);
  if (!file) throw polyglyph::Error(polyglyph::ErrorCode::io, "cannot be read", argv[2]);

  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  const std::vector<std::string_view> texts(lines.begin(), lines.end());

  const polyglyph::Batch batch = tokenizer.encode_batch(texts);  // .ids and .row_splits
  std::int64_t longest = 0;
  for (std::size_t row = 0; row < texts.size(); ++row)
    longest = std::max(longest, batch.row_splits[row + 1] - batch.row_splits[row]);
  std::cout << texts.size() << " texts, " << batch.ids.size() << " tokens, the longest has " << longest
            << '\n';
} catch (const polyglyph::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
