// Long work and Python: the GIL is released while it runs, and Ctrl-C ends it.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <string_view>

namespace polyglyph::python {

// Below this, work is over before another thread could make use of the GIL, and taking it back may wait for
// that thread's whole turn (5 ms by default).
inline constexpr std::size_t kReleaseGilBytes = 4096;

// A text longer than this is encoded in slices of kSliceBytes, between which Ctrl-C is seen. One call to the
// engine is a little faster than slices, and takes a fraction of a second.
inline constexpr std::size_t kWholeBytes = std::size_t{4} << 20;
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

// Calls feed(slice) for the slices of a text, in order, until it returns false.
template <class Feed>
void feed_slices(std::string_view text, Feed&& feed) {
  while (!text.empty()) {
    const std::string_view slice = text.substr(0, kSliceBytes);
    if (!without_gil(slice.size(), [&] { return feed(slice); })) return;
    check_signals();
    text.remove_prefix(slice.size());
  }
}

}  // namespace polyglyph::python
