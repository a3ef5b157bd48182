// A main for targets that are built without libFuzzer: runs each file that it is given, or each file of a
// folder, once. So the corpus is an ordinary test under any compiler.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/target.h"

namespace {

namespace fs = std::filesystem;

void run(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string content((std::istreambuf_iterator<char>(file)), {});
  std::fprintf(stderr, "%s\n", path.c_str());  // the last one named is the one that failed
  // A copy that is exactly as large, so that reading beyond its end is seen.
  const std::vector<std::uint8_t> data(content.begin(), content.end());
  LLVMFuzzerTestOneInput(data.data(), data.size());
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t inputs = 0;
  for (int i = 1; i < argc; ++i) {
    std::vector<fs::path> files{argv[i]};
    if (fs::is_directory(argv[i])) files.assign(fs::directory_iterator(argv[i]), fs::directory_iterator());
    for (const fs::path& file : files) run(file), ++inputs;
  }
  std::fprintf(stderr, "%zu inputs\n", inputs);
  return inputs == 0;
}
