// What the reference does, step by step (its truncation.rs, post_process and padding.rs): the template's
// tokens are taken off max_length, the texts are cut to the rest, put into the template, and then padded.
//
// Two of its ways are odd and kept: a max_length that has no room for the template cuts nothing, and a
// strategy that names one text fails where cutting that text is not enough. One is left out: it panics where
// the stride of overflowing parts is not below what a text is cut to. Nobody gets those parts here.
#include "tokenizer/settings.h"

#include <algorithm>
#include <utility>

#include "polyglyph/error.h"

namespace polyglyph::tokenizer {
namespace {

using Strategy = Truncation::Strategy;

Kept cut(std::size_t size, std::size_t most, Side side) {
  if (most >= size) return {0, size};
  return side == Side::left ? Kept{size - most, size} : Kept{0, most};
}

// The longer of two texts loses first; once they are as long as each other they lose in turn.
std::pair<std::size_t, std::size_t> share(std::size_t first, std::size_t second, std::size_t most) {
  const bool swap = first > second;
  std::size_t shorter = std::min(first, second);
  std::size_t longer = shorter > most ? shorter : std::max(shorter, most - shorter);
  if (shorter + longer > most) {
    shorter = most / 2;
    longer = shorter + most % 2;
  }
  return swap ? std::pair(longer, shorter) : std::pair(shorter, longer);
}

[[noreturn]] void fail(const char* what) {
  throw Error(ErrorCode::invalid_argument, what, "truncation");
}

}  // namespace

std::array<Kept, 2> truncate(const Truncation& truncation, std::size_t added, std::size_t first,
                             std::optional<std::size_t> second) {
  const std::size_t other = second.value_or(0), all = first + other;
  const std::uint64_t room = truncation.max_length - added;
  if (truncation.max_length < added || all <= room) return {{{0, first}, {0, other}}};
  const auto most = static_cast<std::size_t>(room);
  if (most == 0) return {};
  const auto result = [&](std::size_t a, std::size_t b) {
    return std::array{cut(first, a, truncation.side), cut(other, b, truncation.side)};
  };
  if (truncation.strategy == Strategy::longest_first) {
    if (!second) return result(most, 0);
    const auto [a, b] = share(first, other, most);
    return result(a, b);
  }
  const bool is_first = truncation.strategy == Strategy::only_first;
  if (!is_first && !second) {
    fail(
        "the file's settings shorten the second of two texts, and there is only one, too long by itself; "
        "load "
        "the file without apply_file_settings");
  }
  const std::size_t target = is_first ? first : other, excess = all - most;
  if (target <= excess) {
    fail(is_first ? "the file's settings shorten the first text alone, and it is too short for that"
                  : "the file's settings shorten the second text alone, and it is too short for that");
  }
  return is_first ? result(target - excess, other) : result(first, target - excess);
}

std::size_t padded_size(const Padding& padding, std::size_t longest) {
  const std::size_t size = padding.length ? static_cast<std::size_t>(*padding.length) : longest;
  const auto multiple = static_cast<std::size_t>(padding.multiple_of);
  return multiple == 0 ? size : (size + multiple - 1) / multiple * multiple;
}

IdParts encode_truncated(const Engine& engine, std::string_view text, const EncodeOptions& options,
                         Worker& worker) {
  worker.ids.clear();
  Output out{&worker.ids};
  engine.encode(text, options, worker, out);
  const std::span<const TokenId> ids(worker.ids.begin(), worker.ids.size());
  const Truncation* truncation = engine.truncation();
  if (truncation == nullptr) return {ids};
  const vocab::ImagePipeline& p = engine.image().pipeline();
  const std::size_t prefix = options.add_special_tokens ? p.prefix.size() : 0;
  const std::size_t suffix = options.add_special_tokens ? p.suffix.size() : 0;
  const std::span<const TokenId> body = ids.subspan(prefix, ids.size() - prefix - suffix);
  const Kept kept = truncate(*truncation, prefix + suffix, body.size(), std::nullopt)[0];
  return {ids.first(prefix), body.subspan(kept.begin, kept.size()), ids.last(suffix)};
}

std::size_t count_settled(const Engine& engine, std::string_view text, const EncodeOptions& options,
                          Worker& worker) {
  const vocab::ImagePipeline& p = engine.image().pipeline();
  Output out;
  engine.encode(text, options, worker, out);
  std::size_t count = out.count;
  if (const Truncation* truncation = engine.truncation()) {
    const std::size_t added = options.add_special_tokens ? p.prefix.size() + p.suffix.size() : 0;
    count = added + truncate(*truncation, added, count - added, std::nullopt)[0].size();
  }
  const Padding* padding = engine.padding();
  return padding == nullptr ? count : std::max(count, padded_size(*padding, count));
}

void append_padded(const IdParts& parts, const Padding* padding, std::size_t size,
                   std::vector<TokenId>& out) {
  std::size_t count = 0;
  for (const auto& part : parts) count += part.size();
  const std::size_t missing = padding != nullptr && size > count ? size - count : 0;
  if (missing != 0 && padding->side == Side::left) out.insert(out.end(), missing, padding->id);
  for (const auto& part : parts) out.insert(out.end(), part.begin(), part.end());
  if (missing != 0 && padding->side == Side::right) out.insert(out.end(), missing, padding->id);
}

}  // namespace polyglyph::tokenizer
