// polyglyph::Error becomes polyglyph.Error with its code and place; a Python error that crossed C++ goes on
// as it was; a failed allocation is MemoryError. Anything else would be a defect of the library and says so.
#include "errors.h"

#include <exception>
#include <new>
#include <string_view>

#include "polyglyph/error.h"
#include "text.h"
#include "values.h"

namespace py = pybind11;

namespace polyglyph::python {
namespace {

void raise(const Error& error) {
  const py::object& type = values().error;
  // Names of files may be any bytes.
  const auto text = [](std::string_view bytes) { return to_str(bytes, "surrogateescape"); };
  PyErr_SetObject(type.ptr(), type(text(error.what()), to_string(error.code()), text(error.where())).ptr());
}

}  // namespace

void set_python_error() noexcept {
  try {
    try {
      throw;
    } catch (const Error& error) {
      raise(error);
    }
  } catch (py::error_already_set& error) {
    error.restore();
  } catch (const py::builtin_exception& error) {
    error.set_error();
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::exception& error) {
    PyErr_Format(PyExc_RuntimeError, "polyglyph failed in a way it should not: %s", error.what());
  } catch (...) {
    PyErr_SetString(PyExc_RuntimeError, "polyglyph failed in a way it should not");
  }
}

void register_errors() {
  py::register_local_exception_translator([](std::exception_ptr exception) {
    try {
      std::rethrow_exception(exception);
    } catch (const Error&) {
      set_python_error();
    } catch (const py::cast_error&) {
      PyErr_SetString(PyExc_TypeError, "an argument, or an item of one, is of a type that it cannot be");
    }
  });
}

}  // namespace polyglyph::python
