// The section "post_processor" of a tokenizer.json: what stands around one text and around two, the type ids
// of each part, and how spans are trimmed.
//
// The reference hands the encodings of the texts, one or two, from component to component. BertProcessing and
// RobertaProcessing put tokens around each encoding and leave their number as it is; TemplateProcessing makes
// an encoding of each of its pieces; ByteLevel, and RobertaProcessing before all else, trim spans. In the end
// all encodings are one. None of this asks for the texts, so it is done here once, with rows of parts in the
// place of encodings, and what comes out are the two templates of the spec.
//
// Type ids begin as 0 in the first text and 1 in the second. They are kept without special tokens, too: there
// the templates hold as they are, their tokens left out.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vocab/formats/tokenizer_json.h"

namespace polyglyph::vocab {
namespace {

using Parts = std::vector<TemplatePart>;
using Kind = TemplatePart::Kind;

// A few pieces that each name many ids would multiply, and so would texts that are repeated.
constexpr std::size_t kMaxTemplateTokens = 1024;
constexpr std::ptrdiff_t kMaxTexts = 16;

bool has_id(const TokenizerSpec& spec, std::uint64_t id) {
  if (id < spec.entries.size() && spec.entries[id].kind != Entry::Kind::absent) return true;
  return std::ranges::binary_search(spec.added_tokens, id, {}, &AddedToken::id);
}

TokenId read_id(const Field& field, const TokenizerSpec& spec) {
  const std::uint64_t id = field.unsigned_integer();
  if (!has_id(spec, id)) field.malformed(fmt::format("no token has the id {}", id));
  return static_cast<TokenId>(id);
}

std::uint32_t read_type(const Field& field) {
  if (field.unsigned_integer() > std::numeric_limits<std::uint32_t>::max())
    field.malformed("is above 2^32 - 1");
  return static_cast<std::uint32_t>(field.unsigned_integer());
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
    if (!is_new) special.malformed("is there twice", "remove one");
    special.at("ids").for_each(
        [&, &ids = token->second](const Field& id) { ids.push_back(read_id(id, spec)); });
  }
  return tokens;
}

class Components {
 public:
  explicit Components(TokenizerSpec& spec) : spec_(spec) {}

  void add(const Field& component) {
    const std::string_view type = component.at("type").string();
    if (type == "ByteLevel") {
      const ByteLevel byte_level = read_byte_level(component);
      if (byte_level.trim_offsets) trim(component, byte_level.add_prefix_space);
    } else if (type == "BertProcessing") {
      component.expect_members({"type", "sep", "cls"});
      surround(component, false);
    } else if (type == "RobertaProcessing") {
      component.expect_members({"type", "sep", "cls", "trim_offsets", "add_prefix_space"});
      if (component.at("trim_offsets").boolean()) trim(component, component.at("add_prefix_space").boolean());
      surround(component, true);
    } else if (type == "TemplateProcessing") {
      apply_template(component);
    } else {
      unsupported_type(component,
                       "BertProcessing, ByteLevel, RobertaProcessing, Sequence, TemplateProcessing");
    }
  }

  // To the spec; nothing where every component left the texts alone.
  void finish() {
    if (!surrounded_ && !templated_) return;
    for (const Parts& parts : single_) spec_.single.insert(spec_.single.end(), parts.begin(), parts.end());
    for (const Parts& parts : pair_) spec_.pair.insert(spec_.pair.end(), parts.begin(), parts.end());
  }

 private:
  void trim(const Field& component, bool keeps_prefix_space) {
    if (spec_.trim_offsets) component.unsupported("a second component that trims offsets");
    // The first token's prefix space is kept, and [CLS] would be the first token.
    if (surrounded_ && keeps_prefix_space)
      component.unsupported("offsets that are trimmed after tokens were put around the text");
    spec_.trim_offsets = true;
    spec_.trim_keeps_prefix_space = keeps_prefix_space;
  }

  // BertProcessing puts [CLS] before the first encoding and [SEP] behind each. RobertaProcessing puts another
  // [SEP] before each but the first, and gives everything the type 0.
  void surround(const Field& component, bool roberta) {
    const TokenId sep = read_token(component.at("sep")), cls = read_token(component.at("cls"));
    for (std::vector<Parts>* encodings : {&single_, &pair_}) {
      for (std::size_t i = 0; i < encodings->size(); ++i) {
        Parts& parts = (*encodings)[i];
        if (roberta) {
          for (TemplatePart& part : parts) part.type = 0;
        }
        if (i == 0 || roberta) parts.insert(parts.begin(), {.id = i == 0 ? cls : sep});
        parts.push_back({.id = sep, .type = i == 0 || roberta ? 0u : 1u});
      }
      check_size(component, *encodings);
    }
    surrounded_ = true;
  }

