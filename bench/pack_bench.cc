// Planning packs of ten million documents, by strategy.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "polyglyph/pack.h"

namespace polyglyph {
namespace {

// Lengths as documents of the web have them: most of a few hundred tokens, some of many thousands.
const std::vector<std::int64_t>& lengths() {
  static const std::vector<std::int64_t> drawn = [] {
    std::mt19937_64 random(1);
    std::lognormal_distribution<double> distribution(6.5, 1.3);
    std::vector<std::int64_t> all(10'000'000);
    for (std::int64_t& length : all) length = static_cast<std::int64_t>(distribution(random));
    return all;
  }();
  return drawn;
}

void pack_ten_million(benchmark::State& state, PackStrategy strategy) {
  PackReport report;
  lengths();
  for (auto _ : state) report = pack(lengths(), {.strategy = strategy}).report;
  state.counters["fill"] = report.fill;
  state.counters["bins over the bound"] = static_cast<double>(report.bins - report.lower_bound);
}

BENCHMARK_CAPTURE(pack_ten_million, best_fit, PackStrategy::best_fit)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(pack_ten_million, first_fit, PackStrategy::first_fit)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(pack_ten_million, sequential, PackStrategy::sequential)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(pack_ten_million, concat, PackStrategy::concat)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace polyglyph
