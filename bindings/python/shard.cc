// Shards. The work is done without the GIL; what is written in Python (rows that a library reads, files that
// it writes, progress) takes it for as long as it runs. An exception raised there ends the run, and is what
// the call raises.
#include "polyglyph/shard.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "arguments.h"
#include "ids.h"
#include "interrupts.h"
#include "module.h"
#include "pack_options.h"
#include "polyglyph/error.h"
#include "text.h"
#include "values.h"

namespace py = pybind11;
using namespace pybind11::literals;  // "name"_a

namespace polyglyph::python {
namespace {

constexpr Choice<ShardRows> kRows[] = {{"automatic", ShardRows::automatic},
                                       {"jsonl", ShardRows::jsonl},
                                       {"lines", ShardRows::lines},
                                       {"text", ShardRows::text}};
constexpr std::size_t kMostJobs = 1024;

constexpr Choice<BadRows> kBadRows[] = {{"error", BadRows::error}, {"skip", BadRows::skip}};

// A Python object that C++ threads hold and drop.
std::shared_ptr<py::object> held(const py::object& object) {
  return {new py::object(object), [](py::object* owned) {
            const py::gil_scoped_acquire gil;
            delete owned;
          }};
}

// Rows from an iterator of lists of str, bytes and None.
std::function<bool(std::vector<std::optional<std::string>>&)> rows_of(const py::object& iterator) {
  return [iterator = held(iterator)](std::vector<std::optional<std::string>>& rows) {
    const py::gil_scoped_acquire gil;
    rows.clear();
    const auto next = py::reinterpret_steal<py::object>(PyIter_Next(iterator->ptr()));
    if (!next) {
      if (PyErr_Occurred() != nullptr) throw py::error_already_set();
      return false;
    }
    for (const py::handle row : next) {
      if (row.is_none()) {
        rows.emplace_back();
      } else {
        rows.emplace_back(std::string(Text(row.ptr()).view()));
      }
    }
    return true;
  };
}

template <class Item>
py::array view(std::span<const Item> items) {
  // Who is called must not keep it: the base that would keep the items alive is nothing.
  return py::array_t<Item>(static_cast<py::ssize_t>(items.size()), items.data(), py::none());
}

// A format that `write(files, ids, sequences, bins)` writes.
ShardFormat python_format(std::string name, std::string endings, const py::object& write) {
  return {std::move(name), std::move(endings),
          [write = held(write)](const ShardContent& content, std::span<const std::filesystem::path> files) {
            const py::gil_scoped_acquire gil;
            std::vector<std::string> names;
            for (const auto& file : files) names.push_back(file.string());
            (*write)(py::cast(names), view(content.ids), view(content.sequences), view(content.bins));
          }};
}

py::object write_shards(const Tokenizer& tokenizer, const py::list& inputs,
                        const std::filesystem::path& output, const std::string& format,
                        const py::object& endings, const py::object& write, std::optional<std::int64_t> pack,
                        const py::object& strategy, const py::object& overlong,
                        std::optional<std::int64_t> max_documents, std::int64_t pad_each_to,
                        std::int64_t pad_total_to, std::optional<std::uint64_t> seed,
                        std::int64_t shard_tokens, const py::object& rows, const std::string& field,
                        const py::object& end, const py::object& special_tokens,
                        const py::object& add_special_tokens, const py::object& bad_rows,
                        const py::object& skipped, const py::object& progress, const py::object& jobs) {
  std::vector<ShardInput> files;
  for (const py::handle input : inputs) {
    const auto [path, iterator] = input.cast<std::pair<std::filesystem::path, py::object>>();
    files.push_back({path, {}});
    if (!iterator.is_none()) files.back().rows = rows_of(iterator);
  }
  ShardOptions options;
  const PackOptions packing =
      pack_options(pack.value_or(1), strategy, overlong, max_documents, pad_each_to, pad_total_to, seed);
  if (pack) options.pack = packing;
  options.format = !write.is_none()  ? python_format(format, endings.cast<std::string>(), write)
                   : format == "npy" ? npy_format(tokenizer, pack.has_value())
                                     : megatron_format(tokenizer);
  options.shard_tokens = shard_tokens;
  options.rows = choose(rows.ptr(), "rows", kRows);
  options.field = field;
  if (!end.is_none()) options.end = read_id_or_throw(end);
  options.encode = encode_options(special_tokens.ptr(), add_special_tokens.ptr());
  options.bad_rows = choose(bad_rows.ptr(), "bad_rows", kBadRows);
  options.jobs = static_cast<unsigned>(std::min<std::size_t>(read_limit(jobs.ptr(), "jobs"), kMostJobs));
  if (!skipped.is_none()) {
    options.skipped = [call = held(skipped)](const std::string& where, const std::string& why) {
      const py::gil_scoped_acquire gil;
      (*call)(to_str(where, "surrogateescape"), to_str(why, "replace"));
    };
  }
  options.progress = [call = held(progress)](const ShardProgress& at) {
    const py::gil_scoped_acquire gil;
    check_signals();
    if (call->is_none()) return;
    (*call)(values().shard_progress("bytes"_a = at.bytes, "total_bytes"_a = at.total_bytes,
                                    "documents"_a = at.documents, "tokens"_a = at.tokens,
                                    "shards"_a = at.shards, "checking"_a = at.checking));
  };
  const ShardSummary summary =
      without_gil(kReleaseGilBytes, [&] { return shard(tokenizer, files, output, options); });
  const py::object report = summary.pack ? to_python(*summary.pack) : py::none();
  return values().shard_summary("shards"_a = summary.shards, "documents"_a = summary.documents,
                                "empty_documents"_a = summary.empty_documents,
                                "skipped_rows"_a = summary.skipped_rows, "tokens"_a = summary.tokens,
                                "pack"_a = report, "shards_before"_a = summary.shards_before);
}

}  // namespace

void define_shard(py::module_& module) {
  module.def("_shard", &write_shards, "For polyglyph.shard.");
}

}  // namespace polyglyph::python
