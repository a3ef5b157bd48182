// The parts of encoding, one by one: the normalizer's check, the splitter by hand and stepwise, and the model
// on pieces that are split already.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/texts.h"
#include "normalizers/normalizer.h"
#include "tokenizer/bpe.h"
#include "tokenizer/pretokenizer.h"
#include "tokenizer/token_buffer.h"
#include "unicode/utf8.h"
#include "vocab/builtins.h"
#include "vocab/image.h"

namespace polyglyph::bench {
namespace {

using tokenizer::Bpe;
using tokenizer::Pretokenizer;

std::shared_ptr<const vocab::Image> image(const std::string& name) {
  return vocab::Image::map(vocab::builtin_image(name));
}

void count_bytes(benchmark::State& state, const std::string& text) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void validate(benchmark::State& state, const std::string& language) {
  const std::string& text = sample(language);
  for (auto _ : state) benchmark::DoNotOptimize(unicode::is_valid(text));
  count_bytes(state, text);
}

void quick_check(benchmark::State& state, const std::string& language) {
  const std::string& text = sample(language);
  const unicode::NormalForm forms[] = {unicode::NormalForm::nfc};
  const auto normalizer = normalizers::make_form_normalizer(forms);
  for (auto _ : state) benchmark::DoNotOptimize(normalizer->unchanged_prefix(text));
  count_bytes(state, text);
}

void normalize(benchmark::State& state, const std::string& language) {
  // What is decomposed has to be composed: nothing of it passes the quick check.
  std::string text, composed;
  const unicode::NormalForm nfd[] = {unicode::NormalForm::nfd}, nfc[] = {unicode::NormalForm::nfc};
  normalizers::make_form_normalizer(nfd)->normalize(sample(language), text, nullptr);
  const auto normalizer = normalizers::make_form_normalizer(nfc);
  for (auto _ : state) {
    composed.clear();
    normalizer->normalize(text, composed, nullptr);
    benchmark::DoNotOptimize(composed.data());
  }
  count_bytes(state, text);
}

void split(benchmark::State& state, const std::string& name, const std::string& language, bool stepwise) {
  const std::string& text = sample(language);
  const auto source = image(name);
  const Pretokenizer pretokenizer(*source, stepwise);
  Pretokenizer::Scratch scratch;
  for (auto _ : state) {
    std::size_t pieces = 0;
    pretokenizer.split(text, true, scratch, [&](const Pretokenizer::Piece&) { return ++pieces, true; });
    benchmark::DoNotOptimize(pieces);
  }
  count_bytes(state, text);
}

void merge(benchmark::State& state, const std::string& name, const std::string& language) {
  const std::string& text = sample(language);
  const auto source = image(name);
  const Bpe bpe(*source);
  std::vector<std::string> pieces;
  Pretokenizer::Scratch split_scratch;
  Pretokenizer(*source).split(text, true, split_scratch, [&](const Pretokenizer::Piece& piece) {
    pieces.emplace_back(piece.bytes);
    return true;
  });
  const auto scratch = bpe.make_scratch();
  tokenizer::TokenBuffer ids;
  for (auto _ : state) {
    ids.clear();
    for (const std::string& piece : pieces) bpe.encode(piece, *scratch, ids);
    benchmark::DoNotOptimize(ids.data());
  }
  count_bytes(state, text);
}

[[maybe_unused]] const bool registered = [] {
  for (const std::string language : {"en", "zh", "hi", "vi", "all"}) {
    benchmark::RegisterBenchmark(("validate/" + language).c_str(), validate, language);
    benchmark::RegisterBenchmark(("quick check NFC/" + language).c_str(), quick_check, language);
  }
  for (const std::string language : {"vi", "ko", "hi"}) {
    benchmark::RegisterBenchmark(("normalize NFC/" + language).c_str(), normalize, language);
  }
  for (const std::string name : {"qwen3", "deepseek-v3", "o200k", "cl100k"}) {
    for (const std::string language : {"en", "zh", "hi", "all"}) {
      benchmark::RegisterBenchmark(("split/" + name + "/" + language).c_str(), split, name, language, false);
    }
    benchmark::RegisterBenchmark(("split stepwise/" + name + "/all").c_str(), split, name, "all", true);
  }
  for (const char* language : kLanguages) {
    benchmark::RegisterBenchmark((std::string("pieces to ids/qwen3/") + language).c_str(), merge, "qwen3",
                                 language);
  }
  return true;
}();

}  // namespace
}  // namespace polyglyph::bench
