// Files by path: how a format is found by what a file holds, and what a directory's other files add.
#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <string_view>

#include "polyglyph/error.h"
#include "tests/loading.h"
#include "tests/temporary_folder.h"
#include "vocab/formats/formats.h"

namespace polyglyph::test {
namespace {

namespace fs = std::filesystem;

TEST_CASE("files and directories") {
  const TemporaryFolder directory;
  const auto fails = [](const fs::path& path, ErrorCode code, const std::string& part,
                        const LoadOptions& options = {}) {
    check_error(error_of([&] { vocab::read_file(path, options); }), code, {path.string(), part});
  };
  SECTION("missing and empty") {
    fails(directory.path() / "nothing.json", ErrorCode::not_found, "no such file");
    fails(directory.path(), ErrorCode::not_found, "no tokenizer.json");
    fails(directory.write("tokenizer.json", ""), ErrorCode::malformed, "empty");
    fails(directory.write("o200k_base.tiktoken", small_ranks()), ErrorCode::malformed, "257 ranks");
    fails(directory.write("o200k_base.tiktoken", " \n"), ErrorCode::malformed, "empty");
  }
  SECTION("other formats") {
    fails(directory.write("model.gguf", std::string_view("GGUF\3\0\0\0", 8)), ErrorCode::malformed, "byte 8");
    fails(directory.write("tokenizer.model", "\n\x0E\n\x05<unk>"), ErrorCode::malformed, "downloaded whole");
    fails(directory.write("tokenizer.json", "version https://git-lfs.github.com/spec/v1\n"),
          ErrorCode::malformed, "git lfs");
    fails(directory.write("tokenizer", "version https://git-lfs.github.com/spec/v1\n"), ErrorCode::malformed,
          "git lfs");
    fails(directory.write("tokenizer.json", "[1, 2]"), ErrorCode::malformed, "object");
  }
  SECTION("found by content") {
    CHECK(vocab::read_file(directory.write("no-extension", kSmallJson), {}).format == "tokenizer.json");
    CHECK(vocab::read_file(directory.write("ranks.txt", small_ranks()), with_pattern("r50k")).format ==
          "tiktoken");
    fails(directory.write("ranks.txt", small_ranks()), ErrorCode::invalid_argument, "pattern");
  }
  SECTION("options that a tokenizer.json has no use for") {
    fails(directory.write("tokenizer.json", kSmallJson), ErrorCode::invalid_argument, ".tiktoken",
          with_pattern("o200k"));
    fails(directory.write("model", "GGUF"), ErrorCode::invalid_argument, ".tiktoken", with_pattern("o200k"));
  }
  SECTION("a directory's name and control tokens") {
    directory.write("tokenizer.json",
                    replaced(replaced(kSmallJson, R"("content": "<|end|>")", R"("content": "[END]")"),
                             R"("special": true)", R"("special": false)"));
    const auto controls = [&] {
      std::string found;
      for (const AddedToken& token : vocab::read_file(directory.path(), {}).added_tokens) {
        if (token.control) found += token.content + " ";
      }
      return found;
    };
    CHECK(vocab::read_file(directory.path(), {}).name == directory.path().filename());
    CHECK(vocab::read_file(directory.path() / "", {}).name == directory.path().filename());
    CHECK(controls() == "");
    directory.write(
        "tokenizer_config.json",
        R"({"chat_template": "{{ m }}abc", "model_max_length": 1000000000000000019884624838656})");
    CHECK(controls() == "");
    directory.write("tokenizer_config.json", R"({"chat_template": "{{ m }}[END]"})");
    CHECK(controls() == "[END] ");
    directory.write("tokenizer_config.json",
                    R"({"chat_template": [{"name": "default", "template": "a [END]"}]})");
    CHECK(controls() == "[END] ");
    directory.write("tokenizer_config.json", R"({"eos_token": "abc"})");
    CHECK(controls() == "abc ");
    directory.write("tokenizer_config.json", R"({"eos_token": {"content": "abc"}, "bos_token": null})");
    CHECK(controls() == "abc ");
    directory.write("tokenizer_config.json",
                    R"({"additional_special_tokens": ["abc", {"content": "[END]"}]})");
    CHECK(controls() == "abc [END] ");
    directory.write("tokenizer_config.json", R"({"extra_special_tokens": {"image_token": "abc"}})");
    CHECK(controls() == "abc ");
    directory.write("tokenizer_config.json", "{}");
    directory.write("chat_template.jinja", "{{ '[END]' }}");
    CHECK(controls() == "[END] ");
    directory.write("tokenizer_config.json", "{");
    check_error(error_of(controls), ErrorCode::malformed, {"tokenizer_config.json: byte 1", "ends early"});
  }
}

}  // namespace
}  // namespace polyglyph::test
