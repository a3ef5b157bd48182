// Each text is encoded by itself, without the template's tokens; the template, which loading made of whatever
// post-processors the file has, says where the two go. Without special tokens it still says in what order and
// of which types.
#include "tokenizer/pair.h"

#include <array>
#include <span>
#include <vector>

#include "tokenizer/unit_map.h"

namespace polyglyph::tokenizer {
namespace {

using vocab::TemplatePart;

std::span<const TemplatePart> template_for(const vocab::ImagePipeline& p, std::size_t texts) {
  static constexpr std::array<TemplatePart, 2> plain{
      {{.kind = TemplatePart::Kind::first}, {.kind = TemplatePart::Kind::second, .type = 1}}};
  if (p.single.empty()) return std::span(plain).first(texts);
  return texts == 2 ? p.pair : p.single;
}

void add_token(TokenId id, std::uint32_t type, PairEncoding& out) {
  out.ids.push_back(id);
  out.type_ids.push_back(type);
  out.sequence_ids.push_back(-1);
  out.offsets.push_back({0, 0});
}

void add_text(const Encoding& text, std::int8_t number, std::uint32_t type, PairEncoding& out) {
  out.ids.insert(out.ids.end(), text.ids.begin(), text.ids.end());
  out.offsets.insert(out.offsets.end(), text.offsets.begin(), text.offsets.end());
  out.type_ids.resize(out.ids.size(), type);
  out.sequence_ids.resize(out.ids.size(), number);
}

}  // namespace

PairEncoding encode_pair(const Engine& engine, std::string_view first, std::optional<std::string_view> second,
                         const EncodeOptions& options, OffsetUnit unit) {
  EncodeOptions bare = options;
  bare.add_special_tokens = false;
  std::vector<Encoding> texts;
  const auto encode = [&](std::string_view text) {
    const Engine::Loan loan(engine);
    Encoding& encoding = texts.emplace_back(engine.encode_with_offsets(text, bare, *loan));
    UnitMap units(text, unit);
    for (Span& span : encoding.offsets) span = units.map(span);
  };
  encode(first);
  if (second) encode(*second);

  PairEncoding out;
  for (const TemplatePart& part : template_for(engine.image().pipeline(), texts.size())) {
    const std::size_t number = part.kind == TemplatePart::Kind::second ? 1 : 0;
    if (part.kind == TemplatePart::Kind::token) {
      if (options.add_special_tokens) add_token(part.id, part.type, out);
    } else if (number < texts.size()) {  // a damaged image may ask for a text that is not there
      add_text(texts[number], static_cast<std::int8_t>(number), part.type, out);
    }
  }
  return out;
}

}  // namespace polyglyph::tokenizer
