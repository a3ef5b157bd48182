// What the readers of a tokenizer.json's sections share. Each section has a file of its own,
// tokenizer_json_<section>.cc; tokenizer_json.cc puts them together.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "json/json.h"
#include "vocab/formats/name_table.h"
#include "vocab/spec.h"

namespace polyglyph::vocab {

using json::excerpt;
using json::Field;

// Throws Error(unsupported): the type of the component is none of `supported`, a list in words.
[[noreturn]] void unsupported_type(const Field& component, std::string_view supported);

// Throws Error(unsupported): the file has no such component and needs one, as `what` explains.
[[noreturn]] void absent_component(const Field& root, const char* component, const char* what);

// A component that may be a Sequence: calls `leaf` for each that is none, in order. `list` is the name of the
// Sequence's field. Nested ones are read by recursion: json::kMaxDepth bounds it.
void for_each_leaf(const Field& component, std::string_view list,
                   const std::function<void(const Field&)>& leaf);

// What ByteLevel splits by when use_regex is set: the pattern of GPT-2.
inline constexpr std::string_view kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

// The options of a ByteLevel, which is a pretokenizer, a post-processor and a decoder.
struct ByteLevel {
  bool add_prefix_space;
  bool trim_offsets;
  bool use_regex;
};
ByteLevel read_byte_level(const Field& component);

// The sections, in the order in which they are read. Each adds its part to `spec`; read_model gives the names
// of the model's entries, which the sections after it refer to.
void read_normalizer(const Field& root, TokenizerSpec& spec);
void read_pre_tokenizer(const Field& root, TokenizerSpec& spec);
void read_decoder(const Field& root, TokenizerSpec& spec);
ModelKind model_kind(const Field& model);  // of the section "model"; throws Error(unsupported)
NameTable read_model(const Field& model, std::size_t file_size, TokenizerSpec& spec);
void read_post_processor(const Field& root, TokenizerSpec& spec);
void read_settings(const Field& root, TokenizerSpec& spec);

// The models, one a file: tokenizer_json_<model>.cc.
NameTable read_bpe(const Field& model, std::size_t file_size, TokenizerSpec& spec);
NameTable read_unigram(const Field& model, std::size_t file_size, TokenizerSpec& spec);
NameTable read_wordpiece(const Field& model, std::size_t file_size, TokenizerSpec& spec);
NameTable read_wordlevel(const Field& model, std::size_t file_size, TokenizerSpec& spec);

}  // namespace polyglyph::vocab
