// How objects come to be. pybind11 separates __new__ from __init__ and lets the first make an object without
// the C++ value that every method then reads. Here __new__ makes the whole object or refuses.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <utility>

namespace polyglyph::python {

// make(type, arguments...) is what calling the type does.
template <class Make, class... Extra>
void construct_with(pybind11::handle type, Make&& make, const Extra&... extra) {
  namespace py = pybind11;
  const py::cpp_function function(std::forward<Make>(make), py::name("__new__"), py::scope(type), extra...);
  type.attr("__new__") = py::staticmethod(function);
  type.attr("__init__") =
      py::cpp_function([](const py::object&, const py::args&, const py::kwargs&) {}, py::name("__init__"),
                       py::is_method(type), "__init__(self, *args, **kwargs)\n--\n\nNothing is left to do.");
}

// Calling the type is a TypeError that says `advice`.
inline void construct_never(pybind11::handle type, const char* advice) {
  namespace py = pybind11;
  construct_with(
      type,
      [advice](const py::args&, const py::kwargs&) -> py::object {
        throw py::type_error(std::string(advice));
      },
      "__new__(cls, *args, **kwargs)\n--\n\nRaises TypeError.");
}

}  // namespace polyglyph::python
