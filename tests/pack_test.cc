// Packs: what each strategy makes of a few documents; that nothing is lost and no bin is too full, whatever
// the options; that the strategies are what they are called, by slow versions of them; how far from the best
// plan they can be, in worlds small enough to try every plan.
#include "polyglyph/pack.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "packing/lower_bound.h"
#include "polyglyph/error.h"
#include "tests/loading.h"
#include "tests/reference/pack.h"

namespace polyglyph::test {
namespace {

using Lengths = std::vector<std::int64_t>;

constexpr PackStrategy kStrategies[] = {PackStrategy::best_fit, PackStrategy::first_fit,
                                        PackStrategy::sequential, PackStrategy::concat};
constexpr Overlong kOverlong[] = {Overlong::split, Overlong::truncate, Overlong::drop};

// "0 1+2:3 | 2": document 0 whole, tokens 2 to 5 of document 1 in one bin, document 2 in another.
std::string shown(const PackPlan& plan, const Lengths& lengths) {
  std::string text;
  for (std::size_t bin = 0; bin + 1 < plan.bin_offsets.size(); ++bin) {
    if (bin > 0) text += " | ";
    for (auto i = plan.bin_offsets[bin]; i < plan.bin_offsets[bin + 1]; ++i) {
      const auto at = static_cast<std::size_t>(i);
      if (i > plan.bin_offsets[bin]) text += ' ';
      text += std::to_string(plan.document[at]);
      if (plan.length[at] != lengths[static_cast<std::size_t>(plan.document[at])])
        text += '+' + std::to_string(plan.start[at]) + ':' + std::to_string(plan.length[at]);
    }
  }
  return text;
}

TEST_CASE("each strategy on a few documents") {
  struct Case {
    PackStrategy strategy;
    Lengths lengths;
    const char* plan;
  };
  using enum PackStrategy;
  const Case cases[] = {
      {best_fit, {}, ""},
      {best_fit, {0, 0}, ""},
      {best_fit, {4, 7, 6, 3}, "1 3 | 2 0"},
      {best_fit, {2, 9, 7, 3, 1}, "1 4 | 2 3 | 0"},
      {best_fit, {25}, "0+0:10 | 0+10:10 | 0+20:5"},
      {best_fit, {12, 8}, "0+0:10 | 1 0+10:2"},
      {first_fit, {4, 7, 6, 3}, "0 2 | 1 3"},
      {first_fit, {6, 6, 4, 5, 4}, "0 2 | 1 4 | 3"},
      {sequential, {4, 7, 6, 3}, "0 | 1 | 2 3"},
      {sequential, {4, 0, 6, 1}, "0 2 | 3"},
      {concat, {4, 7, 6, 3}, "0 1+0:6 | 1+6:1 2 3"},
      {concat, {4, 28}, "0 1+0:6 | 1+6:10 | 1+16:10 | 1+26:2"},
  };
  for (const Case& c : cases) {
    CAPTURE(static_cast<int>(c.strategy), c.lengths);
    const PackPlan plan = pack(c.lengths, {.capacity = 10, .strategy = c.strategy});
    CHECK(shown(plan, c.lengths) == c.plan);
  }
}

TEST_CASE("what is too long, what is padded, and how many lie together") {
  const Lengths lengths = {12, 3, 3, 2};
  const auto plan = [&](PackOptions options) {
    options.capacity = 10;
    options.strategy = PackStrategy::first_fit;
    return pack(lengths, options);
  };
  CHECK(shown(plan({.overlong = Overlong::split}), lengths) == "0+0:10 | 0+10:2 1 2 3");
  CHECK(shown(plan({.overlong = Overlong::truncate}), lengths) == "0+0:10 | 1 2 3");
  CHECK(shown(plan({.overlong = Overlong::drop}), lengths) == "1 2 3");
  CHECK(shown(plan({.max_documents = 2}), lengths) == "0+0:10 | 0+10:2 1 | 2 3");
  // Of ten places four-packs fill eight.
  CHECK(shown(plan({.pad_each_to = 4}), lengths) == "0+0:8 | 0+8:4 1 | 2 3");
  const PackReport report = plan({.overlong = Overlong::truncate}).report;
  CHECK(report == PackReport{.documents = 4,
                             .truncated_documents = 1,
                             .tokens = 18,
                             .truncated_tokens = 2,
                             .bins = 2,
                             .lower_bound = 2,
                             .fill = 0.9});
  CHECK(plan({.overlong = Overlong::drop}).report.dropped_tokens == 12);
  CHECK(plan({}).report.split_documents == 1);
}

TEST_CASE("bad options and lengths") {
  struct Case {
    Lengths lengths;
    PackOptions options;
    std::vector<std::string> parts;
  };
  const Case cases[] = {
      {{1}, {.capacity = 0}, {"capacity is 0", "1 to 16777216"}},
      {{1}, {.capacity = -5}, {"capacity is -5"}},
      {{1}, {.capacity = kMaxPackCapacity + 1}, {"16777217"}},
      {{1}, {.max_documents = -1}, {"max_documents is -1"}},
      {{1}, {.pad_each_to = 0}, {"pad_each_to is 0"}},
      {{1}, {.capacity = 10, .pad_each_to = 11}, {"pad_each_to is 11", "10"}},
      {{1}, {.capacity = 10, .pad_total_to = 0}, {"pad_total_to is 0"}},
      {{1}, {.capacity = 10, .pad_total_to = 4}, {"pad_total_to is 4", "multiple"}},
      {{1, -1}, {}, {"document 1", "-1"}},
      {{5, 11}, {.capacity = 10, .overlong = Overlong::error}, {"document 1", "11 tokens", "takes 10"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.parts);
    check_error(error_of([&] { pack(c.lengths, c.options); }), ErrorCode::invalid_argument, c.parts);
    check_error(error_of([&] {
                  PackStream stream(c.options);
                  for (const std::int64_t length : c.lengths) stream.add(length);
                }),
                ErrorCode::invalid_argument, c.parts);
  }
  check_error(error_of([] { PackStream({.seed = 1}); }), ErrorCode::invalid_argument, {"shuffle"});
  check_error(error_of([] { PackStream({}, 0); }), ErrorCode::invalid_argument, {"open_bins"});
}

// Lengths of 0 to 30 mostly, with some beyond a bin.
Lengths drawn(std::mt19937_64& random, std::size_t count) {
  Lengths lengths;
  for (std::size_t i = 0; i < count; ++i)
    lengths.push_back(static_cast<std::int64_t>(random() % 20 == 0 ? random() % 200 : random() % 31));
  return lengths;
}

// What holds of every plan.
void check_plan(const PackPlan& plan, const Lengths& lengths) {
  const PackOptions& options = plan.options;
  const std::int64_t unit = options.pad_each_to, most = options.capacity / unit * unit;
  REQUIRE(plan.bin_offsets.front() == 0);
  REQUIRE(plan.bin_offsets.back() == static_cast<std::int64_t>(plan.document.size()));
  REQUIRE(plan.start.size() == plan.document.size());
  REQUIRE(plan.length.size() == plan.document.size());
  std::map<std::int64_t, std::vector<std::pair<std::int64_t, std::int64_t>>> parts;  // by document
  for (std::size_t bin = 0; bin + 1 < plan.bin_offsets.size(); ++bin) {
    std::int64_t places = 0;
    REQUIRE(plan.bin_offsets[bin] < plan.bin_offsets[bin + 1]);
    if (options.max_documents != 0)
      REQUIRE(plan.bin_offsets[bin + 1] - plan.bin_offsets[bin] <= options.max_documents);
    for (auto i = plan.bin_offsets[bin]; i < plan.bin_offsets[bin + 1]; ++i) {
      const auto at = static_cast<std::size_t>(i);
      REQUIRE(plan.length[at] > 0);
      places += (plan.length[at] + unit - 1) / unit * unit;
      parts[plan.document[at]].emplace_back(plan.start[at], plan.length[at]);
    }
    REQUIRE(places <= options.capacity);
  }
  std::int64_t tokens = 0;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    auto& pieces = parts[static_cast<std::int64_t>(i)];
    std::ranges::sort(pieces);
    std::int64_t reached = 0;
    for (const auto& [start, length] : pieces) {
      REQUIRE(start == reached);
      reached += length;
    }
    const bool overlong = lengths[i] > most;
    const std::int64_t expected = !overlong || options.overlong == Overlong::split ? lengths[i]
                                  : options.overlong == Overlong::truncate         ? most
                                                                                   : 0;
    REQUIRE(reached == expected);
    tokens += reached;
  }
  REQUIRE(parts.size() == lengths.size());
  const PackReport& report = plan.report;
  REQUIRE(report.documents == static_cast<std::int64_t>(lengths.size()));
  REQUIRE(report.tokens == tokens);
  REQUIRE(report.bins == static_cast<std::int64_t>(plan.bin_offsets.size()) - 1);
  REQUIRE(report.lower_bound <= report.bins);
  REQUIRE(std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0}) ==
          report.tokens + report.truncated_tokens + report.dropped_tokens);
}

