// Why a .tiktoken file means the same. Its merges are not listed: whatever two neighbours have an entry for
// their joined bytes may merge, lower ids first. Look at the place where merging has just made an entry, in
// any text. Nothing has merged across its two ends yet, so what happened between them is what happens when
// the entry's bytes are encoded alone, and the last merge is the same one: its derivation. So in either way
// of merging, an entry is made by the two parts of its derivation and by no others, and listed merges do the
// same as ranks if the same entries are made, of the same parts, and in the same order. That is compared
// here. It takes two vocabularies in which every entry that is made is made by merges in order, as longest
// match does; others are refused. Where pieces that are an entry are taken whole, that entry may be an added
// token in a tokenizer.json, and is none in ranks. It does not matter if the token's own text is cut into
// pieces: the known patterns look at what follows only where they look for the end of blanks.
#include "tokenizer/save.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "polyglyph/error.h"
#include "tokenizer/engine.h"
#include "tokenizer/pretokenizer.h"
#include "tokenizer/scanner.h"
#include "vocab/formats/formats.h"
#include "vocab/formats/write_tiktoken.h"
#include "vocab/formats/write_tokenizer_json.h"
#include "vocab/spec_of.h"

namespace polyglyph::tokenizer {
namespace {

std::string fingerprint_of(const vocab::TokenizerSpec& spec) {
  return vocab::Image::adopt(build_image(spec), spec.name)->fingerprint();
}

bool splits_alike(const vocab::TokenizerSpec& a, const vocab::TokenizerSpec& b) {
  const auto scanner = find_scanner(a.splits, a.reference);
  return scanner.has_value() && scanner == find_scanner(b.splits, b.reference);
}

bool is_same_token(const AddedToken& a, const AddedToken& b) {
  const auto plain = [](const AddedToken& t) { return !t.single_word && !t.lstrip && !t.rstrip; };
  return a.id == b.id && a.content == b.content && a.special == b.special && a.control == b.control &&
         plain(a) && plain(b);
}

bool is_one_piece(const vocab::Image& image, std::string_view text) {
  const Pretokenizer pretokenizer(image);
  Pretokenizer::Scratch scratch;
  bool whole = false;
  pretokenizer.split(text, true, scratch, [&](const Pretokenizer::Piece& piece) {
    whole = whole || piece.bytes.size() == text.size();
    return true;
  });
  return whole;
}

// What is not the same, empty if nothing.
std::string difference_of_merges(const vocab::Image& a, const vocab::Image& b) {
  for (const vocab::Image* image : {&a, &b}) {
    const vocab::ImagePipeline& p = image->pipeline();
    if (!p.longest_match || !p.knots.empty()) return "its merges are not in order";
  }
  const bool one_takes_whole_pieces = a.pipeline().ignore_merges != b.pipeline().ignore_merges;
  for (TokenId id = 0; id < a.size(); ++id) {
    if (!a.is_entry(id) || a.is_reachable(id)) continue;
    const bool added = std::ranges::binary_search(a.pipeline().added_tokens, id, {}, &AddedToken::id);
    if (added ? a.pipeline().ignore_merges && is_one_piece(a, a.token(id)) : one_takes_whole_pieces)
      return fmt::format(
          "entry {}, which merges do not reach, is taken for a whole piece in one format alone", id);
  }
  std::vector<TokenId> order;
  for (TokenId id = 0; id < a.size(); ++id) {
    const vocab::Derivation &of_a = a.derivation(id), &of_b = b.derivation(id);
    if (a.is_reachable(id) != b.is_reachable(id) || of_a.left != of_b.left || of_a.right != of_b.right)
      return fmt::format("ranks make entry {} in another way than its merges", id);
    if (of_a.rank != 0) order.push_back(id);
  }
  const auto earlier = [](const vocab::Image& image) {
    return [&image](TokenId x, TokenId y) { return image.derivation(x).rank < image.derivation(y).rank; };
  };
  std::ranges::sort(order, earlier(b));
  const auto odd = std::ranges::is_sorted_until(order, earlier(a));
  return odd == order.end() ? "" : fmt::format("its merges make entry {} out of the order of ids", *odd);
}

}  // namespace

std::string to_tokenizer_json(const vocab::Image& image) {
  const vocab::TokenizerSpec spec = vocab::with_listed_merges(vocab::spec_of(image));
  std::string text = vocab::write_tokenizer_json(spec);
  vocab::TokenizerSpec again = vocab::read_tokenizer_json(spec.name, text);
  again.format = spec.format;
  again.roles = spec.roles;  // what the files beside it say
  again.chat_templates = spec.chat_templates;
  if (fingerprint_of(again) != fingerprint_of(spec)) {
    throw Error(ErrorCode::unsupported,
                "cannot be written as a tokenizer.json that means the same: which of its added tokens are "
                "control tokens, or its ids, come from other files; save an image (.pgv) instead",
                spec.name);
  }
  return text;
}

std::string to_tiktoken(const vocab::Image& image, const std::filesystem::path& path) {
  const vocab::TokenizerSpec spec = vocab::spec_of(image);
  std::string text = vocab::write_tiktoken(spec);
  vocab::TokenizerSpec again;
  try {
    again = vocab::read_tiktoken(path.string(), text, {});
    vocab::check_ranks(path.string(), again, {});
  } catch (const Error& error) {
    vocab::lost_in_tiktoken(
        spec,
        fmt::format("its pattern and special tokens are not in such a file, which has to have the name of "
                    "a known one (o200k_base.tiktoken, cl100k_base.tiktoken, ...), and as {} it would not "
                    "be read: {}",
                    path.filename().string(), error.what()));
  }
  if (!splits_alike(spec, again)) vocab::lost_in_tiktoken(spec, "its split pattern is not that of the name");
  if (!std::ranges::equal(spec.added_tokens, again.added_tokens, is_same_token))
    vocab::lost_in_tiktoken(spec, "its added tokens are not those of the name");
  const auto read_back = vocab::Image::adopt(build_image(again), again.name);
  const std::string difference = difference_of_merges(image, *read_back);
  if (!difference.empty()) vocab::lost_in_tiktoken(spec, difference);
  return text;
}

}  // namespace polyglyph::tokenizer
