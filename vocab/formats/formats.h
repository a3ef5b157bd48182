// One loader a file format. Each throws Error with the file, the field or line, and what to do.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "polyglyph/options.h"
#include "vocab/spec.h"

namespace polyglyph::vocab {

// `file` names the source in errors and gives the spec its name; `content` is the whole of it.
TokenizerSpec read_tokenizer_json(const std::string& file, std::string_view content);
TokenizerSpec read_tiktoken(const std::string& file, std::string_view content, const LoadOptions& options);

// `data`: what a GGUF file begins with; `file_size`: how long all of it is. Nothing if its header goes on
// behind `data`: read more, and try again.
std::optional<TokenizerSpec> read_gguf(const std::string& file, std::string_view data,
                                       std::uint64_t file_size);

// A file that bears the name its owner gave it (o200k_base.tiktoken) must have its owner's number of ranks:
// one that was cut off between two lines looks sound, and would give other ids. Throws Error(malformed).
void check_ranks(const std::string& file, const TokenizerSpec& spec, const LoadOptions& options);

// Finds the format of `path` (a file, or a directory with a tokenizer.json) and reads it. Not for images.
TokenizerSpec read_file(const std::filesystem::path& path, const LoadOptions& options);

}  // namespace polyglyph::vocab
