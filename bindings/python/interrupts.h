// Long work and Python: the GIL is released while it runs, and Ctrl-C ends it.
#pragma once

#include <pybind11/pybind11.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <string_view>

#include "polyglyph/options.h"

namespace polyglyph::python {

// Below this, work is over before another thread could make use of the GIL, and taking it back may wait for
// that thread's whole turn (5 ms by default).
inline constexpr std::size_t kReleaseGilBytes = 4096;

// Work on more bytes than this takes long enough for somebody to press Ctrl-C.
inline constexpr std::size_t kWatchedBytes = std::size_t{4} << 20;

// A stream takes a long chunk in slices of this size, between which Ctrl-C is seen.
inline constexpr std::size_t kSliceBytes = std::size_t{1} << 20;

// Calls work(), without the GIL if it has `bytes` to do that are worth it.
template <class Work>
auto without_gil(std::size_t bytes, Work&& work) {
  if (bytes < kReleaseGilBytes) return work();
  const pybind11::gil_scoped_release release;
  return work();
}

// Runs Python's signal handlers; throws what they raise (KeyboardInterrupt).
inline void check_signals() {
  if (PyErr_CheckSignals() != 0) throw pybind11::error_already_set();
}

// Where options say what ends a call, or the encoding in it.
template <class Options>
const std::atomic<bool>*& cancel_of(Options& options) {
  if constexpr (requires { options.encode; }) {
    return options.encode.cancel;
  } else {
    return options.cancel;
  }
}

// Calls work(options). If it has much to do, that happens on a thread of its own, while this one waits for it
// and for Ctrl-C, which ends it through cancel_of(options).
template <class Options, class Work>
auto interruptible(std::size_t bytes, Options options, Work&& work) {
  if (bytes < kWatchedBytes) return without_gil(bytes, [&] { return work(options); });
  constexpr std::chrono::milliseconds kPatience{20};
  std::atomic<bool> cancel{false};
  cancel_of(options) = &cancel;
  auto result = std::async(std::launch::async, [&] { return work(options); });
  while (without_gil(bytes, [&] { return result.wait_for(kPatience); }) != std::future_status::ready) {
    if (PyErr_CheckSignals() == 0) continue;
    const pybind11::error_already_set raised;  // takes Python's error, which the call ends with
    cancel = true;
    without_gil(bytes, [&] { result.wait(); });
    throw raised;
  }
  return result.get();
}

// Calls feed(slice) for the slices of a text, in order.
template <class Feed>
void feed_slices(std::string_view text, Feed&& feed) {
  while (!text.empty()) {
    const std::string_view slice = text.substr(0, kSliceBytes);
    without_gil(slice.size(), [&] { feed(slice); });
    check_signals();
    text.remove_prefix(slice.size());
  }
}

}  // namespace polyglyph::python
