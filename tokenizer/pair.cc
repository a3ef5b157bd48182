// Each text is encoded by itself, without the template's tokens; the template, which loading made of whatever
// post-processors the file has, says where the two go. Without special tokens it still says in what order and
// of which types. Truncation comes before spans are trimmed: the first token that is left counts as the
// first.
#include "tokenizer/pair.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "tokenizer/settings.h"
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

// Appends rows to a PairEncoding.
class Rows {
 public:
  explicit Rows(PairEncoding& out) : out_(out) {}

  void add_tokens(std::size_t count, TokenId id, std::uint32_t type, bool attended) {
    out_.ids.resize(out_.ids.size() + count, id);
    fill(type, -1, attended);
    out_.offsets.resize(out_.ids.size());
  }
  void add_text(const Encoding& text, const Kept& kept, std::int8_t number, std::uint32_t type) {
    const auto append = [&](auto& to, const auto& from) {
      const auto begin = from.begin();
      to.insert(to.end(), begin + static_cast<std::ptrdiff_t>(kept.begin),
                begin + static_cast<std::ptrdiff_t>(kept.end));
    };
    append(out_.ids, text.ids);
    append(out_.offsets, text.offsets);
    fill(type, number, true);
  }

 private:
  void fill(std::uint32_t type, std::int8_t number, bool attended) {
    out_.type_ids.resize(out_.ids.size(), type);
    out_.sequence_ids.resize(out_.ids.size(), number);
    out_.attention_mask.resize(out_.ids.size(), attended);
  }

  PairEncoding& out_;
};

PairEncoding assemble(std::span<const TemplatePart> parts, std::span<const Encoding> texts,
                      const std::array<Kept, 2>& kept, bool add_special_tokens) {
  PairEncoding out;
  Rows rows(out);
  for (const TemplatePart& part : parts) {
    const std::size_t number = part.kind == TemplatePart::Kind::second ? 1 : 0;
    if (part.kind == TemplatePart::Kind::token) {
      if (add_special_tokens) rows.add_tokens(1, part.id, part.type, true);
    } else if (number < texts.size()) {  // a damaged image may ask for a text that is not there
      rows.add_text(texts[number], kept[number], static_cast<std::int8_t>(number), part.type);
    }
  }
  return out;
}

PairEncoding padded(PairEncoding encoding, const Padding& padding) {
  const std::size_t size = encoding.ids.size(), target = padded_size(padding, size);
  if (target <= size) return encoding;
  PairEncoding out;
  Rows rows(padding.side == Side::right ? encoding : out);
  rows.add_tokens(target - size, padding.id, padding.type, false);
  if (padding.side == Side::right) return encoding;
  const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  append(out.ids, encoding.ids);
  append(out.type_ids, encoding.type_ids);
  append(out.sequence_ids, encoding.sequence_ids);
  append(out.offsets, encoding.offsets);
  append(out.attention_mask, encoding.attention_mask);
  return out;
}

}  // namespace

PairEncoding encode_pair(const Engine& engine, std::string_view first, std::optional<std::string_view> second,
                         const EncodeOptions& options, OffsetUnit unit) {
  EncodeOptions bare = options;
  bare.add_special_tokens = false;
  std::vector<Encoding> texts;
  const auto encode = [&](std::string_view text) {
    const Engine::Loan loan(engine);
    texts.push_back(engine.encode_untrimmed(text, bare, *loan));
  };
  encode(first);
  if (second) encode(*second);

  const auto parts = template_for(engine.image().pipeline(), texts.size());
  const std::size_t size = texts[0].ids.size();
  const auto other = second ? std::optional(texts[1].ids.size()) : std::nullopt;
  std::array<Kept, 2> kept{{{0, size}, {0, other.value_or(0)}}};
  if (const Truncation* truncation = engine.truncation()) {
    const auto added = options.add_special_tokens
                           ? std::ranges::count(parts, TemplatePart::Kind::token, &TemplatePart::kind)
                           : 0;
    kept = truncate(*truncation, static_cast<std::size_t>(added), size, other);
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    engine.trim(texts[i], kept[i].begin, kept[i].end);
    UnitMap units(i == 0 ? first : *second, unit);
    for (Span& span : texts[i].offsets) span = units.map(span);
  }
  PairEncoding encoding = assemble(parts, texts, kept, options.add_special_tokens);
  const Padding* padding = engine.padding();
  return padding == nullptr ? encoding : padded(std::move(encoding), *padding);
}

}  // namespace polyglyph::tokenizer
