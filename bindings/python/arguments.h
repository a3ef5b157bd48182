// Reading the arguments of the methods that Python calls directly.
//
// A request of a few hundred characters takes two or three microseconds to encode. pybind11 takes another 0.4
// as soon as one argument is named, so the methods on that path read their arguments themselves; all others
// are pybind11's.
#pragma once

#include <pybind11/pybind11.h>

#include <array>
#include <cstddef>

#include "polyglyph/options.h"

namespace polyglyph::python {

// The parameters of one method, each by position or by name; those after the first `required` may be left
// out.
template <std::size_t N>
struct Parameters {
  const char* method;
  std::array<const char*, N> names;
  std::size_t required;

  // The arguments of a METH_FASTCALL | METH_KEYWORDS call, borrowed; null where left out. Throws TypeError.
  std::array<PyObject*, N> read(PyObject* const* arguments, Py_ssize_t positional, PyObject* keywords) const;
};

namespace internal {

// What Parameters::read does, for any number of them.
void read_arguments(const char* method, const char* const* names, std::size_t size, std::size_t required,
                    PyObject* const* arguments, Py_ssize_t positional, PyObject* keywords, PyObject** values);

}  // namespace internal

template <std::size_t N>
std::array<PyObject*, N> Parameters<N>::read(PyObject* const* arguments, Py_ssize_t positional,
                                             PyObject* keywords) const {
  std::array<PyObject*, N> values{};
  internal::read_arguments(method, names.data(), N, required, arguments, positional, keywords, values.data());
  return values;
}

// Options from Python's values; null means the default. Throw Error(invalid_argument) for a word that has no
// meaning, and TypeError for a value of another type.
EncodeOptions encode_options(PyObject* special_tokens, PyObject* add_special_tokens);
DecodeOptions decode_options(PyObject* skip_special_tokens, PyObject* unknown);

// How Python is to read bytes that are not UTF-8: the name of an error handler, "replace" by default.
const char* decode_errors(PyObject* errors);

// A number of tokens; what is beyond any text is as good as any. Throws Error(invalid_argument) for a
// negative one, and TypeError for what is not an integer.
std::size_t read_limit(PyObject* limit, const char* parameter);

// One word out of several.
template <class Enum>
struct Choice {
  const char* word;
  Enum value;
};

namespace internal {

// The index of `value` among `words`.
std::size_t choose(PyObject* value, const char* parameter, const char* const* words, std::size_t size);

}  // namespace internal

template <class Enum, std::size_t N>
Enum choose(PyObject* value, const char* parameter, const Choice<Enum> (&choices)[N]) {
  std::array<const char*, N> words;
  for (std::size_t i = 0; i < N; ++i) words[i] = choices[i].word;
  return choices[internal::choose(value, parameter, words.data(), N)].value;
}

// A method for the table of a class: `doc` begins with its signature, which inspect and help read.
using FastCall = PyObject* (*)(PyObject* self, PyObject* const* arguments, Py_ssize_t positional,
                               PyObject* keywords);
void add_method(pybind11::handle type, const char* name, FastCall call, const char* doc);

}  // namespace polyglyph::python
