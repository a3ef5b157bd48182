// Names are compared as strings: they are short, a call has two or three of them, and there is nothing to set
// up or to clean up.
#include "arguments.h"

#include <cstdint>
#include <string>

#include "polyglyph/error.h"

namespace py = pybind11;

namespace polyglyph::python {
namespace {

[[noreturn]] void wrong_call(const char* method, const std::string& what) {
  throw py::type_error(std::string(method) + "() " + what);
}

constexpr Choice<SpecialTokens> kSpecialTokens[] = {
    {"text", SpecialTokens::text}, {"parse", SpecialTokens::parse}, {"reject", SpecialTokens::reject}};
constexpr Choice<UnknownIds> kUnknownIds[] = {{"error", UnknownIds::error}, {"skip", UnknownIds::skip}};

bool truth(PyObject* value) {
  const int truth = PyObject_IsTrue(value);
  if (truth < 0) throw py::error_already_set();
  return truth != 0;
}

}  // namespace

namespace internal {

void read_arguments(const char* method, const char* const* names, std::size_t size, std::size_t required,
                    PyObject* const* arguments, Py_ssize_t positional, PyObject* keywords,
                    PyObject** values) {
  if (static_cast<std::size_t>(positional) > size) {
    wrong_call(method, "takes at most " + std::to_string(size) + " arguments (" + std::to_string(positional) +
                           " given)");
  }
  for (Py_ssize_t i = 0; i < positional; ++i) values[i] = arguments[i];
  const Py_ssize_t named = keywords == nullptr ? 0 : PyTuple_GET_SIZE(keywords);
  for (Py_ssize_t i = 0; i < named; ++i) {
    PyObject* keyword = PyTuple_GET_ITEM(keywords, i);
    std::size_t k = 0;
    while (k < size && PyUnicode_CompareWithASCIIString(keyword, names[k]) != 0) ++k;
    if (k == size) {
      wrong_call(method, "got an unexpected keyword argument '" + py::str(keyword).cast<std::string>() + "'");
    }
    if (values[k] != nullptr)
      wrong_call(method, std::string("got multiple values for argument '") + names[k] + "'");
    values[k] = arguments[positional + i];
  }
  for (std::size_t k = 0; k < required; ++k) {
    if (values[k] == nullptr) wrong_call(method, std::string("missing required argument '") + names[k] + "'");
  }
}

std::size_t choose(PyObject* value, const char* parameter, const char* const* words, std::size_t size) {
  if (!PyUnicode_Check(value)) {
    throw py::type_error(std::string(parameter) + " must be a str, not " + Py_TYPE(value)->tp_name);
  }
  for (std::size_t i = 0; i < size; ++i) {
    if (PyUnicode_CompareWithASCIIString(value, words[i]) == 0) return i;
  }
  std::string message = py::repr(value).cast<std::string>();
  message += " has no meaning here; it must be ";
  for (std::size_t i = 0; i < size; ++i) {
    message += i == 0 ? "\"" : i + 1 == size ? "\" or \"" : "\", \"";
    message += words[i];
  }
  message += '"';
  throw Error(ErrorCode::invalid_argument, message, parameter);
}

}  // namespace internal

EncodeOptions encode_options(PyObject* special_tokens, PyObject* add_special_tokens) {
  EncodeOptions options;
  if (special_tokens != nullptr)
    options.special_tokens = choose(special_tokens, "special_tokens", kSpecialTokens);
  if (add_special_tokens != nullptr) options.add_special_tokens = truth(add_special_tokens);
  return options;
}

DecodeOptions decode_options(PyObject* skip_special_tokens, PyObject* unknown) {
  DecodeOptions options;
  if (skip_special_tokens != nullptr) options.skip_special_tokens = truth(skip_special_tokens);
  if (unknown != nullptr) options.unknown = choose(unknown, "unknown", kUnknownIds);
  return options;
}

const char* decode_errors(PyObject* errors) {
  if (errors == nullptr) return "replace";
  if (!PyUnicode_Check(errors)) {
    throw py::type_error(std::string("errors must be a str, not ") + Py_TYPE(errors)->tp_name);
  }
  const char* name = PyUnicode_AsUTF8(errors);
  if (name == nullptr) throw py::error_already_set();
  return name;
}

std::size_t read_limit(PyObject* limit, const char* parameter) {
  const Py_ssize_t number = PyNumber_AsSsize_t(limit, nullptr);  // clips what is beyond any text
  if (number == -1 && PyErr_Occurred() != nullptr) throw py::error_already_set();
  if (number < 0) throw Error(ErrorCode::invalid_argument, "it is negative; it must be 0 or more", parameter);
  return static_cast<std::size_t>(number);
}

void add_method(py::handle type, const char* name, FastCall call, const char* doc) {
  // Python keeps a pointer to the definition for as long as the type lives, which is to the end of the
  // process.
  auto* definition = new PyMethodDef{name, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(call)),
                                     METH_FASTCALL | METH_KEYWORDS, doc};
  auto method = py::reinterpret_steal<py::object>(
      PyDescr_NewMethod(reinterpret_cast<PyTypeObject*>(type.ptr()), definition));
  if (!method) throw py::error_already_set();
  type.attr(name) = method;
}

}  // namespace polyglyph::python