TEST_CASE("nothing is lost and no bin is too full, whatever the options") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 2000; ++round) {
    PackOptions options;
    options.capacity = 1 + static_cast<std::int64_t>(random() % 70);
    options.strategy = kStrategies[random() % 4];
    options.overlong = kOverlong[random() % 3];
    options.max_documents = static_cast<std::int64_t>(random() % 4);
    options.pad_each_to =
        1 + static_cast<std::int64_t>(random()) % std::min<std::int64_t>(options.capacity, 9);
    if (options.pad_each_to < 1) options.pad_each_to = 1;
    if (random() % 2) options.seed = random();
    const Lengths lengths = drawn(random, random() % 40);
    const PackPlan plan = pack(lengths, options);
    check_plan(plan, lengths);
    const PackPlan again = pack(lengths, options);
    REQUIRE(again.document == plan.document);
    REQUIRE(again.bin_offsets == plan.bin_offsets);
  }
}

// The bin of each document, none of which is split.
std::vector<std::size_t> bins_of(const PackPlan& plan, std::size_t documents) {
  std::vector<std::size_t> bins(documents);
  for (std::size_t bin = 0; bin + 1 < plan.bin_offsets.size(); ++bin) {
    for (auto i = plan.bin_offsets[bin]; i < plan.bin_offsets[bin + 1]; ++i)
      bins[static_cast<std::size_t>(plan.document[static_cast<std::size_t>(i)])] = bin;
  }
  return bins;
}

