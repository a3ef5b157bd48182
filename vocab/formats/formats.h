// One loader a file format. Each throws Error with the file, the field or line, and what to do.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "polyglyph/options.h"
#include "vocab/formats/model_config.h"
#include "vocab/spec.h"

namespace polyglyph::vocab {

// `file` names the source in errors and gives the spec its name; `content` is the whole of it.
TokenizerSpec read_tokenizer_json(const std::string& file, std::string_view content);
TokenizerSpec read_tiktoken(const std::string& file, std::string_view content, const LoadOptions& options);

// `data`: what a GGUF file begins with; `file_size`: how long all of it is. Nothing if its header goes on
// behind `data`: read more, and try again.
std::optional<TokenizerSpec> read_gguf(const std::string& file, std::string_view data,
                                       std::uint64_t file_size);

// Mistral's tekken.json.
TokenizerSpec read_tekken(const std::string& file, std::string_view content);

// GPT-2's pair of vocab.json and merges.txt, and BERT's vocab.txt, with what the files beside them say about
// text. Added tokens are left to apply_tokens.
TokenizerSpec read_vocab_json(const std::string& file, std::string_view vocab, const std::string& merges_file,
                              std::string_view merges, const ModelConfig& config, const LoadOptions& options);
TokenizerSpec read_vocab_txt(const std::string& file, std::string_view content, const ModelConfig& config);

// A file that bears the name its owner gave it (o200k_base.tiktoken) must have its owner's number of ranks:
// one that was cut off between two lines looks sound, and would give other ids. Throws Error(malformed).
void check_ranks(const std::string& file, const TokenizerSpec& spec, const LoadOptions& options);

// Reads what is in a model's directory.
TokenizerSpec read_directory(const std::filesystem::path& directory, const LoadOptions& options);

// Finds the format of `path` (a file or a model's directory) and reads it. Not for images.
TokenizerSpec read_file(const std::filesystem::path& path, const LoadOptions& options);

}  // namespace polyglyph::vocab
