// The section "post_processor" of a tokenizer.json: what stands around a text, and how spans are trimmed.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vocab/formats/tokenizer_json.h"

namespace polyglyph::vocab {
namespace {

// A few pieces that each name many ids would multiply.
constexpr std::size_t kMaxTemplateTokens = 1024;

bool has_id(const TokenizerSpec& spec, std::uint64_t id) {
  if (id < spec.entries.size() && spec.entries[id].kind != Entry::Kind::absent) return true;
  return std::ranges::binary_search(spec.added_tokens, id, {}, &AddedToken::id);
}

// The ids that a name in a template stands for.
std::map<std::string_view, std::vector<TokenId>> read_template_tokens(const Field& specials,
                                                                      const TokenizerSpec& spec) {
  specials.expect(json::Type::object);
  std::map<std::string_view, std::vector<TokenId>> tokens;
  for (const json::Member member : specials.value().members()) {
    const Field special = specials.child(member.key, member.value);
    special.expect_members({"id", "ids", "tokens"});
    const auto [token, is_new] = tokens.try_emplace(member.key);
    if (!is_new) special.malformed("is there twice; remove one");
    special.at("ids").for_each([&, &ids = token->second](const Field& id) {
      if (!has_id(spec, id.unsigned_integer()))
        id.malformed(fmt::format("no token has the id {}", id.unsigned_integer()));
      ids.push_back(static_cast<TokenId>(id.unsigned_integer()));
    });
  }
  return tokens;
}

// TemplateProcessing: what stands before and after the text, which is the sequence A. Type ids and the
// template for pairs concern inputs of two texts.
void read_template(const Field& component, TokenizerSpec& spec) {
  component.expect_members({"type", "single", "pair", "special_tokens"});
  const auto tokens = read_template_tokens(component.at("special_tokens"), spec);
  bool text_seen = false;
  component.at("single").for_each([&](const Field& piece) {
    piece.expect_members({"Sequence", "SpecialToken"});
    if (piece.value().size() != 1) piece.malformed("must be one Sequence or one SpecialToken");
    const auto sequence = piece.find("Sequence");
    const Field name = (sequence ? *sequence : piece.at("SpecialToken")).at("id");
    if (sequence) {
      if (name.string() != "A") name.unsupported("a template for one text can only hold A");
      if (text_seen) piece.unsupported("a template that holds its text twice");
      text_seen = true;
      spec.single.push_back({.kind = TemplatePart::Kind::first});
      return;
    }
    const auto token = tokens.find(name.string());
    if (token == tokens.end())
      name.malformed(fmt::format("{} is not among special_tokens", excerpt(name.string())));
    for (const TokenId id : token->second) spec.single.push_back({.id = id});
    if (spec.single.size() > kMaxTemplateTokens) {
      piece.fail(ErrorCode::limit,
                 fmt::format("a template that adds more than {} tokens", kMaxTemplateTokens));
    }
  });
  if (!text_seen) component.at("single").unsupported("a template that leaves its text out");
}

}  // namespace

void read_post_processor(const Field& root, TokenizerSpec& spec) {
  const auto post_processor = root.find("post_processor");
  if (!post_processor) return;
  bool template_seen = false;
  for_each_leaf(*post_processor, "processors", [&](const Field& component) {
    const std::string_view type = component.at("type").string();
    if (type == "ByteLevel") {
      const ByteLevel byte_level = read_byte_level(component);
      if (!byte_level.trim_offsets) return;
      if (spec.trim_offsets) component.unsupported("a second ByteLevel that trims offsets");
      if (template_seen) component.unsupported("a ByteLevel that trims offsets after TemplateProcessing");
      spec.trim_offsets = true;
      spec.trim_keeps_prefix_space = byte_level.add_prefix_space;
    } else if (type == "TemplateProcessing") {
      if (template_seen) component.unsupported("a second TemplateProcessing");
      template_seen = true;
      read_template(component, spec);
    } else {
      unsupported_type(component, "ByteLevel, TemplateProcessing, Sequence");
    }
  });
}

}  // namespace polyglyph::vocab