  // ["[SEP]", 102]: the name is for people.
  TokenId read_token(const Field& field) const {
    if (field.value().size() != 2 || field.value().type() != json::Type::array)
      field.malformed(R"(must be a token and its id, as in ["[SEP]", 102])");
    const auto elements = field.value().elements();
    return read_id(field.child(1, *++elements.begin()), spec_);
  }

  void apply_template(const Field& component) {
    component.expect_members({"type", "single", "pair", "special_tokens"});
    if (templated_) component.unsupported("a second TemplateProcessing");
    templated_ = true;
    const auto tokens = read_template_tokens(component.at("special_tokens"), spec_);
    const Field single = component.at("single"), pair = component.at("pair");
    single_ = filled_in(read_pieces(single, tokens), single_, single);
    pair_ = filled_in(read_pieces(pair, tokens), pair_, pair);
    // What encodes as it reads cannot give the text out twice.
    const auto texts = count_texts(single_);
    if (texts == 0) single.unsupported("a template that leaves its text out");
    if (texts > 1) single.unsupported("a template for one text that holds it twice");
  }

  // A piece is a text or the ids that one name stands for.
  std::vector<Parts> read_pieces(const Field& list,
                                 const std::map<std::string_view, std::vector<TokenId>>& tokens) const {
    std::vector<Parts> pieces;
    list.for_each([&](const Field& piece) {
      piece.expect_members({"Sequence", "SpecialToken"});
      if (piece.value().size() != 1) piece.malformed("must be one Sequence or one SpecialToken");
      const auto sequence = piece.find("Sequence");
      const Field body = sequence ? *sequence : piece.at("SpecialToken");
      body.expect_members({"id", "type_id"});
      const Field name = body.at("id");
      const std::uint32_t type = read_type(body.at("type_id"));
      Parts& parts = pieces.emplace_back();
      if (sequence) {
        if (name.string() != "A" && name.string() != "B") name.malformed("must be A or B");
        parts.push_back({.kind = name.string() == "A" ? Kind::first : Kind::second, .type = type});
      } else {
        const auto token = tokens.find(name.string());
        if (token == tokens.end())
          name.malformed(fmt::format("{} is not among special_tokens", excerpt(name.string())));
        for (const TokenId id : token->second) parts.push_back({.id = id, .type = type});
      }
      check_size(list, pieces);
    });
    return pieces;
  }

  // A template with the encodings so far in the places of the texts; each becomes of one type.
  std::vector<Parts> filled_in(std::vector<Parts> pieces, const std::vector<Parts>& encodings,
                               const Field& list) const {
    for (Parts& piece : pieces) {
      if (piece.empty() || piece.front().kind == Kind::token) continue;
      const std::size_t text = piece.front().kind == Kind::first ? 0 : 1;
      if (text >= encodings.size()) list.unsupported("a template for one text can only hold A");
      const std::uint32_t type = piece.front().type;
      piece = encodings[text];
      for (TemplatePart& part : piece) part.type = type;
    }
    check_size(list, pieces);
    return pieces;
  }

  static std::ptrdiff_t count_texts(const std::vector<Parts>& encodings) {
    std::ptrdiff_t texts = 0;
    for (const Parts& parts : encodings)
      texts += std::ranges::count_if(parts, [](const auto& part) { return part.kind != Kind::token; });
    return texts;
  }

  static void check_size(const Field& field, const std::vector<Parts>& encodings) {
    std::size_t size = 0;
    for (const Parts& parts : encodings) size += parts.size();
    if (size > kMaxTemplateTokens) {
      field.fail(ErrorCode::limit, fmt::format("a template that adds more than {} tokens; use a shorter one",
                                               kMaxTemplateTokens));
    }
    if (count_texts(encodings) > kMaxTexts)
      field.fail(ErrorCode::limit,
                 fmt::format("a template that holds more than {} texts; use a shorter one", kMaxTexts));
  }

  TokenizerSpec& spec_;
  std::vector<Parts> single_{{{.kind = Kind::first}}};
  std::vector<Parts> pair_{{{.kind = Kind::first}}, {{.kind = Kind::second, .type = 1}}};
  bool surrounded_ = false;
  bool templated_ = false;
};

}  // namespace

void read_post_processor(const Field& root, TokenizerSpec& spec) {
  const auto post_processor = root.find("post_processor");
  if (!post_processor) return;
  Components components(spec);
  for_each_leaf(*post_processor, "processors", [&](const Field& component) { components.add(component); });
  components.finish();
}

}  // namespace polyglyph::vocab
