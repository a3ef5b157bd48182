// The public face of vocab/surgery.h, and the search for tokens that nothing is ever encoded to.
//
// An entry can only come out of a model that makes it of the entry's own bytes: merging between two borders
// that stay, and a best path or a longest match, do to those bytes what they do to them alone. So one look at
// each entry settles it.
#include "polyglyph/surgery.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "polyglyph/error.h"
#include "tokenizer/engine.h"
#include "tokenizer/model.h"
#include "vocab/control_tokens.h"
#include "vocab/surgery.h"

namespace polyglyph {
namespace {

std::shared_ptr<const vocab::Image> image_of(const Tokenizer& tokenizer) {
  return vocab::Image::adopt(std::string(tokenizer.image()), tokenizer.description().name);
}

Surgery finish(vocab::Edited edited) {
  Surgery surgery{Tokenizer::from_image(tokenizer::build_image(edited.spec)), {}};
  surgery.new_ids.reserve(edited.new_ids.size());
  for (const TokenId id : edited.new_ids)
    surgery.new_ids.push_back(id == vocab::kNoToken ? -1 : static_cast<std::int64_t>(id));
  return surgery;
}

}  // namespace

Surgery add_tokens(const Tokenizer& tokenizer, std::span<const AddedToken> tokens) {
  const Vocab& vocab = tokenizer.vocab();
  std::vector<AddedToken> added = vocab.added_tokens();
  const std::size_t old = added.size();
  auto next = static_cast<TokenId>(vocab.size());
  for (AddedToken token : tokens) {
    if (token.content.empty())
      throw Error(ErrorCode::invalid_argument,
                  "an added token has no text; give each at least one character");
    for (const AddedToken& known : added) {
      if (known.content != token.content) continue;
      throw Error(
          ErrorCode::invalid_argument,
          fmt::format("{} is an added token already, with the id {}; leave it out", token.content, known.id));
    }
    token.id = vocab.find(token.content).value_or(next);
    if (token.id == next) ++next;
    token.control = vocab::is_control_token(token);
    added.push_back(std::move(token));
  }
  return finish(vocab::with_tokens(*image_of(tokenizer), std::span(added).subspan(old)));
}

Surgery prune(const Tokenizer& tokenizer, std::span<const TokenId> keep) {
  std::vector<bool> kept(tokenizer.vocab().size());
  for (const TokenId id : keep) {
    tokenizer.vocab().token_bytes(id);  // throws
    kept[id] = true;
  }
  return finish(vocab::with_only(*image_of(tokenizer), std::move(kept)));
}

Surgery extend(const Tokenizer& tokenizer, const Tokenizer& other) {
  return finish(vocab::with_entries_of(*image_of(tokenizer), *image_of(other)));
}

std::vector<UnreachableToken> unreachable_tokens(const Tokenizer& tokenizer) {
  const auto image = image_of(tokenizer);
  const vocab::ImagePipeline& p = image->pipeline();
  const auto model = tokenizer::make_model(*image);
  const auto scratch = model->make_scratch();
  tokenizer::TokenBuffer ids;
  std::vector<UnreachableToken> found;
  for (TokenId id = 0; id < image->size(); ++id) {
    if (!image->is_entry(id) || image->is_user_defined(id)) continue;
    const std::string_view bytes = image->token(id);
    if (image->is_unused(id)) {
      found.push_back({id, "the file marks it as unused"});
    } else if (bytes.empty()) {
      found.push_back({id, "it is empty"});
    } else if (const TokenId same = image->find_entry(bytes); same != id) {
      found.push_back({id, fmt::format("{} is the same text and is the one that is found", same)});
    } else if (p.model == vocab::ModelKind::bpe || p.model == vocab::ModelKind::unigram) {
      if (p.ignore_merges) continue;  // a piece that is an entry is that entry
      ids.clear();
      model->encode(bytes, *scratch, ids);
      if (ids.size() == 1 && ids.data()[0] == id) continue;
      found.push_back({id, "its own text is encoded to other tokens"});
    }
  }
  return found;
}

}  // namespace polyglyph
