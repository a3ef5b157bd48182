#include "tests/loading.h"

namespace polyglyph::test {

void check_error(const Error& error, ErrorCode code, const std::vector<std::string>& parts) {
  const std::string message = error.what();
  CAPTURE(message);
  CHECK(std::string(to_string(error.code())) == to_string(code));
  CHECK(message.find('\n') == std::string::npos);
  CHECK((message.find("; ") != std::string::npos || message.ends_with('?')));
  for (const std::string& part : parts) {
    CAPTURE(part);
    CHECK(message.find(part) != std::string::npos);
  }
}

const std::string kSmallJson = R"({
  "version": "1.0",
  "truncation": null,
  "padding": null,
  "added_tokens": [
    {"id": 6, "content": "<|end|>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
    {"id": 3, "content": "abc", "single_word": true, "lstrip": true, "rstrip": true, "normalized": true, "special": false}
  ],
  "normalizer": null,
  "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false},
  "post_processor": null,
  "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
  "model": {
    "type": "BPE",
    "dropout": null,
    "unk_token": null,
    "continuing_subword_prefix": null,
    "end_of_word_suffix": null,
    "fuse_unk": false,
    "byte_fallback": false,
    "ignore_merges": false,
    "vocab": {"a": 0, "b": 1, "ab": 2, "abc": 3, "c": 4, "Ġ": 5},
    "merges": [["a", "b"], ["ab", "c"]]
  }
})";

std::string replaced(std::string text, std::string_view old, std::string_view replacement) {
  const std::size_t at = text.find(old);
  REQUIRE(at != std::string::npos);
  REQUIRE(text.find(old, at + 1) == std::string::npos);
  return text.replace(at, old.size(), replacement);
}

std::string small_words(std::string_view section, std::string_view component) {
  std::string text = R"({"version": "1.0")";
  for (const std::string_view name :
       {"truncation", "padding", "normalizer", "pre_tokenizer", "post_processor", "decoder"}) {
    text += ", \"" + std::string(name) + "\": ";
    text += name == section ? component : "null";
  }
  return text + R"(, "added_tokens": [], "model": )" +
         (section == "model"
              ? std::string(component)
              : R"({"type": "WordLevel", "vocab": {"?": 0, "a": 1, "b": 2}, "unk_token": "?"})") +
         "}";
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned bits = 0;
    for (std::size_t j = i; j < i + 3; ++j) {
      bits = bits << 8 | (j < bytes.size() ? static_cast<unsigned char>(bytes[j]) : 0u);
    }
    for (int j = 0; j < 4; ++j) {
      out += i + static_cast<std::size_t>(j) > bytes.size() ? '=' : digits[bits >> (18 - 6 * j) & 63];
    }
  }
  return out;
}

std::string small_ranks() {
  std::string text;
  for (int byte = 0; byte < 256; ++byte) {
    const int rank = byte == 97 ? 257 : byte;
    text += base64(std::string(1, static_cast<char>(byte))) + " " + std::to_string(rank) + "\n";
  }
  return text + base64("ab") + " 256\n";
}

LoadOptions with_pattern(const char* pattern) {
  LoadOptions options;
  options.pattern = pattern;
  return options;
}

}  // namespace polyglyph::test
