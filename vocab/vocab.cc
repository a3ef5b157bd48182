#include "polyglyph/vocab.h"

#include <algorithm>
#include <utility>

#include "polyglyph/error.h"
#include "unicode/byte_alphabet.h"
#include "vocab/image.h"

namespace polyglyph {
namespace {

// Added tokens are in the order of their ids.
const AddedToken* find_added(const std::vector<AddedToken>& added, TokenId id) {
  const auto it = std::ranges::lower_bound(added, id, {}, &AddedToken::id);
  return it != added.end() && it->id == id ? &*it : nullptr;
}

void require(const vocab::Image& image, TokenId id) {
  if (image.contains(id)) return;
  throw Error(ErrorCode::unknown_id, "id " + std::to_string(id) + " is not in the vocabulary of " +
                                         std::string(image.name()) + ", whose ids end at " +
                                         std::to_string(image.size() - 1) +
                                         "; if another tokenizer made it, decode with that one, or leave "
                                         "unknown ids out (unknown: skip)");
}

}  // namespace

Vocab::Vocab(std::shared_ptr<const vocab::Image> image) : image_(std::move(image)) {}

std::size_t Vocab::size() const noexcept {
  return image_->size();
}

bool Vocab::contains(TokenId id) const noexcept {
  return image_->contains(id);
}

std::string_view Vocab::token_bytes(TokenId id) const {
  require(*image_, id);
  return image_->decoded(id);
}

std::string Vocab::token_name(TokenId id) const {
  require(*image_, id);
  if (const AddedToken* added = find_added(added_tokens(), id)) return added->content;
  const std::string_view bytes = image_->token(id);
  if (!image_->pipeline().names_use_byte_alphabet || image_->is_literal(id)) return std::string(bytes);
  return unicode::name_from_bytes(bytes);
}

std::optional<TokenId> Vocab::find(std::string_view name) const {
  const auto added = std::ranges::find(added_tokens(), name, &AddedToken::content);
  if (added != added_tokens().end()) return added->id;
  TokenId id = vocab::kNoToken;
  if (!image_->pipeline().names_use_byte_alphabet) {
    id = image_->find_entry(name);
  } else if (std::string bytes; unicode::bytes_from_name(name, bytes)) {
    id = image_->find_entry(bytes);
  }
  if (id != vocab::kNoToken) return id;
  for (const TokenId literal : image_->literals()) {
    if (image_->token(literal) == name) return literal;
  }
  return std::nullopt;
}

const std::vector<AddedToken>& Vocab::added_tokens() const noexcept {
  return image_->pipeline().added_tokens;
}

}  // namespace polyglyph
