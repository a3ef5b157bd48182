// Encoding and counting many texts.
//
// They are worked on in runs of whole texts, each run large enough to keep all threads busy and small enough
// to end soon after Ctrl-C. Usually there is one run, whose arrays become the result as they are. A run of a
// single text goes the way of one text, slice by slice.
#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <string>
#include <thread>

#include "arguments.h"
#include "batch.h"
#include "ids.h"
#include "interrupts.h"
#include "polyglyph/error.h"
#include "text.h"
#include "tokenizer.h"

namespace py = pybind11;

namespace polyglyph::python {
namespace {

using TextSpan = std::span<const std::string_view>;

// Work for a thread to be worth starting, and for a run: many times that for each of a few threads, and still
// a fraction of a second.
constexpr std::size_t kThreadBytes = std::size_t{64} << 10;
constexpr std::size_t kRunBytes = std::size_t{16} << 20;

unsigned read_threads(Py_ssize_t threads) {
  if (threads < 0 || threads > 1024) {
    throw Error(ErrorCode::invalid_argument,
                std::to_string(threads) + " is out of range; it must be from 0, for one a processor, to 1024",
                "threads");
  }
  return threads == 0 ? std::max(1u, std::thread::hardware_concurrency()) : static_cast<unsigned>(threads);
}

// The first texts that make up one run: at least one for each thread.
TextSpan next_run(TextSpan texts, unsigned threads) {
  std::size_t size = 0;
  std::size_t bytes = 0;
  while (size < texts.size() && (size < threads || bytes < kRunBytes)) bytes += texts[size++].size();
  return texts.first(size);
}

// The same error, its place within the texts.
[[noreturn]] void throw_for_text(const Error& error, std::size_t i) {
  std::string what = error.what();
  std::string where = "texts[" + std::to_string(i) + "]";
  if (!error.where().empty()) {
    what.erase(0, error.where().size() + 2);  // "where: what"
    where += ", " + error.where();
  }
  throw Error(error.code(), what, where);
}

template <class Work>
auto for_text(std::size_t i, Work&& work) {
  try {
    return work();
  } catch (const Error& error) {
    throw_for_text(error, i);
  }
}

// Encodes one run; `start` is the number of texts before it. Only a control token can fail, and the engine
// tells its place in a text but not the text: that is found by going through the run again.
Batch encode_run(const Tokenizer& tokenizer, TextSpan run, EncodeOptions options, unsigned threads,
                 std::size_t start) {
  if (run.size() == 1) {
    return for_text(start, [&] {
      Batch batch;
      batch.ids = encode_text(tokenizer, run[0], options);
      batch.row_splits = {0, static_cast<std::int64_t>(batch.ids.size())};
      return batch;
    });
  }
  const py::gil_scoped_release release;
  try {
    return tokenizer.encode_batch(run, options, threads);
  } catch (const Error&) {
    for (std::size_t i = 0; i < run.size(); ++i) {
      for_text(start + i, [&] { return tokenizer.count(run[i], options); });
    }
    throw;
  }
}

void append(Batch& batch, const Batch& more) {
  const auto start = static_cast<std::int64_t>(batch.ids.size());
  batch.ids.insert(batch.ids.end(), more.ids.begin(), more.ids.end());
  for (const std::int64_t split : std::span(more.row_splits).subspan(1))
    batch.row_splits.push_back(start + split);
}

Batch encode_texts(const Tokenizer& tokenizer, TextSpan texts, EncodeOptions options, unsigned threads) {
  Batch batch;
  batch.row_splits = {0};
  for (std::size_t start = 0; start < texts.size();) {
    const TextSpan run = next_run(texts.subspan(start), threads);
    Batch part = encode_run(tokenizer, run, options, threads, start);
    if (start == 0) {
      batch = std::move(part);
    } else {
      append(batch, part);
    }
    check_signals();
    start += run.size();
  }
  return batch;
}

// Counts one run, each thread taking one text after another. If several fail, the error is that of the first
// text.
void count_run(const Tokenizer& tokenizer, TextSpan run, EncodeOptions options, unsigned threads,
               std::size_t start, std::int64_t* counts) {
  if (run.size() == 1) {
    *counts =
        for_text(start, [&] { return static_cast<std::int64_t>(count_text(tokenizer, run[0], options)); });
    return;
  }
  const py::gil_scoped_release release;
  std::atomic<std::size_t> next = 0;
  std::mutex failed;
  std::size_t failed_text = run.size();
  std::exception_ptr failure;
  const auto work = [&] {
    for (std::size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < run.size();) {
      try {
        counts[i] = static_cast<std::int64_t>(tokenizer.count(run[i], options));
      } catch (...) {
        const std::lock_guard lock(failed);
        if (i < failed_text) {
          failed_text = i;
          failure = std::current_exception();
        }
        return;  // the texts before this one are done, or with other threads
      }
    }
  };
  std::size_t bytes = 0;
  for (const std::string_view text : run) bytes += text.size();
  const std::size_t workers = std::min<std::size_t>({threads, run.size(), 1 + bytes / kThreadBytes});
  {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < workers; ++i) others.emplace_back(work);
    work();
  }
  if (failure) for_text(start + failed_text, [&] { std::rethrow_exception(failure); });
}

std::vector<std::int64_t> count_texts(const Tokenizer& tokenizer, TextSpan texts, EncodeOptions options,
                                      unsigned threads) {
  std::vector<std::int64_t> counts(texts.size());
  for (std::size_t start = 0; start < texts.size();) {
    const TextSpan run = next_run(texts.subspan(start), threads);
    count_run(tokenizer, run, options, threads, start, &counts[start]);
    check_signals();
    start += run.size();
  }
  return counts;
}

constexpr const char* kEncodeBatchDoc =
    R"(encode_batch(self, texts, special_tokens='text', add_special_tokens=False, threads=0)
--

The ids of many texts in one flat array: a Batch.

texts is an iterable of str and bytes, or a column of strings from any library that speaks Arrow (pyarrow, polars).
threads: 0 for one a processor; the result does not depend on it.

Raises polyglyph.Error (control_token) under special_tokens="reject", for the first text that spells one.)";

