// Images are found relative to the code that asks, so that an installed prefix, a wheel or a build folder
// works wherever it is moved: first POLYGLYPH_DATA if the user set it, then beside the library this function
// is linked into, then one, two and three folders up (lib/, lib/x86_64-linux-gnu/, bin/, and a package's own
// folder).
#include "vocab/builtins.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <numeric>
#include <system_error>

#include "json/json.h"
#include "polyglyph/error.h"

namespace polyglyph::vocab {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> image_folders() {
  std::vector<fs::path> folders;
  if (const char* set = std::getenv("POLYGLYPH_DATA"); set != nullptr && *set != '\0')
    folders.emplace_back(set);
  std::vector<fs::path> starts;
  std::error_code ignored;
  Dl_info info;
  if (::dladdr(reinterpret_cast<const void*>(&builtin_image), &info) != 0 && info.dli_fname != nullptr) {
    starts.push_back(fs::weakly_canonical(info.dli_fname, ignored).parent_path());
  }
  starts.push_back(fs::read_symlink("/proc/self/exe", ignored).parent_path());
  for (const fs::path& start : starts) {
    if (start.empty()) continue;
    folders.push_back(start / "data");
    for (const char* up : {".", "..", "../.."})
      folders.push_back((start / up / "share/polyglyph").lexically_normal());
  }
  folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
  return folders;
}

// Levenshtein's distance, for "did you mean".
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

// A name that people will ask for, of which too little is known to build it in.
[[noreturn]] void fail_mimo() {
  throw Error(
      ErrorCode::not_found,
      "mimo-7b is not built in, as no file of it was at hand: public code says that it reuses Qwen3's "
      "tokens with an embedding of 151680 rows, but its added tokens are not established; load your "
      "directory of the model with from_file");
}

}  // namespace

std::vector<std::string> builtin_names() {
  return {"qwen3", "deepseek-v3", "o200k", "cl100k", "gpt-oss"};
}

fs::path builtin_image(std::string_view name) {
  const std::vector<std::string> names = builtin_names();
  if (std::ranges::find(names, name) == names.end()) {
    std::vector<std::string> near;
    std::string asked(name.substr(0, 64));
    for (char& c : asked) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (asked.starts_with("mimo")) fail_mimo();
    for (const std::string& known : names) {
      if (!asked.empty() &&
          (distance(asked, known) <= 2 || known.starts_with(asked) || asked.starts_with(known))) {
        near.push_back(known);
      }
    }
    const std::string hint = near.empty() ? "" : fmt::format("did you mean {}? ", fmt::join(near, " or "));
    throw Error(
        ErrorCode::not_found,
        fmt::format("no built-in tokenizer is called {}; {}there are {}; a file is loaded by its path",
                    json::excerpt(name), hint, fmt::join(names, ", ")));
  }
  const std::vector<fs::path> folders = image_folders();
  std::error_code ignored;
  for (const fs::path& folder : folders) {
    fs::path path = folder / (std::string(name) + ".pgv");
    if (fs::is_regular_file(path, ignored)) return path;
  }
  std::vector<std::string> tried;
  for (const fs::path& folder : folders) tried.push_back(folder.string());
  throw Error(
      ErrorCode::not_found,
      fmt::format("the image {}.pgv is not in {}; install it there or set POLYGLYPH_DATA to its folder", name,
                  fmt::join(tried, ", ")));
}

}  // namespace polyglyph::vocab
