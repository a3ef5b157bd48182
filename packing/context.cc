// Counts of parts that are encoded one by one add up, so choosing is adding. Whether parts may be put
// together is not derived from how a tokenizer splits but tried: all at once, and where that does not give
// the same ids, pair by pair.
#include "polyglyph/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <unordered_map>

#include "packing/text_ends.h"
#include "polyglyph/error.h"

namespace polyglyph {
namespace {

constexpr unsigned kYarnFactors[] = {1, 2, 4};

struct Part {
  std::string text;
  std::vector<TokenId> ids;
};

// Parts that lie one behind the other.
class Joiner {
 public:
  Joiner(const Tokenizer& tokenizer, std::span<const Part> parts, EncodeOptions options)
      : tokenizer_(tokenizer), parts_(parts), options_(options) {
    options_.add_special_tokens = false;
    // The frame has been looked through, and chunks may hold what they like.
    if (options_.special_tokens == SpecialTokens::reject) options_.special_tokens = SpecialTokens::text;
  }

  std::vector<ContextPart> join() {
    if (same_ids(0, parts_.size())) {
      add(0, parts_.size());
    } else {
      for (std::size_t begin = 0, end = 0; begin < parts_.size(); begin = end) {
        end = begin + 1;
        while (end < parts_.size() && same_ids(end - 1, end + 1)) ++end;
        // What is true of pairs is as good as always true of them all.
        if (same_ids(begin, end)) {
          add(begin, end);
        } else {
          for (std::size_t i = begin; i < end; ++i) add(i, i + 1);
        }
      }
    }
    return std::move(joined_);
  }

 private:
  std::string text(std::size_t begin, std::size_t end) const {
    std::string text;
    for (std::size_t i = begin; i < end; ++i) text += parts_[i].text;
    return text;
  }

  // Whether the parts put together are encoded to their ids put together.
  bool same_ids(std::size_t begin, std::size_t end) const {
    return same_ids(begin, end, options_.special_tokens);
  }
  bool same_ids(std::size_t begin, std::size_t end, SpecialTokens special_tokens) const {
    EncodeOptions options = options_;
    options.special_tokens = special_tokens;
    const std::vector<TokenId> ids = tokenizer_.encode(text(begin, end), options);
    auto at = ids.begin();
    for (std::size_t i = begin; i < end; ++i) {
      const std::vector<TokenId>& own = parts_[i].ids;
      if (static_cast<std::size_t>(ids.end() - at) < own.size() || !std::equal(own.begin(), own.end(), at))
        return false;
      at += static_cast<std::ptrdiff_t>(own.size());
    }
    return at == ids.end();
  }

  void add(std::size_t begin, std::size_t end) {
    ContextPart part{text(begin, end), options_.special_tokens, 0, true};
    for (std::size_t i = begin; i < end; ++i) part.tokens += parts_[i].ids.size();
    part.safe_as_text = same_ids(begin, end, SpecialTokens::parse);
    // A chunk that spells a control token.
    if (!part.safe_as_text) part.special_tokens = SpecialTokens::text;
    if (!part.text.empty()) joined_.push_back(std::move(part));
  }

