// The one place that turns C++ errors into Python's.
#pragma once

#include <pybind11/pybind11.h>

namespace polyglyph::python {

// Makes pybind11's own methods raise polyglyph.Error.
void register_errors();

// Sets the Python error for the exception in flight. Call it inside a catch block, with the GIL held.
void set_python_error() noexcept;

// The body of a method that Python calls directly: a new reference, or null with the error set.
template <class Body>
PyObject* guarded(Body&& body) noexcept {
  try {
    return body().release().ptr();
  } catch (...) {
    set_python_error();
    return nullptr;
  }
}

}  // namespace polyglyph::python
