// What the readers of a GGUF file's tokenizer share; each kind of model has a file of its own. gguf_vocab.cc
// puts them together.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vocab/formats/gguf.h"
#include "vocab/formats/name_table.h"
#include "vocab/spec.h"

namespace polyglyph::vocab {

// The numbers of tokenizer.ggml.token_type.
enum class GgufTokenType : std::int32_t { undefined, normal, unknown, control, user_defined, unused, byte };

struct GgufTokens {
  std::vector<std::string_view> names;
  std::vector<GgufTokenType> types;  // as many

  // Whether text becomes this token only where it is spelled out and control tokens are asked for.
  bool is_control(TokenId id) const {
    return types[id] == GgufTokenType::control || types[id] == GgufTokenType::unknown;
  }
};

// The keys that say which token is the first of a text and so on. The ids were compared with the tokens.
struct GgufRole {
  std::string_view name;  // "bos_token"
  std::string_view key;   // "tokenizer.ggml.bos_token_id"
};
// kNoToken if the file has no such key. Throws Error(malformed): there is no such token.
TokenId gguf_role(const GgufHeader& header, const GgufTokens& tokens, std::string_view key);

// Fills in the template: the tokens in front of a text and behind it, where the file or, if it does not say,
// the kind of model asks for them. `bos`, `eos`: the ids where the file names none.
struct GgufEnds {
  bool add_bos = false, add_eos = false;
  TokenId bos = kNoToken, eos = kNoToken;
  bool always_bos = false;  // even if the file says otherwise
};
void read_gguf_template(const GgufHeader& header, const GgufTokens& tokens, GgufEnds ends,
                        TokenizerSpec& spec);

// The unknown token; `id` where the file names none. Throws Error(malformed): there is no such token.
void read_gguf_unknown(const GgufHeader& header, const GgufTokens& tokens, TokenId id, TokenizerSpec& spec);

// A step that spells ▁, which stands for a space, as a space.
DecodeStep gguf_unescape();

// Fills in entries. Control tokens are names that no text reaches; of several with the same name only the
// first is reached. Their bytes are spelled in the byte alphabet as spec.names_use_byte_alphabet says.
NameTable read_gguf_entries(const GgufTokens& tokens, TokenizerSpec& spec);

// The scores, one a token. Throws Error(malformed).
void read_gguf_scores(const GgufHeader& header, const GgufTokens& tokens, TokenizerSpec& spec);

// The kinds of tokenizer.ggml.model.
void read_gguf_gpt2(const GgufHeader& header, const GgufTokens& tokens, TokenizerSpec& spec);
void read_gguf_gemma4(const GgufHeader& header, const GgufTokens& tokens, TokenizerSpec& spec);
void read_gguf_llama(const GgufHeader& header, const GgufTokens& tokens, TokenizerSpec& spec);
void read_gguf_bert(const GgufHeader& header, const GgufTokens& tokens, TokenizerSpec& spec);
void read_gguf_t5(const GgufHeader& header, const GgufTokens& tokens, TokenizerSpec& spec);

}  // namespace polyglyph::vocab