  const Tokenizer& tokenizer_;
  std::span<const Part> parts_;
  EncodeOptions options_;
  std::vector<ContextPart> joined_;
};

std::string followed_by(std::string_view text, std::string_view separator) {
  std::string all(text);
  if (!text.empty()) all += separator;
  return all;
}

// What the tokenizer's template puts around a text.
struct Added {
  std::vector<TokenId> before, behind;
};

Added added_tokens(const Tokenizer& tokenizer, EncodeOptions options) {
  if (!options.add_special_tokens) return {};
  constexpr std::string_view kAny = "a";
  const std::vector<TokenId> all = tokenizer.encode(kAny, options);
  options.add_special_tokens = false;
  const std::vector<TokenId> text = tokenizer.encode(kAny, options);
  const auto at = std::search(all.begin(), all.end(), text.begin(), text.end());
  return {{all.begin(), at}, {at + static_cast<std::ptrdiff_t>(text.size()), all.end()}};
}

void put_in_order(std::vector<std::size_t>& chosen, std::span<const std::string_view> chunks,
                  const ContextOptions& options) {
  // Where each stood in the context before; behind all of those if it did not.
  std::vector<std::size_t> stood(chunks.size(), options.previous.size());
  std::unordered_map<std::string_view, std::vector<std::size_t>> places;
  for (std::size_t i = options.previous.size(); i-- > 0;) places[options.previous[i]].push_back(i);
  for (const std::size_t chunk : chosen) {
    const auto found = places.find(chunks[chunk]);
    if (found == places.end() || found->second.empty()) continue;
    stood[chunk] = found->second.back();
    found->second.pop_back();
  }
  std::stable_sort(chosen.begin(), chosen.end(), [&](std::size_t a, std::size_t b) {
    if (stood[a] != stood[b]) return stood[a] < stood[b];
    return options.order == ContextOrder::stable && chunks[a] < chunks[b];
  });
}

unsigned yarn_factor(std::size_t tokens, std::size_t native_context) {
  for (const unsigned factor : kYarnFactors) {
    if (tokens <= native_context * factor) return factor;
  }
  return kYarnFactors[std::size(kYarnFactors) - 1];
}

}  // namespace

Context fit_context(const Tokenizer& tokenizer, std::string_view system,
                    std::span<const std::string_view> chunks, std::string_view query,
                    const ContextOptions& options) {
  const unsigned most = kYarnFactors[std::size(kYarnFactors) - 1];
  if (options.limit / most + (options.limit % most != 0) > options.native_context) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format(
            "it is {}, and a model that reads {} tokens by itself reads {} with the largest YaRN factor; "
            "give less, or native_context of another model",
            options.limit, options.native_context, options.native_context * most),
        "limit");
  }
  const std::size_t budget = packing::text_budget(tokenizer, options.limit, options.encode, "limit");
  EncodeOptions frame = options.encode;
  frame.add_special_tokens = false;
  EncodeOptions stranger = frame;
  stranger.special_tokens = SpecialTokens::text;

  Part first{followed_by(system, options.separator), {}}, last{std::string(query), {}};
  first.ids = tokenizer.encode(first.text, frame);
  last.ids = tokenizer.encode(last.text, frame);
  const std::size_t taken = first.ids.size() + last.ids.size();
  if (taken > budget || options.reserve > budget - taken) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("it is {}, and the system text and the query take {}, with {} in reserve; give more",
                    options.limit, taken + options.limit - budget, options.reserve),
        "limit");
  }

  Context context;
  std::size_t room = budget - taken - options.reserve;
  std::vector<Part> parts(chunks.size());
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    Part part{followed_by(chunks[i], options.separator), {}};
    if (tokenizer.fits(part.text, room, stranger)) {
      part.ids = tokenizer.encode(part.text, stranger);
      room -= part.ids.size();
      parts[i] = std::move(part);
      context.chosen.push_back(i);
    } else {
      context.left_out.push_back(i);
    }
  }
  put_in_order(context.chosen, chunks, options);

  std::vector<Part> all;
  all.push_back(std::move(first));
  for (const std::size_t chunk : context.chosen) all.push_back(std::move(parts[chunk]));
  all.push_back(std::move(last));

  const Added added = added_tokens(tokenizer, options.encode);
  context.ids = added.before;
  for (const Part& part : all) context.ids.insert(context.ids.end(), part.ids.begin(), part.ids.end());
  context.ids.insert(context.ids.end(), added.behind.begin(), added.behind.end());
  context.parts = Joiner(tokenizer, all, frame).join();
  context.yarn_factor = yarn_factor(context.ids.size() + options.reserve, options.native_context);
  return context;
}

}  // namespace polyglyph
