// Filling contexts: a gigabyte cut to a budget, texts into chunks, a request of 131,072 tokens.
#include <benchmark/benchmark.h>

#include <string>
#include <string_view>
#include <vector>

#include "bench/texts.h"
#include "polyglyph/budget.h"
#include "polyglyph/chunk.h"
#include "polyglyph/context.h"

namespace polyglyph::bench {
namespace {

constexpr std::size_t kContext = 131072;

const Tokenizer& qwen3() {
  static const Tokenizer tokenizer = Tokenizer::builtin("qwen3");
  return tokenizer;
}

void truncate_gigabyte(benchmark::State& state, Side side) {
  static const std::string text = repeated_sample("all", std::size_t{1} << 30);
  for (auto _ : state)
    benchmark::DoNotOptimize(truncate(qwen3(), text, kContext, {side, Whole::grapheme, {}}));
}
BENCHMARK_CAPTURE(truncate_gigabyte, right, Side::right)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(truncate_gigabyte, left, Side::left)->Unit(benchmark::kMillisecond);

void head_tail_gigabyte(benchmark::State& state) {
  static const std::string text = repeated_sample("all", std::size_t{1} << 30);
  for (auto _ : state) benchmark::DoNotOptimize(head_tail(qwen3(), text, kContext));
}
BENCHMARK(head_tail_gigabyte)->Unit(benchmark::kMillisecond);

void chunk_all(benchmark::State& state, ChunkBoundary boundary) {
  const std::string& text = sample("all");
  ChunkOptions options;
  options.boundary = boundary;
  options.overlap = 64;
  for (auto _ : state) benchmark::DoNotOptimize(chunk(qwen3(), text, options));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK_CAPTURE(chunk_all, sentence, ChunkBoundary::sentence)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(chunk_all, markdown, ChunkBoundary::markdown)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(chunk_all, token, ChunkBoundary::token)->Unit(benchmark::kMillisecond);

void fit_context_full(benchmark::State& state) {
  const std::string text = repeated_sample("all", 600'000);
  std::vector<std::string_view> chunks;
  for (const Chunk& c : chunk(qwen3(), text))
    chunks.push_back(std::string_view(text).substr(c.span.begin, c.span.end - c.span.begin));
  for (auto _ : state) benchmark::DoNotOptimize(fit_context(qwen3(), "Answer briefly.", chunks, "Why?"));
}
BENCHMARK(fit_context_full)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace polyglyph::bench
