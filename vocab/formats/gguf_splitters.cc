// The facts are llama.cpp's (src/llama-vocab.cpp and src/unicode.cpp, build 0.3.36 of its Python package),
// held against that program itself on random text, splitter by splitter.
//
// llama.cpp runs its patterns over a copy of the text in which each character beyond ASCII has become one
// byte for its class: a letter, a number, a mark, ... The patterns below say what that amounts to over the
// text itself:
//
// - a class of ASCII letters next to \p{L} leaves all other letters in: in the words of gpt-4o only A-Z and
// a-z
//   have a case, so that "upper case" is every letter but a-z (kNotLower);
// - white space beyond ASCII has become one character, which ranges of code points around it do not match;
// - a contraction is ASCII: 's does not match U+017F, which a (?i) would.
#include "vocab/formats/gguf_splitters.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "json/json.h"
#include "polyglyph/error.h"

namespace polyglyph::vocab {
namespace {

using json::excerpt;
using Patterns = std::vector<std::string>;

constexpr const char* kGpt2 = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr const char* kContraction = R"((?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]))";
constexpr const char* kNotUpper = R"([^\P{L}A-Z])";
constexpr const char* kNotLower = R"([^\P{L}a-z])";
constexpr const char* kSpaces = R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";

// Letters with case, as DeepSeek's first models list them: those of an older Unicode, without some scripts.
constexpr const char* kDeepseekLetters =
    R"(A-Za-z\x{B5}\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{1BA}\x{1BC}-\x{1BF}\x{1C4}-\x{293}\x{295}-\x{2AF})"
    R"(\x{370}-\x{373}\x{376}\x{377}\x{37B}-\x{37D}\x{37F}\x{386}\x{388}-\x{38A}\x{38C}\x{38E}-\x{3A1})"
    R"(\x{3A3}-\x{3F5}\x{3F7}-\x{481}\x{48A}-\x{52F}\x{531}-\x{556}\x{10A0}-\x{10C5}\x{13A0}-\x{13F5})"
    R"(\x{13F8}-\x{13FD}\x{1C90}-\x{1CBA}\x{1CBD}-\x{1CBF}\x{1D00}-\x{1D2B}\x{1D6B}-\x{1D77}\x{1D79}-\x{1D9A})"
    R"(\x{1E00}-\x{1F15}\x{1F18}-\x{1F1D}\x{1F20}-\x{1F45}\x{1F48}-\x{1F4D}\x{1F50}-\x{1F57}\x{1F59}\x{1F5B})"
    R"(\x{1F5D}\x{1F5F}-\x{1F7D}\x{1F80}-\x{1FB4}\x{1FB6}-\x{1FBC}\x{1FBE}\x{1FC2}-\x{1FC4}\x{1FC6}-\x{1FCC})"
    R"(\x{1FD0}-\x{1FD3}\x{1FD6}-\x{1FDB}\x{1FE0}-\x{1FEC}\x{1FF2}-\x{1FF4}\x{1FF6}-\x{1FFC}\x{2102}\x{2107})"
    R"(\x{210A}-\x{2113}\x{2115}\x{2119}-\x{211D}\x{2124}\x{2126}\x{2128}\x{212A}-\x{212D}\x{212F}-\x{2134})"
    R"(\x{2139}\x{213C}-\x{213F}\x{2145}-\x{2149}\x{214E}\x{2183}\x{2184}\x{2C00}-\x{2C7B}\x{2C7E}-\x{2CE4})"
    R"(\x{2CEB}-\x{2CEE}\x{2CF2}\x{2CF3}\x{A640}-\x{A66D}\x{A680}-\x{A69B}\x{A722}-\x{A76F}\x{A771}-\x{A787})"
    R"(\x{A78B}-\x{A78E}\x{AB70}-\x{ABBF}\x{FB00}-\x{FB06}\x{FB13}-\x{FB17}\x{FF21}-\x{FF3A}\x{FF41}-\x{FF5A})"
    R"(\x{10400}-\x{1044F}\x{104B0}-\x{104D3}\x{104D8}-\x{104FB}\x{10C80}-\x{10CB2}\x{10CC0}-\x{10CF2})"
    R"(\x{118A0}-\x{118DF}\x{1E900}-\x{1E943})";

// U+0800 to U+9FA5 and U+AC00 to U+D7FF, without the white space in between.
constexpr const char* kDeepseekCjk =
    R"([\x{800}-\x{167F}\x{1681}-\x{1FFF}\x{200B}-\x{2027}\x{202A}-\x{202E}\x{2030}-\x{205E}\x{2060}-\x{2FFF})"
    R"(\x{3001}-\x{9FA5}\x{AC00}-\x{D7FF}]+)";

constexpr const char* kBloom = " ?[^(\\s|.,!?…。，、।۔،)]+";

// Words of letters, and `number`.
std::string words(std::string_view number) {
  return fmt::format(R"({}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|{}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*{})", kContraction,
                     number, kSpaces);
}

// Words of upper case and then lower case, as o200k has them, each followed by `contraction`.
std::string cased_words(std::string_view upper, std::string_view lower, std::string_view contraction,
                        std::string_view number) {
  return fmt::format(R"([^\r\n\p{{L}}\p{{N}}]?{0}*{1}+{2}|[^\r\n\p{{L}}\p{{N}}]?{0}+{1}*{2}|{3})"
                     R"(| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*{4})",
                     upper, lower, contraction, number, kSpaces);
}

// DeepSeek-V3's words; `ends` says what follows its punctuation, and the rest.
std::string deepseek_words(std::string_view ends) {
  return fmt::format(
      R"([!-/:-@\[-`{{-~][A-Za-z]+|[^\r\n\p{{L}}\p{{P}}\p{{S}}]?[\p{{L}}\p{{M}}]+| ?[\p{{P}}\p{{S}}]+{})",
      ends);
}

struct Known {
  std::vector<std::string_view> names;
  Patterns patterns;
  bool ignore_merges = false;
  bool add_bos = false;
};

std::vector<Known> make_table() {
  const std::string optional_contraction = std::string(kContraction) + "?";
  const std::string marks_too_upper = fmt::format(R"((?:{}|\p{{M}}))", kNotLower);
  const std::string marks_too_lower = fmt::format(R"((?:{}|\p{{M}}))", kNotUpper);
  const std::string cjk = "[一-龥぀-ゟ゠-ヿ]+";
  const std::string newlines = R"([^\n]+|\n+)";
  return {
      {{"default"}, {R"([\p{P}$+<=>^~|]+)", kGpt2, R"(\p{N}+)", "[0-9][0-9][0-9]"}},
      {{"llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
        "jina-v5-nano"},
       {words(R"(\p{N}{1,3})")},
       true,
       true},
      {{"dbrx", "smaug-bpe", "glm4", "chatglm-bpe"}, {words(R"(\p{N}{1,3})")}},
      {{"deepseek-llm"},
       {R"([\r\n])", fmt::format(R"(\s?[{}]+)", kDeepseekLetters),
        R"(\s?[!-/:-~\x{FF01}-\x{FF0F}\x{FF1A}-\x{FF5E}\x{2018}-\x{201F}\x{3001}\x{3002}]+)", R"(\s+$)",
        kDeepseekCjk, R"(\p{N}+)"}},
      {{"deepseek-coder"}, {R"([\r\n])", R"(\s?\p{L}+)", R"(\s?\p{P}+)", kDeepseekCjk, R"(\p{N})"}},
      {{"deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4"},
       {R"(\p{N}{1,3})", cjk, deepseek_words(R"([\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)")}},
      {{"spark2_5"}, {R"(\p{N}{1,3})", cjk, deepseek_words(R"(|[\r\n]|\s+(?!\S)|\s+)"), R"(\p{N})"}},
      {{"youtu"},
       {"[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，\\x{3001}-\\x{303F}\\x{FE30}-\\x{FE4F}]+|[ㄅ-ㄯ]+"
        "|" +
            cjk,
        cased_words(R"([\p{L}\p{M}])", R"([\p{L}\p{M}])", optional_contraction, R"(\p{N})")},
       true},
      {{"falcon"}, {R"([\p{P}$+<=>^~|`]+)", kGpt2, "[0-9][0-9][0-9]"}},
      {{"starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b", "mellum2"},
       {R"(\p{N})", kGpt2}},
      {{"gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de", "a.x-4.0", "mellum",
        "modern-bert", "jina-v1-en", "jais", "roberta-bpe", "jina-v2-code", "mpt", "olmo", "exaone4",
        "trillion", "granite-docling"},
       {kGpt2}},
      {{"stablelm2", "qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "megrez", "hunyuan", "solar-open",
        "grok-2"},
       {words(R"(\p{N})")}},
      {{"qwen35"},
       {fmt::format(
           R"({}|[^\r\n\p{{L}}\p{{N}}]?[\p{{L}}\p{{M}}]+|\p{{N}}| ?[^\s\p{{L}}\p{{M}}\p{{N}}]+[\r\n]*{})",
           kContraction, kSpaces)}},
      {{"poro-chat", "bloom", "gpt3-finnish"}, {kBloom}},
      {{"viking"}, {kBloom, R"(\p{N})"}},
      {{"tekken"}, {cased_words(kNotLower, kNotUpper, "", R"(\p{N})")}, true, true},
      {{"chameleon"},
       {"<sentinel:[0-9]+>", "IMGIMG[A-I]{1,4}Z", R"([\t\n]|    |  )", R"(\p{N})", R"([\p{P}!-/:-@\[-`{-~])",
        kGpt2},
       false,
       true},
      {{"gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"},
       {cased_words(kNotLower, kNotUpper, optional_contraction, R"(\p{N}{1,3})")}},
      {{"granite-embed-multi-97m"},
       {cased_words(marks_too_upper, marks_too_lower, optional_contraction, R"(\p{N}{1,3})")},
       true},
      {{"bailingmoe", "bailingmoe2", "llada-moe"},
       {R"('(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
        R"(|\s*[\r\n]|\s+(?!\S)|\s+)"}},
      {{"seed-coder"},
       {fmt::format(R"({}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}\r\n]+{})", kContraction,
                    kSpaces)}},
      {{"ufakzeka"},
       {fmt::format(R"([^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*{})", kSpaces)}},
      {{"laguna"}, {newlines, words(R"(\p{N})")}},
      {{"exaone-moe"},
       {fmt::format(R"({}|[^\r\n\p{{L}}\p{{N}}]?(?:\p{{L}}\p{{M}}*(?: \p{{L}}\p{{M}}*)*)+|\p{{N}})"
                    R"(| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+)",
                    kContraction)}},
      {{"minicpm5"}, {R"(\p{N}{1,3})", words(R"(\p{N}+)")}, true},
  };
}

}  // namespace

GgufSplitter gguf_splitter(std::string_view name, const std::string& where) {
  static const std::vector<Known> table = make_table();
  const auto known = std::ranges::find_if(
      table, [&](const Known& k) { return std::ranges::find(k.names, name) != k.names.end(); });
  if (known == table.end()) {
    throw Error(ErrorCode::unsupported,
                fmt::format("how {} splits text is not known here; load the model's tokenizer.json instead",
                            excerpt(name)),
                where);
  }
  return {known->patterns, known->ignore_merges, known->add_bos};
}

}  // namespace polyglyph::vocab
