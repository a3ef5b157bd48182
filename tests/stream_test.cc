// Streams: wherever a text is cut, the ids are those of the whole.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "polyglyph/error.h"
#include "polyglyph/tokenizer.h"
#include "tests/texts.h"
#include "tokenizer/engine.h"
#include "vocab/spec.h"

namespace polyglyph::test {
namespace {

std::vector<TokenId> in_two(const Tokenizer& tokenizer, std::string_view text, std::size_t cut,
                            EncodeOptions options) {
  std::vector<TokenId> ids;
  EncodeStream stream = tokenizer.encode_stream(options);
  stream.feed(text.substr(0, cut), ids);
  stream.feed(text.substr(cut), ids);
  stream.finish(ids);
  return ids;
}

std::vector<TokenId> in_chunks(const Tokenizer& tokenizer, std::string_view text, std::size_t largest,
                               unsigned seed, EncodeOptions options = {}) {
  std::mt19937 random(seed);
  std::vector<TokenId> ids;
  EncodeStream stream = tokenizer.encode_stream(options);
  while (!text.empty()) {
    const std::size_t size = std::min<std::size_t>(text.size(), 1 + random() % largest);
    stream.feed(text.substr(0, size), ids);
    text.remove_prefix(size);
  }
  stream.finish(ids);
  return ids;
}

TEST_CASE("a text cut at every byte") {
  const std::string name = GENERATE(from_range(Tokenizer::builtins()));
  const SpecialTokens mode = GENERATE(SpecialTokens::text, SpecialTokens::parse);
  const EncodeOptions options{.special_tokens = mode};
  const Tokenizer& tokenizer = builtin(name);
  std::vector<std::string> texts = ill_formed_texts();
  texts.insert(texts.end(), hostile_texts().begin(), hostile_texts().end());
  for (const std::string& text : texts) {
    if (text.size() > 60) continue;  // the time is that of its square; long texts have a test of their own
    const std::vector<TokenId> whole = tokenizer.encode(text, options);
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      if (in_two(tokenizer, text, cut, options) != whole) {
        INFO(name << ", cut at " << cut << ": " << escaped(text));
        CHECK(in_two(tokenizer, text, cut, options) == whole);
        break;
      }
    }
    if (in_chunks(tokenizer, text, 1, 0, options) != whole) {
      INFO(name << ", byte by byte: " << escaped(text));
      CHECK(in_chunks(tokenizer, text, 1, 0, options) == whole);
    }
  }
}

TEST_CASE("long texts in chunks") {
  const std::string name = GENERATE(from_range(Tokenizer::builtins()));
  const Tokenizer& tokenizer = builtin(name);
  for (const auto& [kind, text] : long_texts(20'000)) {
    const std::vector<TokenId> whole = tokenizer.encode(text);
    for (const std::size_t largest : {1, 7, 300, 9'000}) {
      INFO(name << ", " << kind << ", chunks of up to " << largest);
      CHECK((in_chunks(tokenizer, text, largest, 5) == whole));
    }
  }
}

TEST_CASE("counting in chunks builds no ids") {
  const Tokenizer& tokenizer = builtin("qwen3");
  for (const std::string& text : hostile_texts()) {
    EncodeStream stream = tokenizer.encode_stream();
    std::size_t count = 0;
    for (const char& byte : text) count += stream.feed_count({&byte, 1});
    count += stream.finish_count();
    INFO(escaped(text));
    CHECK(count == tokenizer.count(text));
  }
}

TEST_CASE("what is held back does not grow with the text") {
  const std::string name = GENERATE(from_range(Tokenizer::builtins()));
  EncodeStream stream = builtin(name).encode_stream();
  const std::string sentence =
      "Numbers 1234567 and words, don't they?  \u00C9t\u00E9 e\u0301 \u4E2D\u6587\u3002\n";
  std::vector<TokenId> ids;
  std::size_t most = 0;
  for (int i = 0; i < 20'000; ++i) {
    stream.feed(sentence, ids);
    most = std::max(most, stream.pending());
  }
  CHECK(most < 4 * sentence.size());
  stream.finish(ids);
  CHECK(stream.pending() == 0);
}

TEST_CASE("a stream can be used again and moved") {
  const Tokenizer& tokenizer = builtin("o200k");
  EncodeStream stream = tokenizer.encode_stream();
  for (const char* text : {"one two", "", "three"}) {
    std::vector<TokenId> ids;
    stream.feed(text, ids);
    EncodeStream moved = std::move(stream);
    moved.finish(ids);
    stream = std::move(moved);
    CHECK(ids == tokenizer.encode(text));
  }
}

TEST_CASE("a stream outlives the tokenizer that it came from") {
  std::vector<TokenId> ids;
  EncodeStream stream = Tokenizer::builtin("cl100k").encode_stream();
  stream.feed("Hello, world", ids);
  stream.finish(ids);
  CHECK(ids == builtin("cl100k").encode("Hello, world"));
}

TEST_CASE("reject names the place in the stream") {
  const EncodeOptions options{.special_tokens = SpecialTokens::reject};
  EncodeStream stream = builtin("qwen3").encode_stream(options);
  std::vector<TokenId> ids;
  const auto feed_all = [&] {
    for (const char* chunk : {"some text in ", "<|im_", "end|>", " and more"}) stream.feed(chunk, ids);
    stream.finish(ids);
  };
  try {
    feed_all();
    FAIL("nothing was rejected");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::control_token);
    CHECK_THAT(error.what(), Catch::Contains("<|im_end|>") && Catch::Contains("13"));
  }
}

// rstrip gives out white space in which nothing has been looked for yet; what a stream drops must not be
// that.
TEST_CASE("added tokens that take white space along, in a long stream") {
  vocab::TokenizerSpec spec;
  spec.name = "small";
  spec.format = "tokenizer.json";
  spec.names_use_byte_alphabet = true;
  std::string& pool = spec.pools.emplace_back();
  pool.reserve(256);
  for (int byte = 0; byte < 256; ++byte) {
    pool += static_cast<char>(byte);
    spec.entries.push_back({vocab::Entry::Kind::bytes, std::string_view(pool).substr(byte, 1)});
  }
  spec.added_tokens = {{.id = 256, .content = "ZZ", .rstrip = true},
                       {.id = 257, .content = "<|s|>", .lstrip = true, .rstrip = true},
                       {.id = 258, .content = " \n x"}};
  const Tokenizer tokenizer = Tokenizer::from_image(tokenizer::build_image(spec));
  const EncodeOptions options{.special_tokens = SpecialTokens::parse};
  std::string text;
  std::mt19937 random(3);
  for (int i = 0; i < 3000; ++i) {
    constexpr const char* parts[] = {"ZZ", "Z", "<|s|>", "<|s", "     ", " \n x", " ", "ab", "\n"};
    text += parts[random() % std::size(parts)];
  }
  const std::vector<TokenId> whole = tokenizer.encode(text, options);
  for (const std::size_t largest : {1, 2, 5, 40, 1000}) {
    INFO("chunks of up to " << largest);
    CHECK((in_chunks(tokenizer, text, largest, 7, options) == whole));
  }
}

}  // namespace
}  // namespace polyglyph::test
