#include "vocab/formats/write_tiktoken.h"

#include <fmt/format.h>

#include <algorithm>

#include "polyglyph/error.h"
#include "vocab/formats/base64.h"

namespace polyglyph::vocab {

void lost_in_tiktoken(const TokenizerSpec& spec, const std::string& what) {
  throw Error(ErrorCode::unsupported,
              fmt::format("cannot be written as a .tiktoken file: {}; save an image (.pgv) instead", what),
              spec.name);
}

std::string write_tiktoken(const TokenizerSpec& spec) {
  if (spec.model != ModelKind::bpe || spec.characters) lost_in_tiktoken(spec, "its model is no BPE of bytes");
  if (!spec.normalizers.empty()) lost_in_tiktoken(spec, "it normalizes text");
  if (!spec.single.empty() || !spec.pair.empty())
    lost_in_tiktoken(spec, "it has a template of tokens around a text");
  if (spec.truncation || spec.padding) lost_in_tiktoken(spec, "it has settings of truncation and padding");
  std::string text;
  for (TokenId id = 0; id < spec.entries.size(); ++id) {
    const Entry& entry = spec.entries[id];
    // A tokenizer.json lists added tokens among its entries, too; this format has them by its name.
    const bool added = std::ranges::binary_search(spec.added_tokens, id, {}, &AddedToken::id);
    if (entry.kind == Entry::Kind::absent || added) continue;
    if (entry.kind != Entry::Kind::bytes)
      lost_in_tiktoken(spec, fmt::format("entry {} is not made of bytes that text can hold", id));
    text += fmt::format("{} {}\n", to_base64(entry.bytes), id);
  }
  return text;
}

}  // namespace polyglyph::vocab
