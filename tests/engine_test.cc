// What must hold of every tokenizer on every text, whatever its ids are.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "polyglyph/error.h"
#include "polyglyph/text.h"
#include "polyglyph/tokenizer.h"
#include "tests/texts.h"

namespace polyglyph::test {
namespace {

const EncodeOptions kParse{.special_tokens = SpecialTokens::parse};
const EncodeOptions kReject{.special_tokens = SpecialTokens::reject};

// Spans go forward and leave nothing out.
bool covers(const std::vector<Span>& offsets, std::size_t size) {
  std::size_t reached = 0, begin = 0;
  for (const Span& span : offsets) {
    if (span.begin < begin || span.begin > reached || span.end < reached || span.end > size) return false;
    begin = span.begin;
    reached = span.end;
  }
  return reached == size;
}

void check_properties(const Tokenizer& tokenizer, std::string_view text, bool normalizes) {
  const std::vector<TokenId> ids = tokenizer.encode(text);
  CHECK(tokenizer.count(text) == ids.size());
  CHECK(tokenizer.fits(text, ids.size()));
  if (!ids.empty()) CHECK_FALSE(tokenizer.fits(text, ids.size() - 1));

  const Encoding encoding = tokenizer.encode_with_offsets(text);
  CHECK((encoding.ids == ids));
  REQUIRE(encoding.offsets.size() == ids.size());
  CHECK(covers(encoding.offsets, text.size()));
  const Encoding in_chars = tokenizer.encode_with_offsets(text, {}, OffsetUnit::chars);
  if (!ids.empty()) CHECK(in_chars.offsets.back().end == count_characters(text));

  const std::string decoded = tokenizer.decode(ids);
  if (!normalizes) CHECK((decoded == text));
  // Normalizing twice changes nothing, so decoding gives a text of the same ids, unless it put bytes together
  // that were no character before.
  if (is_utf8(text)) CHECK((tokenizer.decode(tokenizer.encode(decoded)) == decoded));
}

bool normalizes(const Tokenizer& tokenizer) {
  return !tokenizer.description().normalizer.empty() && tokenizer.description().normalizer != "none";
}

TEST_CASE("properties of hostile texts") {
  const Tokenizer& tokenizer = builtin(GENERATE(from_range(Tokenizer::builtins())));
  const bool changes = normalizes(tokenizer);
  for (const std::vector<std::string>& texts : {hostile_texts(), ill_formed_texts()}) {
    for (const std::string& text : texts) {
      INFO(tokenizer.description().name << ": " << escaped(text));
      check_properties(tokenizer, text, changes);
    }
  }
}

TEST_CASE("a million bytes of anything") {
  const Tokenizer& tokenizer = builtin(GENERATE(from_range(Tokenizer::builtins())));
  const bool changes = normalizes(tokenizer);
  for (const auto& [kind, text] : long_texts(1'000'000)) {
    INFO(tokenizer.description().name << ": " << kind);
    check_properties(tokenizer, text, changes);
  }
}

TEST_CASE("fits reads no further than it must") {
  const Tokenizer& tokenizer = builtin("qwen3");
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "some words, ";
  const std::size_t count = tokenizer.count(text);
  for (const std::size_t limit : {std::size_t{0}, std::size_t{1}, std::size_t{10}, count - 1}) {
    CHECK_FALSE(tokenizer.fits(text, limit));
  }
  CHECK(tokenizer.fits(text, count));
  CHECK(tokenizer.fits(text, count + 1));
  CHECK(tokenizer.fits("", 0));
}

TEST_CASE("a batch is its texts one by one, for any number of threads") {
  const Tokenizer& tokenizer = builtin(GENERATE(from_range(Tokenizer::builtins())));
  std::vector<std::string_view> texts(hostile_texts().begin(), hostile_texts().end());
  texts.push_back("");
  const std::string large(300'000, 'x');
  texts.push_back(large);
  for (const EncodeOptions& options : {EncodeOptions{}, kParse}) {
    std::vector<TokenId> ids;
    std::vector<std::int64_t> row_splits{0};
    for (const std::string_view text : texts) {
      const std::vector<TokenId> row = tokenizer.encode(text, options);
      ids.insert(ids.end(), row.begin(), row.end());
      row_splits.push_back(static_cast<std::int64_t>(ids.size()));
    }
    for (const unsigned threads : {0u, 1u, 2u, 3u, 16u}) {
      const Batch batch = tokenizer.encode_batch(texts, options, threads);
      INFO(tokenizer.description().name << ", " << threads << " threads");
      CHECK((batch.ids == ids));
      CHECK((batch.row_splits == row_splits));
      const std::vector<std::string> back = tokenizer.decode_batch(batch);
      REQUIRE(back.size() == texts.size());
      for (std::size_t i = 0; i < back.size(); ++i) {
        const auto row =
            std::span(batch.ids).subspan(static_cast<std::size_t>(row_splits[i]),
                                         static_cast<std::size_t>(row_splits[i + 1] - row_splits[i]));
        CHECK((back[i] == tokenizer.decode(row)));
      }
    }
  }
  const Batch empty = tokenizer.encode_batch({});
  CHECK(empty.ids.empty());
  CHECK(empty.row_splits == std::vector<std::int64_t>{0});
}

TEST_CASE("the error of a batch is that of its first offending text") {
  const Tokenizer& tokenizer = builtin("qwen3");
  std::vector<std::string_view> texts(200, "nothing here");
  texts[150] = "later <|im_end|>";
  texts[77] = "first <|im_start|>";
  for (const unsigned threads : {1u, 2u, 8u}) {
    CHECK_THROWS_WITH(tokenizer.encode_batch(texts, kReject, threads), Catch::Contains("<|im_start|>"));
  }
}

TEST_CASE("threads share one tokenizer") {
  const Tokenizer& tokenizer = builtin("qwen3");
  std::vector<std::vector<TokenId>> expected;
  for (const std::string& text : hostile_texts()) expected.push_back(tokenizer.encode(text));
  std::atomic<int> different = 0;
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const Tokenizer copy = tokenizer;
      for (std::size_t i = 0; i < expected.size(); ++i) {
        const std::size_t at = (i * (2 * t + 1) + t) % expected.size();
        if (copy.encode(hostile_texts()[at]) != expected[at]) ++different;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(different == 0);
}

TEST_CASE("control tokens in each mode") {
  const Tokenizer& tokenizer = builtin(GENERATE(from_range(Tokenizer::builtins())));
  std::size_t seen = 0;
  for (const AddedToken& token : tokenizer.vocab().added_tokens()) {
    if (!token.control) continue;
    ++seen;
    INFO(tokenizer.description().name << ": " << token.content);
    const std::vector<TokenId> as_text = tokenizer.encode(token.content);
    CHECK(std::find(as_text.begin(), as_text.end(), token.id) == as_text.end());
    CHECK(tokenizer.encode(token.content, kParse) == std::vector<TokenId>{token.id});
    CHECK(tokenizer.decode(as_text) == token.content);
    CHECK(tokenizer.decode(std::vector{token.id}) == token.content);
    try {
      tokenizer.encode("ab" + token.content, kReject);
      FAIL("not rejected");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::control_token);
      CHECK_THAT(error.what(), Catch::Contains(token.content));
    }
    CHECK_THROWS_AS(tokenizer.count(token.content, kReject), Error);
    CHECK_THROWS_AS(tokenizer.encode_with_offsets(token.content, kReject), Error);
  }
  CHECK(seen > 0);
  CHECK(tokenizer.encode("nothing to reject", kReject) == tokenizer.encode("nothing to reject"));
}

TEST_CASE("offsets in every unit") {
  // In UTF-16 the emoji is two units; its four bytes are several tokens, each of which spans the whole
  // character.
  const Tokenizer& tokenizer = builtin("cl100k");
  const std::string text = "h\u00E9 \U0001FAE8!";
  const Encoding bytes = tokenizer.encode_with_offsets(text);
  const Encoding chars = tokenizer.encode_with_offsets(text, {}, OffsetUnit::chars);
  const Encoding utf16 = tokenizer.encode_with_offsets(text, {}, OffsetUnit::utf16);
  std::string joined;
  for (const Span& span : bytes.offsets) joined += text.substr(span.begin, span.end - span.begin);
  CHECK(joined == text);
  CHECK(chars.offsets.back() == Span{4, 5});
  CHECK(utf16.offsets.back() == Span{5, 6});
  CHECK(bytes.offsets.back() == Span{8, 9});
  for (std::size_t i = 0; i < bytes.offsets.size(); ++i) {
    if (bytes.offsets[i].begin <= 4 && bytes.offsets[i].end > 4) {
      CHECK(chars.offsets[i].end == 4);
      CHECK(utf16.offsets[i].end == 5);
    }
  }
}

TEST_CASE("offsets index the text that was passed in, also where normalization changed it") {
  const Tokenizer& tokenizer = builtin("qwen3");
  const std::string text = "cafe\u0301 x";  // NFC makes one character of the last two
  const Encoding encoding = tokenizer.encode_with_offsets(text);
  CHECK(encoding.ids == tokenizer.encode("caf\u00E9 x"));
  CHECK(covers(encoding.offsets, text.size()));
  CHECK(encoding.offsets.back() == Span{6, 8});
}

TEST_CASE("an image keeps everything") {
  const std::string name = GENERATE(from_range(Tokenizer::builtins()));
  const Tokenizer& tokenizer = builtin(name);
  const auto path = std::filesystem::temp_directory_path() / ("polyglyph_engine_test_" + name + ".pgv");
  tokenizer.save(path);
  {
    const Tokenizer saved = Tokenizer::from_file(path);
    const Tokenizer adopted = Tokenizer::from_image(tokenizer.image());
    for (const Tokenizer& copy : {saved, adopted}) {
      CHECK(copy.description().fingerprint == tokenizer.description().fingerprint);
      CHECK((copy.vocab().added_tokens() == tokenizer.vocab().added_tokens()));
      for (const std::string& text : hostile_texts()) {
        if (copy.encode(text, kParse) != tokenizer.encode(text, kParse))
          FAIL_CHECK(name << ": " << escaped(text));
      }
    }
  }
  std::filesystem::remove(path);
}

TEST_CASE("a damaged image is refused") {
  const std::string_view image = builtin("cl100k").image();
  std::string damaged(image);
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
  CHECK_THROWS_AS(Tokenizer::from_image(damaged), Error);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{100}, image.size() / 2, image.size() - 1}) {
    CHECK_THROWS_AS(Tokenizer::from_image(image.substr(0, size)), Error);
  }
}

TEST_CASE("every id and its name") {
  const Tokenizer& tokenizer = builtin(GENERATE(from_range(Tokenizer::builtins())));
  const Vocab& vocab = tokenizer.vocab();
  std::size_t entries = 0;
  for (TokenId id = 0; id < vocab.size(); ++id) {
    if (!vocab.contains(id)) {
      CHECK_THROWS_AS(vocab.token_bytes(id), Error);
      CHECK_THROWS_AS(tokenizer.decode(std::vector{id}), Error);
      continue;
    }
    ++entries;
    if (vocab.find(vocab.token_name(id)) != id)
      FAIL_CHECK(id << " is not found by its name " << vocab.token_name(id));
    if (tokenizer.decode(std::vector{id}) != vocab.token_bytes(id))
      FAIL_CHECK(id << " decodes to other bytes");
  }
  CHECK(entries > 100'000);
  CHECK_FALSE(vocab.contains(static_cast<TokenId>(vocab.size())));
  CHECK(vocab.find("no such token, surely") == std::nullopt);
}

TEST_CASE("decoding in a stream equals decoding the whole") {
  const Tokenizer& tokenizer = builtin(GENERATE(from_range(Tokenizer::builtins())));
  DecodeStream stream = tokenizer.decode_stream();
  for (const std::vector<std::string>& texts : {hostile_texts(), ill_formed_texts()}) {
    for (const std::string& text : texts) {
      const std::vector<TokenId> ids = tokenizer.encode(text);
      std::string parts;
      for (const TokenId id : ids) {
        parts += stream.step(id);
        if (!is_utf8(parts) || stream.pending().size() > 3)
          FAIL_CHECK("a part is not UTF-8: " << escaped(text));
      }
      parts += stream.finish();
      if (parts != to_utf8(tokenizer.decode(ids))) FAIL_CHECK(escaped(text));
    }
  }
}

TEST_CASE("an unknown id") {
  const Tokenizer& tokenizer = builtin("qwen3");
  const std::vector<TokenId> ids{9707, 4'000'000'000, 9707};
  CHECK_THROWS_WITH(tokenizer.decode(ids), Catch::Contains("4000000000"));
  CHECK(tokenizer.decode(ids, {.unknown = UnknownIds::skip}) == "HelloHello");
  DecodeStream stream = tokenizer.decode_stream();
  CHECK(stream.step(9707) == "Hello");
  CHECK_THROWS_AS(stream.step(4'000'000'000), Error);
  CHECK(stream.step(9707) == "Hello");
}

TEST_CASE("the same file, the same tokenizer") {
  CHECK(builtin("qwen3").description().fingerprint == Tokenizer::builtin("qwen3").description().fingerprint);
  CHECK(builtin("qwen3").description().fingerprint != builtin("o200k").description().fingerprint);
}

}  // namespace
}  // namespace polyglyph::test