constexpr const char* kCountBatchDoc =
    R"(count_batch(self, texts, special_tokens='text', add_special_tokens=False, threads=0)
--

The number of tokens of each text: a numpy array of int64. Arguments as in encode_batch.)";

}  // namespace

void add_batch_methods(TokenizerClass& type) {
  type.def(
          "encode_batch",
          [](const Tokenizer& tokenizer, const py::object& texts, const py::object& special_tokens,
             const py::object& add_special_tokens, Py_ssize_t threads) {
            const EncodeOptions options = encode_options(special_tokens.ptr(), add_special_tokens.ptr());
            const unsigned workers = read_threads(threads);
            const Texts read(texts);
            return BatchArrays(encode_texts(tokenizer, read.views(), options, workers));
          },
          py::arg("texts"), py::arg("special_tokens") = "text", py::arg("add_special_tokens") = false,
          py::arg("threads") = 0, kEncodeBatchDoc)
      .def(
          "count_batch",
          [](const Tokenizer& tokenizer, const py::object& texts, const py::object& special_tokens,
             const py::object& add_special_tokens, Py_ssize_t threads) {
            const EncodeOptions options = encode_options(special_tokens.ptr(), add_special_tokens.ptr());
            const unsigned workers = read_threads(threads);
            const Texts read(texts);
            return to_array(count_texts(tokenizer, read.views(), options, workers));
          },
          py::arg("texts"), py::arg("special_tokens") = "text", py::arg("add_special_tokens") = false,
          py::arg("threads") = 0, kCountBatchDoc);
}

}  // namespace polyglyph::python
