// A main for targets that are built without libFuzzer: runs each file that it is given, or each file of a
// folder, once. So the corpus is an ordinary test under any compiler. With --damaged in front, each is run
// cut off at every byte, and with every byte changed in one bit and to one that no UTF-8 holds.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/target.h"

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

// A copy that is exactly as large, so that reading beyond its end is seen.
void run(Bytes data) {
  data.shrink_to_fit();
  LLVMFuzzerTestOneInput(data.data(), data.size());
}

void run_damaged(const Bytes& data) {
  for (std::size_t i = 0; i < data.size(); ++i) {
    run(Bytes(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(i)));
    Bytes changed = data;
    changed[i] ^= static_cast<std::uint8_t>(1u << i % 8);
    run(changed);
    changed[i] = 0xFF;
    run(std::move(changed));
  }
}

Bytes read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

int main(int argc, char** argv) {
  const bool damaged = argc > 1 && std::string_view(argv[1]) == "--damaged";
  std::size_t inputs = 0;
  for (int i = 1 + damaged; i < argc; ++i) {
    std::vector<fs::path> files{argv[i]};
    if (fs::is_directory(argv[i])) files.assign(fs::directory_iterator(argv[i]), fs::directory_iterator());
    for (const fs::path& file : files) {
      std::fprintf(stderr, "%s\n", file.c_str());  // the last one named is the one that failed
      damaged ? run_damaged(read(file)) : run(read(file));
      ++inputs;
    }
  }
  std::fprintf(stderr, "%zu inputs\n", inputs);
  return inputs == 0;
}