TEST_CASE("first fit is first fit, and best fit decreasing uses as many bins as the slow one") {
  std::mt19937_64 random(11);
  for (int round = 0; round < 500; ++round) {
    const std::int64_t capacity = 20 + static_cast<std::int64_t>(random() % 500);
    const auto most = static_cast<std::int64_t>(random() % 5);
    Lengths lengths;
    for (std::size_t i = random() % 200; i > 0; --i)
      lengths.push_back(1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(capacity)));
    const PackOptions first{.capacity = capacity, .strategy = PackStrategy::first_fit, .max_documents = most};
    const PackOptions best{.capacity = capacity, .max_documents = most};
    CHECK(bins_of(pack(lengths, first), lengths.size()) == reference::fit(lengths, capacity, most, false));
    std::ranges::sort(lengths, std::ranges::greater{});
    const auto slow = reference::fit(lengths, capacity, most, true);
    const std::int64_t bins = pack(lengths, best).report.bins;
    if (most == 0)
      CHECK(bins == static_cast<std::int64_t>(lengths.empty() ? 0 : *std::ranges::max_element(slow) + 1));
  }
}

TEST_CASE("small worlds: between the lower bound and eleven ninths of the best plan") {
  for (const std::int64_t capacity : {3, 5, 6, 10}) {
    std::mt19937_64 random(static_cast<std::uint64_t>(capacity));
    for (int round = 0; round < 300; ++round) {
      Lengths lengths;
      for (std::size_t i = random() % 9; i > 0; --i)
        lengths.push_back(1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(capacity)));
      const auto most = static_cast<std::int64_t>(random() % 4);
      const std::int64_t fewest = reference::fewest_bins(lengths, capacity, most);
      const PackReport report = pack(lengths, {.capacity = capacity, .max_documents = most}).report;
      CAPTURE(capacity, lengths, most);
      CHECK(report.lower_bound <= fewest);
      CHECK(fewest <= report.bins);
      if (most == 0) CHECK(9 * report.bins <= 11 * fewest + 6);  // the bound of best fit decreasing
    }
  }
}

