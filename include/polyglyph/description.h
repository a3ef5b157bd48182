// Description: what a tokenizer is, for people and for comparing two of them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace polyglyph {

struct Description {
  std::string name;        // the built-in's name, or the file's
  std::string format;      // "tokenizer.json" or "tiktoken": what it was loaded from at first
  std::string model;       // "BPE (byte-level)"
  std::string reference;   // whose ids are matched: "Hugging Face tokenizers 0.23.3" or "tiktoken 0.14.0"
  std::string normalizer;  // "NFC", "none", ...
  std::string splitter;    // the pretokenizer's steps, spelled out with their patterns
  std::string scanner;     // how the splitter runs: "qwen", "cl100k", ... by hand, or "RE2"
  std::string encoder;     // how a piece becomes ids: "longest match" or "merge heap", and why
  std::string class_unicode_version;   // of \p{L} and the other classes: "16.0"
  std::string normal_unicode_version;  // of NFC and the like: "9.0", empty where none is made
  std::string prefix;      // what add_special_tokens puts in front, spelled as tokens; empty for nothing
  std::string suffix;      // and behind
  std::string truncation;  // what the file's settings say, see settings.h; empty for nothing
  std::string padding;
  std::size_t vocab_size = 0;     // one more than the largest id
  std::size_t model_entries = 0;  // entries of the model itself
  std::size_t merges = 0;         // pairs that may be merged
  std::size_t added_tokens = 0;
  std::size_t control_tokens = 0;
  std::size_t unreachable = 0;  // entries that no text is ever encoded to by merging
  std::size_t image_bytes = 0;
  std::string fingerprint;  // hex; equal for tokenizers that were built from the same content
};

}  // namespace polyglyph
