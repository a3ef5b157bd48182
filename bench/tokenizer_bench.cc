// What a user sees: opening a built-in, encoding cold and warm, counting, offsets, batches, streams, and
// decoding.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/texts.h"
#include "polyglyph/tokenizer.h"

namespace polyglyph::bench {
namespace {

void count_bytes(benchmark::State& state, std::size_t size) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}

void load(benchmark::State& state, const std::string& name) {
  for (auto _ : state) benchmark::DoNotOptimize(Tokenizer::builtin(name));
}

void load_and_encode(benchmark::State& state, const std::string& name) {
  for (auto _ : state) benchmark::DoNotOptimize(Tokenizer::builtin(name).encode("Hello, world"));
}

// Cold: a tokenizer that has seen nothing. Opening it is not counted, its first caches are.
void encode_cold(benchmark::State& state, const std::string& name, const std::string& language) {
  const std::string& text = sample(language);
  for (auto _ : state) {
    state.PauseTiming();
    std::optional<Tokenizer> tokenizer = Tokenizer::builtin(name);
    state.ResumeTiming();
    benchmark::DoNotOptimize(tokenizer->encode(text));
    state.PauseTiming();
    tokenizer.reset();
    state.ResumeTiming();
  }
  count_bytes(state, text.size());
}

void encode_warm(benchmark::State& state, const std::string& name, const std::string& language) {
  const std::string& text = sample(language);
  const Tokenizer tokenizer = Tokenizer::builtin(name);
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer.encode(text));
  count_bytes(state, text.size());
}

// A short request to a tokenizer that is busy with others: 600 characters.
void encode_request(benchmark::State& state, const std::string& name) {
  const std::string text = sample("en").substr(0, 600);
  const Tokenizer tokenizer = Tokenizer::builtin(name);
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer.encode(text));
  count_bytes(state, text.size());
}

void encode_hostile(benchmark::State& state, const std::string& name, const std::string& text) {
  const Tokenizer tokenizer = Tokenizer::builtin(name);
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer.encode(text));
  count_bytes(state, text.size());
}

void count(benchmark::State& state, const std::string& name, const std::string& language) {
  const std::string& text = sample(language);
  const Tokenizer tokenizer = Tokenizer::builtin(name);
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer.count(text));
  count_bytes(state, text.size());
}

void fits(benchmark::State& state, const std::string& name) {
  const std::string text = repeated_sample("all", 10'000'000);
  const Tokenizer tokenizer = Tokenizer::builtin(name);
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer.fits(text, 1'000));
}

void offsets(benchmark::State& state, const std::string& name, OffsetUnit unit) {
  const std::string& text = sample("all");
  const Tokenizer tokenizer = Tokenizer::builtin(name);
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer.encode_with_offsets(text, {}, unit));
  count_bytes(state, text.size());
}

void batch(benchmark::State& state, const std::string& name) {
  const std::string text = repeated_sample("all", 8'000'000);
  std::vector<std::string_view> texts;
  for (std::size_t at = 0; at < text.size(); at += 6'000)
    texts.push_back(std::string_view(text).substr(at, 6'000));
  const Tokenizer tokenizer = Tokenizer::builtin(name);
  const auto threads = static_cast<unsigned>(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer.encode_batch(texts, {}, threads));
  count_bytes(state, text.size());
}

void stream(benchmark::State& state, const std::string& name) {
  const std::string& text = sample("all");
  const Tokenizer tokenizer = Tokenizer::builtin(name);
  const auto chunk = static_cast<std::size_t>(state.range(0));
  std::vector<TokenId> ids;
  for (auto _ : state) {
    ids.clear();
    EncodeStream encoding = tokenizer.encode_stream();
    for (std::size_t at = 0; at < text.size(); at += chunk)
      encoding.feed(std::string_view(text).substr(at, chunk), ids);
    encoding.finish(ids);
    benchmark::DoNotOptimize(ids.data());
  }
  count_bytes(state, text.size());
}

void decode(benchmark::State& state, const std::string& name) {
  const std::string& text = sample("all");
  const Tokenizer tokenizer = Tokenizer::builtin(name);
  const std::vector<TokenId> ids = tokenizer.encode(text);
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer.decode(ids));
  count_bytes(state, text.size());
}

void decode_stream(benchmark::State& state, const std::string& name) {
  const std::string& text = sample("all");
  const Tokenizer tokenizer = Tokenizer::builtin(name);
  const std::vector<TokenId> ids = tokenizer.encode(text);
  DecodeStream decoding = tokenizer.decode_stream();
  for (auto _ : state) {
    for (const TokenId id : ids) benchmark::DoNotOptimize(decoding.step(id));
    decoding.finish();
  }
  count_bytes(state, text.size());
}

[[maybe_unused]] const bool registered = [] {
  const auto add = [](const std::string& name, auto... what) {
    return benchmark::RegisterBenchmark(name.c_str(), what...);
  };
  for (const std::string& name : Tokenizer::builtins()) {
    add("load/" + name, load, name)->Unit(benchmark::kMicrosecond);
    add("load and encode/" + name, load_and_encode, name)->Unit(benchmark::kMicrosecond);
    add("encode cold/" + name + "/all", encode_cold, name, "all");
    add("encode warm/" + name + "/all", encode_warm, name, "all");
    add("encode 600 characters/" + name, encode_request, name);
    add("count/" + name + "/all", count, name, "all");
    add("decode/" + name, decode, name);
  }
  const std::string name = "qwen3";
  for (const char* language : kLanguages) {
    add("encode cold/" + name + "/" + language, encode_cold, name, language);
    add("encode warm/" + name + "/" + language, encode_warm, name, language);
  }
  for (const Hostile& hostile : hostile(1'000'000)) {
    add("encode hostile/" + name + "/" + hostile.name, encode_hostile, name, hostile.text)
        ->Unit(benchmark::kMillisecond);
  }
  add("fits/" + name, fits, name)->Unit(benchmark::kMicrosecond);
  add("offsets in bytes/" + name, offsets, name, OffsetUnit::bytes);
  add("offsets in chars/" + name, offsets, name, OffsetUnit::chars);
  add("batch, threads/" + name, batch, name)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
  add("stream, bytes a chunk/" + name, stream, name)->Arg(16)->Arg(4096);
  add("decode stream/" + name, decode_stream, name);
  return true;
}();

}  // namespace
}  // namespace polyglyph::bench
