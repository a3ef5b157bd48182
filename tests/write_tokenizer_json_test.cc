// Writing tokenizer.json: each component comes out as it went in, or as the one that does the same; what the
// format cannot say is named. That a written file means the same is checked by the writer itself, and again
// by reading it here.
#include <catch2/catch.hpp>

#include <string>
#include <string_view>

#include "polyglyph/error.h"
#include "polyglyph/tokenizer.h"
#include "tests/loading.h"
#include "tokenizer/engine.h"
#include "tokenizer/save.h"
#include "vocab/formats/formats.h"
#include "vocab/image.h"

namespace polyglyph::test {
namespace {

std::shared_ptr<const vocab::Image> image_of(const vocab::TokenizerSpec& spec) {
  return vocab::Image::adopt(tokenizer::build_image(spec), "small");
}

// Without what is only layout.
std::string compact(std::string_view json) {
  std::string text;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '"' && (i == 0 || json[i - 1] != '\\')) quoted = !quoted;
    if (quoted || (json[i] != ' ' && json[i] != '\n')) text += json[i];
  }
  return text;
}

std::string written(std::string_view section, std::string_view component) {
  const auto image = image_of(vocab::read_tokenizer_json("small.json", small_words(section, component)));
  const std::string text = tokenizer::to_tokenizer_json(*image);
  const auto again = image_of(vocab::read_tokenizer_json("small.json", text));
  CHECK(again->fingerprint() == image->fingerprint());
  return compact(text);
}

TEST_CASE("components come out as they went in") {
  const std::pair<const char*, std::vector<const char*>> sections[] = {
      {"normalizer",
       {"null", R"({"type":"NFC"})", R"({"type":"NFD"})", R"({"type":"NFKC"})", R"({"type":"NFKD"})",
        R"({"type":"Lowercase"})", R"({"type":"StripAccents"})", R"({"type":"Nmt"})",
        R"({"type":"ByteLevel"})", R"({"type":"Strip","strip_left":true,"strip_right":false})",
        R"({"type":"Replace","pattern":{"String":" "},"content":"_"})",
        R"({"type":"Replace","pattern":{"Regex":"a+"},"content":""})", R"({"type":"Prepend","prepend":"_"})",
        R"({"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":false,"strip_accents":true,"lowercase":false})",
        R"({"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"StripAccents"},{"type":"NFC"}]})"}},
      {"pre_tokenizer",
       {"null", R"({"type":"BertPreTokenizer"})", R"({"type":"Whitespace"})", R"({"type":"WhitespaceSplit"})",
        R"({"type":"Punctuation","behavior":"Removed"})", R"({"type":"Punctuation","behavior":"Contiguous"})",
        R"({"type":"CharDelimiterSplit","delimiter":"-"})", R"({"type":"UnicodeScripts"})",
        R"({"type":"Digits","individual_digits":true})", R"({"type":"FixedLength","length":3})",
        R"({"type":"Metaspace","replacement":"_","prepend_scheme":"first","split":false})",
        R"({"type":"Split","pattern":{"String":"a.b"},"behavior":"MergedWithNext","invert":false})",
        R"({"type":"Split","pattern":{"Regex":"\\p{L}+"},"behavior":"MergedWithPrevious","invert":true})",
        R"({"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Digits","individual_digits":false}]})"}},
      {"decoder",
       {"null", R"({"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true})",
        R"({"type":"ByteFallback"})", R"({"type":"Fuse"})",
        R"({"type":"Strip","content":"_","start":1,"stop":2})",
        R"({"type":"Replace","pattern":{"String":"_"},"content":" "})",
        R"({"type":"Metaspace","replacement":"_","prepend_scheme":"never","split":true})",
        R"({"type":"WordPiece","prefix":"##","cleanup":false})", R"({"type":"BPEDecoder","suffix":"</w>"})",
        R"({"type":"CTC","pad_token":"a","word_delimiter_token":"|","cleanup":true})",
        R"({"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"}]})"}},
      {"post_processor",
       {"null",
        R"({"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"b","type_id":0}}],)"
        R"("pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],)"
        R"("special_tokens":{"b":{"id":"b","ids":[2],"tokens":["b"]}}})"}},
      {"truncation", {"null", R"({"direction":"Left","max_length":8,"strategy":"OnlyFirst","stride":2})"}},
      {"padding",
       {"null",
        R"({"strategy":"BatchLongest","direction":"Right","pad_to_multiple_of":8,"pad_id":1,"pad_type_id":0,"pad_token":"a"})",
        R"({"strategy":{"Fixed":6},"direction":"Left","pad_to_multiple_of":null,"pad_id":0,"pad_type_id":1,"pad_token":"?"})"}},
      {"model",
       {R"({"type":"WordPiece","unk_token":"?","continuing_subword_prefix":"##","max_input_chars_per_word":50,"vocab":{"?":0,"a":1,"##b":2}})",
        R"({"type":"Unigram","unk_id":0,"vocab":[["?",0.0],["a",-1.25],["b",-0.1]],"byte_fallback":false})",
        R"({"type":"BPE","dropout":null,"unk_token":"?","continuing_subword_prefix":"##","end_of_word_suffix":"</w>",)"
        R"("fuse_unk":true,"byte_fallback":false,"ignore_merges":false,)"
        R"("vocab":{"?":0,"a":1,"##b":2,"##b</w>":3,"ab</w>":4},"merges":[["a","##b</w>"]]})",
        R"({"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,)"
        R"("fuse_unk":false,"byte_fallback":true,"ignore_merges":true,"vocab":{"a":0,"<0x41>":1},"merges":[]})"}},
  };
  for (const auto& [section, components] : sections) {
    for (const char* component : components) {
      const std::string text = written(section, component);
      CAPTURE(component, text);
      CHECK(text.find('"' + std::string(section) + "\":" + component) != std::string::npos);
    }
  }
}

TEST_CASE("what means the same is written in one spelling") {
  const std::string bert = R"({"type": "BertProcessing", "sep": ["b", 2], "cls": ["a", 1]})";
  CHECK(written("post_processor", bert).find(R"("post_processor":{"type":"TemplateProcessing")") !=
        std::string::npos);
  const std::string delimiter = R"({"type": "Sequence", "normalizers": [{"type": "NFC"}]})";
  CHECK(written("normalizer", delimiter).find(R"("normalizer":{"type":"NFC"})") != std::string::npos);
}

TEST_CASE("what a tokenizer.json cannot say is named, and nothing is written") {
  LoadOptions options;
  options.pattern = "\\w+";
  const auto ranks = image_of(vocab::read_tiktoken("mine.tiktoken", small_ranks(), options));
  const Error error = error_of([&] { tokenizer::to_tokenizer_json(*ranks); });
  check_error(error, ErrorCode::unsupported, {"cannot be written as a tokenizer.json", "pattern", ".pgv"});
}

}  // namespace
}  // namespace polyglyph::test
