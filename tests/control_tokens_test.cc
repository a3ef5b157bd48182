// Which added tokens are control tokens: by their looks, by what a model's directory says, and those of the
// built-ins by name.
#include <zstd.h>
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "vocab/control_tokens.h"
#include "vocab/formats/formats.h"

namespace polyglyph::test {
namespace {

namespace fs = std::filesystem;
using vocab::TokenizerSpec;

TEST_CASE("control tokens") {
  for (const char* token :
       {"<|im_end|>", "<|fim_prefix|>", "<｜Assistant｜>", "<｜tool▁calls▁begin｜>", "<think>", "</think>",
        "<tool_call>", "</tool_call>", "<tool_response>", "<start_of_image>", "<mask>", "<unused42>",
        "<extra_id_0>", "<s_1>", "<gh_stars>"}) {
    CAPTURE(token);
    CHECK(vocab::is_control_token({.content = token}));
  }
  for (const char* token :
       {"<b>",   "</b>",         "<table>", "</TABLE>", "<h1>", "<blockquote>", "<br/>", "\n\n", "\t",
        "▁▁",    "word",         "<",       "<>",       "</>",  "<|",           "<||>",  "a<b>", "<0x0A>",
        "<a b>", "[multimodal]", "|x|",     ""}) {
    CAPTURE(token);
    CHECK_FALSE(vocab::is_control_token({.content = token}));
    CHECK(vocab::is_control_token({.content = token, .special = true}));
  }
  vocab::ControlHints hints;
  hints.add_name("stop");
  hints.add_name("\n");
  hints.add_template("user [INST] a[ < [x <b c> y] stray ]]> [[/INST]");
  for (const char* token : {"stop", "[INST]", "<b c>", "[/INST]"})
    CHECK(vocab::is_control_token({.content = token}, hints));
  for (const char* token : {"\n", "user", "INST", "stray"})
    CHECK_FALSE(vocab::is_control_token({.content = token}, hints));
}

std::string decompressed(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);
  std::ostringstream stream;
  stream << file.rdbuf();
  const std::string compressed = stream.str();
  std::string content(ZSTD_getFrameContentSize(compressed.data(), compressed.size()), '\0');
  const std::size_t size =
      ZSTD_decompress(content.data(), content.size(), compressed.data(), compressed.size());
  REQUIRE(size == content.size());
  return content;
}

// The control tokens of each built-in, committed: a line for each, id and content.
TEST_CASE("the built-in vocabularies") {
  struct Case {
    const char* name;
    const char* source;
    std::size_t entries, merges, added;
  };
  const Case cases[] = {
      {"qwen3", "qwen3.json", 151643, 151387, 26},
      {"deepseek-v3", "deepseek-v3.json", 128000, 127741, 818},
      {"gpt-oss", "gpt-oss.json", 199998, 446189, 21},
      {"o200k", "o200k.tiktoken", 199998, 0, 2},
      {"cl100k", "cl100k.tiktoken", 100256, 0, 5},
  };
  const fs::path tests = POLYGLYPH_TESTS_DIR;
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const std::string content =
        decompressed(tests.parent_path() / "vocab" / "data" / (std::string(c.source) + ".zst"));
    const TokenizerSpec spec = fs::path(c.source).extension() == ".json"
                                   ? vocab::read_tokenizer_json(c.source, content)
                                   : vocab::read_tiktoken(c.source, content, {});
    CHECK(spec.entries.size() == c.entries);
    CHECK(spec.merges.size() == c.merges);
    CHECK(spec.added_tokens.size() == c.added);
    std::string controls;
    for (const AddedToken& token : spec.added_tokens) {
      if (token.control) controls += std::to_string(token.id) + "\t" + token.content + "\n";
    }
    std::ifstream file(tests / "data" / "control_tokens" / (std::string(c.name) + ".tsv"));
    std::ostringstream expected;
    expected << file.rdbuf();
    CHECK(controls == expected.str());
  }
}

}  // namespace
}  // namespace polyglyph::test
