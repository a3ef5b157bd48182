// How llama.cpp splits text for a byte-level BPE, by the name in tokenizer.ggml.pre.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace polyglyph::vocab {

struct GgufSplitter {
  std::vector<std::string> patterns;  // each cuts the pieces of the one before, at its matches
  bool ignore_merges = false;
  bool add_bos = false;  // where the file does not say
};

// Throws Error(unsupported) if the name is not known, or names a splitter that patterns cannot describe.
// `where` names its place in the file.
GgufSplitter gguf_splitter(std::string_view name, const std::string& where);

}  // namespace polyglyph::vocab
