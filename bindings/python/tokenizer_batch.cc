// Encoding and counting many texts.
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

// Work for a thread to be worth starting.
constexpr std::size_t kThreadBytes = std::size_t{64} << 10;

unsigned read_threads(Py_ssize_t threads) {
  if (threads < 0 || threads > 1024) {
    throw Error(ErrorCode::invalid_argument,
                std::to_string(threads) + " is out of range; it must be from 0, for one a processor, to 1024",
                "threads");
  }
  return threads == 0 ? std::max(1u, std::thread::hardware_concurrency()) : static_cast<unsigned>(threads);
}

std::size_t size_of(TextSpan texts) {
  std::size_t bytes = 0;
  for (const std::string_view text : texts) bytes += text.size();
  return bytes;
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

// The engine tells the place of a control token in a text but not the text: that is found by going through
// the texts again.
Batch encode_texts(const Tokenizer& tokenizer, TextSpan texts, EncodeOptions options, unsigned threads) {
  return interruptible(size_of(texts), options, [&](EncodeOptions o) {
    try {
      return tokenizer.encode_batch(texts, o, threads);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::control_token) throw;
      for (std::size_t i = 0; i < texts.size(); ++i) {
        for_text(i, [&] { return tokenizer.count(texts[i], o); });
      }
      throw;
    }
  });
}

// Each thread takes one text after another. If several fail, the error is that of the first text.
std::vector<std::int64_t> count_all(const Tokenizer& tokenizer, TextSpan texts, EncodeOptions options,
                                    unsigned threads) {
  std::vector<std::int64_t> counts(texts.size());
  std::atomic<std::size_t> next = 0;
  std::mutex failed;
  std::size_t failed_text = texts.size();
  std::exception_ptr failure;
  const auto work = [&] {
    for (std::size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < texts.size();) {
      try {
        counts[i] = static_cast<std::int64_t>(tokenizer.count(texts[i], options));
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
  const std::size_t workers = std::min<std::size_t>(
      {threads, std::max<std::size_t>(1, texts.size()), 1 + size_of(texts) / kThreadBytes});
  {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < workers; ++i) others.emplace_back(work);
    work();
  }
  if (failure) for_text(failed_text, [&] { std::rethrow_exception(failure); });
  return counts;
}

std::vector<std::int64_t> count_texts(const Tokenizer& tokenizer, TextSpan texts, EncodeOptions options,
                                      unsigned threads) {
  return interruptible(size_of(texts), options,
                       [&](EncodeOptions o) { return count_all(tokenizer, texts, o, threads); });
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
