#include "pack_options.h"

#include "arguments.h"
#include "values.h"

namespace py = pybind11;
using namespace pybind11::literals;  // "name"_a

namespace polyglyph::python {
namespace {

constexpr Choice<PackStrategy> kStrategies[] = {{"best_fit", PackStrategy::best_fit},
                                                {"first_fit", PackStrategy::first_fit},
                                                {"sequential", PackStrategy::sequential},
                                                {"concat", PackStrategy::concat}};
constexpr Choice<Overlong> kOverlong[] = {{"split", Overlong::split},
                                          {"truncate", Overlong::truncate},
                                          {"drop", Overlong::drop},
                                          {"error", Overlong::error}};
}  // namespace

PackOptions pack_options(std::int64_t capacity, const py::object& strategy, const py::object& overlong,
                         std::optional<std::int64_t> max_documents, std::int64_t pad_each_to,
                         std::int64_t pad_total_to, std::optional<std::uint64_t> seed) {
  PackOptions options;
  options.capacity = capacity;
  options.strategy = choose(strategy.ptr(), "strategy", kStrategies);
  options.overlong = choose(overlong.ptr(), "overlong", kOverlong);
  options.max_documents = max_documents.value_or(0);
  options.pad_each_to = pad_each_to;
  options.pad_total_to = pad_total_to;
  options.seed = seed;
  return options;
}

py::object to_python(const PackReport& report) {
  return values().pack_report(
      "documents"_a = report.documents, "empty_documents"_a = report.empty_documents,
      "split_documents"_a = report.split_documents, "truncated_documents"_a = report.truncated_documents,
      "dropped_documents"_a = report.dropped_documents, "tokens"_a = report.tokens,
      "truncated_tokens"_a = report.truncated_tokens, "dropped_tokens"_a = report.dropped_tokens,
      "bins"_a = report.bins, "lower_bound"_a = report.lower_bound, "fill"_a = report.fill);
}

}  // namespace polyglyph::python
