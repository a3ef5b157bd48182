// The properties hold for every tokenizer, so that targets which load what they were given can ask for them
// too. What needs to know the vocabulary is left to the caller.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "fuzz/target.h"
#include "polyglyph/error.h"
#include "polyglyph/text.h"

namespace polyglyph::fuzz {
namespace {

std::vector<TokenId> streamed(const Tokenizer& tokenizer, std::string_view text, std::size_t cut,
                              EncodeOptions options) {
  std::vector<TokenId> ids;
  EncodeStream stream = tokenizer.encode_stream(options);
  stream.feed(text.substr(0, cut), ids);
  stream.feed(text.substr(cut), ids);
  stream.finish(ids);
  return ids;
}

void check_offsets(const Tokenizer& tokenizer, std::string_view text, const std::vector<TokenId>& ids,
                   EncodeOptions options) {
  const std::size_t sizes[] = {text.size(), count_characters(text), static_cast<std::size_t>(-1)};
  const OffsetUnit units[] = {OffsetUnit::bytes, OffsetUnit::chars, OffsetUnit::utf16};
  for (std::size_t unit = 0; unit < 3; ++unit) {
    const Encoding encoding = tokenizer.encode_with_offsets(text, options, units[unit]);
    require(encoding.ids == ids, "encode_with_offsets gives the ids of encode");
    require(encoding.offsets.size() == ids.size(), "there is a span for each id");
    for (const Span& span : encoding.offsets) {
      require(span.begin <= span.end && span.end <= sizes[unit], "spans are of the text");
    }
  }
}

void check_decoding(const Tokenizer& tokenizer, const std::vector<TokenId>& ids) {
  const std::string whole = tokenizer.decode(ids);
  DecodeStream stream = tokenizer.decode_stream();
  std::string parts;
  for (const TokenId id : ids) {
    const std::string part = stream.step(id);
    require(is_utf8(part), "parts of a decoded stream are UTF-8");
    require(stream.pending().size() <= 3, "a stream holds back less than a character");
    parts += part;
  }
  parts += stream.finish();
  require(parts == to_utf8(whole), "a decoded stream gives the text of the whole");
}

}  // namespace

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

void check_text(const Tokenizer& tokenizer, std::string_view text, std::size_t cut, EncodeOptions options) {
  const std::vector<TokenId> ids = tokenizer.encode(text, options);
  require(tokenizer.encode(text, options) == ids, "encoding twice gives the same ids");
  require(tokenizer.count(text, options) == ids.size(), "count is the number of ids");
  require(tokenizer.fits(text, ids.size(), options), "a text fits its own count");
  require(ids.empty() || !tokenizer.fits(text, ids.size() - 1, options),
          "a text does not fit less than its count");
  require(streamed(tokenizer, text, cut % (text.size() + 1), options) == ids,
          "a stream gives the ids of the whole");

  const std::string_view texts[] = {text, text.substr(text.size() / 2), text};
  const Batch batch = tokenizer.encode_batch(texts, options, 2);
  const auto row = [&](std::size_t i) {
    return std::vector(batch.ids.begin() + batch.row_splits[i], batch.ids.begin() + batch.row_splits[i + 1]);
  };
  require(batch.row_splits.size() == 4, "a batch has a row for each text");
  require(row(0) == ids && row(2) == ids && row(1) == tokenizer.encode(texts[1], options),
          "rows are the texts' ids");

  check_offsets(tokenizer, text, ids, options);
  check_decoding(tokenizer, ids);
}

void touch_everything(const Tokenizer& tokenizer) {
  const Vocab& vocab = tokenizer.vocab();
  std::string text = "The \u00E9te\u0301, 1234 '\u4E2D\u6587's  \n\xFF<|x|>";
  std::vector<TokenId> ids;
  for (TokenId id = 0; id < vocab.size() && id < 2'000; ++id) {
    if (!vocab.contains(id)) continue;
    ids.push_back(id);
    text += vocab.token_bytes(id);
    vocab.find(vocab.token_name(id));
  }
  tokenizer.description();
  tokenizer.decode(ids);
  DecodeStream decoding = tokenizer.decode_stream();
  for (const TokenId id : ids) decoding.step(id);
  for (const SpecialTokens mode : {SpecialTokens::text, SpecialTokens::parse}) {
    const EncodeOptions options{.special_tokens = mode, .add_special_tokens = true};
    tokenizer.encode(text, options);
    tokenizer.encode_with_offsets(text, options, OffsetUnit::utf16);
    streamed(tokenizer, text, text.size() / 3, options);
  }
}

void check_load(const std::function<Tokenizer()>& load, std::size_t number) {
  // Space, marks, digits, added tokens of the seeds, and what is not UTF-8.
  constexpr std::string_view kTexts[] = {"", "ab abab  'the \u00E9 e\u0301\n\n12 <x> <|c|>ab",
                                         " a  b\u2581ab\u4E2D\u3000\uFF21 ",
                                         "\xFF"
                                         "a\xE4\xB8"};
  try {
    const Tokenizer tokenizer = load();
    touch_everything(tokenizer);
    for (const std::string_view text : kTexts) {
      for (const SpecialTokens mode : {SpecialTokens::text, SpecialTokens::parse}) {
        check_text(tokenizer, text, number, {.special_tokens = mode, .add_special_tokens = number % 2 == 1});
      }
    }
  } catch (const Error& error) {
    require(error.what()[0] != '\0', "an error says what is wrong");
  }
}

}  // namespace polyglyph::fuzz