TEST_CASE("the lower bound is better than the sum where pieces are large") {
  packing::LowerBound bound(10);
  for (const std::int64_t size : {6, 6, 6, 5, 5, 4}) bound.add(size);
  CHECK(bound.bins(0, false) == 4);  // 32 in all, but the three 6 leave no room for a 5
  CHECK(bound.bins(0, true) == 4);
  CHECK(bound.bins(1, false) == 6);
  packing::LowerBound halves(10);
  for (int i = 0; i < 5; ++i) halves.add(6);
  CHECK(halves.bins(0, false) == 5);
  CHECK(halves.bins(0, true) == 3);
}

// What a stream gives, in parts.
PackPlan streamed(const Lengths& lengths, const PackOptions& options, std::size_t open_bins) {
  PackStream stream(options, open_bins);
  PackPlan all;
  all.bin_offsets.push_back(0);
  const auto append = [&](const PackPlan& part) {
    const std::int64_t base = all.bin_offsets.back();
    for (std::size_t bin = 1; bin < part.bin_offsets.size(); ++bin)
      all.bin_offsets.push_back(base + part.bin_offsets[bin]);
    all.document.insert(all.document.end(), part.document.begin(), part.document.end());
    all.start.insert(all.start.end(), part.start.begin(), part.start.end());
    all.length.insert(all.length.end(), part.length.begin(), part.length.end());
    all.report = part.report;
    all.options = part.options;
  };
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    stream.add(lengths[i]);
    if (i % 7 == 0) append(stream.take());
  }
  stream.finish();
  append(stream.take());
  return all;
}

TEST_CASE("streams lose nothing and keep few bins open") {
  std::mt19937_64 random(13);
  for (int round = 0; round < 600; ++round) {
    PackOptions options;
    options.capacity = 1 + static_cast<std::int64_t>(random() % 70);
    options.strategy = kStrategies[random() % 4];
    options.overlong = kOverlong[random() % 3];
    options.max_documents = static_cast<std::int64_t>(random() % 4);
    const Lengths lengths = drawn(random, random() % 200);
    check_plan(streamed(lengths, options, 1 + random() % 9), lengths);
    // With room for all of them the bins are those of the whole set, in the order in which they were closed.
    if (options.strategy == PackStrategy::best_fit) continue;
    const PackPlan whole = pack(lengths, options), stream = streamed(lengths, options, 1000);
    CHECK(stream.report == whole.report);
    const auto sorted = [&](const PackPlan& plan) {
      std::vector<std::string> bins;
      std::string text = shown(plan, lengths) + " | ";
      for (std::size_t end; (end = text.find(" | ")) != text.npos; text.erase(0, end + 3))
        bins.push_back(text.substr(0, end));
      std::ranges::sort(bins);
      return bins;
    };
    CHECK(sorted(stream) == sorted(whole));
  }
}

TEST_CASE("a stream that is finished takes nothing more") {
  for (const PackStrategy strategy :
       {PackStrategy::best_fit, PackStrategy::first_fit, PackStrategy::sequential, PackStrategy::concat}) {
    PackStream stream({.capacity = 10, .strategy = strategy});
    stream.add(4);
    stream.finish();
    stream.finish();
    check_error(error_of([&] { stream.add(3); }), ErrorCode::invalid_argument, {"the stream is finished"});
    CHECK(stream.take().report.bins == 1);
  }
}

TEST_CASE("a seed shuffles documents and bins") {
  Lengths lengths;
  for (std::int64_t i = 0; i < 100; ++i) lengths.push_back(1 + i % 10);
  const PackOptions plain{.capacity = 10, .strategy = PackStrategy::sequential};
  PackOptions one = plain, two = plain;
  one.seed = 1;
  two.seed = 2;
  CHECK(pack(lengths, one).document != pack(lengths, plain).document);
  CHECK(pack(lengths, one).document != pack(lengths, two).document);
  // The very order, which no library and no machine may change.
  CHECK(shown(pack(Lengths{3, 3, 3, 3, 3}, {.capacity = 6, .strategy = PackStrategy::sequential, .seed = 42}),
              {3, 3, 3, 3, 3}) == "2 3 | 4 0 | 1");
}

}  // namespace
}  // namespace polyglyph::test
