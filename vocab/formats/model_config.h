// What the small files beside a vocabulary say about it: tokenizer_config.json, special_tokens_map.json,
// added_tokens.json and the chat templates, as Hugging Face's transformers writes them.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vocab/control_tokens.h"
#include "vocab/spec.h"

namespace polyglyph::vocab {

struct ModelConfig {
  std::string file;             // tokenizer_config.json, for errors
  std::string tokenizer_class;  // "Qwen2Tokenizer"; empty if nobody says
  std::optional<bool> add_bos, add_eos, add_prefix_space;
  std::optional<bool> lowercase, strip_accents, split_chinese;  // of BERT

  std::vector<std::pair<std::string, std::string>> roles;  // {"bos_token", "<s>"}, ...
  std::set<std::string, std::less<>> special;  // the names in roles and in lists of special tokens
  std::vector<AddedToken> tokens;              // those that are listed with an id
  std::vector<std::pair<std::string, std::string>> chat_templates;  // by name, the usual one "default"
  ControlHints hints;

  std::optional<std::string> role(std::string_view name) const;

  // Throws Error(unsupported) unless the class is one of `known`.
  void expect_class(std::initializer_list<std::string_view> known) const;
};

// Any of the files may be missing.
ModelConfig read_model_config(const std::filesystem::path& directory);

// For every vocabulary: which of its added tokens are control tokens, the roles, the chat templates.
void apply_names(const ModelConfig& config, TokenizerSpec& spec);

// For vocabularies that say nothing about added tokens and templates themselves: adds the tokens that the
// configuration lists or names as special, and what it puts around a text. Throws Error(malformed): a token
// has the id of another entry.
void apply_tokens(const ModelConfig& config, TokenizerSpec& spec);

}  // namespace polyglyph::vocab
