// A model's directory: its vocabulary in the first of the formats below that is there, and the small files
// beside it. A tokenizer.json says everything about itself, so that of the others only names matter there,
// and the templates; the other vocabularies take added tokens from them, too.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "polyglyph/error.h"
#include "vocab/formats/formats.h"
#include "vocab/formats/model_config.h"

namespace polyglyph::vocab {
namespace {

namespace fs = std::filesystem;

// The one file with the extension; empty if there is none. Throws Error(invalid_argument) if there are more.
fs::path only_file(const fs::path& directory, std::string_view extension) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == extension) found.push_back(entry->path());
  }
  if (found.size() < 2) return found.empty() ? fs::path() : found.front();
  std::ranges::sort(found);
  throw Error(ErrorCode::invalid_argument,
              "the directory holds " + found[0].filename().string() + " and " + found[1].filename().string() +
                  ", and no tokenizer.json; name one of them",
              directory.string());
}

fs::path find_vocabulary(const fs::path& directory) {
  for (const char* name : {"tokenizer.json", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model",
                           "tekken.json", "vocab.json", "vocab.txt"}) {
    if (fs::exists(directory / name)) return directory / name;
  }
  for (const char* extension : {".model", ".tiktoken", ".gguf"}) {
    if (fs::path path = only_file(directory, extension); !path.empty()) return path;
  }
  throw Error(
      ErrorCode::not_found,
      "the directory holds no tokenizer.json, and no tokenizer.model, tekken.json, vocab.json, vocab.txt, "
      ".tiktoken or .gguf file either; name the vocabulary's file itself",
      directory.string());
}

// The configuration can take the space in front of text away that a SentencePiece model asks for.
void apply_prefix_space(const ModelConfig& config, TokenizerSpec& spec) {
  using unicode::NormalStep;
  if (config.add_prefix_space.value_or(true)) return;
  bool strips = false;
  for (NormalStep& step : spec.normalizers) {
    if (step.kind != NormalStep::Kind::sentencepiece) continue;
    step.options &= ~std::uint32_t{NormalStep::sp_dummy_prefix};
    strips = step.has(NormalStep::sp_remove_extra_spaces);
  }
  for (DecodeStep& step : spec.decoders) {
    if (step.kind == DecodeStep::Kind::sentencepiece && !strips) step.start = 0;
  }
}

void apply_config(const ModelConfig& config, TokenizerSpec& spec) {
  if (spec.format == "tokenizer.json" || spec.reference == Reference::llama_cpp)
    return apply_names(config, spec);
  if (spec.format == "sentencepiece") apply_prefix_space(config, spec);
  apply_tokens(config, spec);
}

}  // namespace

TokenizerSpec read_directory(const fs::path& directory, const LoadOptions& options) {
  const fs::path path = find_vocabulary(directory);
  TokenizerSpec spec = read_file(path, options);
  // The readers of vocab.json and vocab.txt have looked beside them already.
  if (spec.format != "vocab.json" && spec.format != "vocab.txt")
    apply_config(read_model_config(directory), spec);
  const fs::path last = fs::absolute(directory).lexically_normal();
  spec.name = (last.has_filename() ? last : last.parent_path()).filename().string();
  return spec;
}

}  // namespace polyglyph::vocab
