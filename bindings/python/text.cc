// Python encodes a str to UTF-8 itself, and refuses only lone surrogates. Written with "surrogatepass" each
// of them takes three bytes, ED A0..BF 80..BF, which no valid UTF-8 contains and which are as many as U+FFFD
// takes: so they are replaced in place, and no offset moves.
#include "text.h"

#include "arrow.h"

namespace py = pybind11;

namespace polyglyph::python {
namespace {

std::string replace_surrogates(PyObject* text) {
  PyErr_Clear();
  const auto bytes =
      py::reinterpret_steal<py::bytes>(PyUnicode_AsEncodedString(text, "utf-8", "surrogatepass"));
  if (!bytes) throw py::error_already_set();
  std::string utf8(bytes);
  for (std::size_t i = 0; i + 2 < utf8.size(); ++i) {
    if (utf8[i] == '\xED' && static_cast<unsigned char>(utf8[i + 1]) >= 0xA0)
      utf8.replace(i, 3, "\xEF\xBF\xBD");
  }
  return utf8;
}

// The UTF-8 of a str or of bytes, which is in `replaced` if it had to be made; what() names the argument when
// it is neither.
template <class What>
std::string_view read(PyObject* object, std::string& replaced, What&& what) {
  if (PyUnicode_Check(object)) {
    Py_ssize_t size;
    if (const char* data = PyUnicode_AsUTF8AndSize(object, &size)) {
      return {data, static_cast<std::size_t>(size)};
    }
    if (PyErr_ExceptionMatches(PyExc_UnicodeEncodeError) == 0) throw py::error_already_set();
    replaced = replace_surrogates(object);
    return replaced;
  }
  if (PyBytes_Check(object)) {
    return {PyBytes_AS_STRING(object), static_cast<std::size_t>(PyBytes_GET_SIZE(object))};
  }
  throw py::type_error(what() + " must be str or bytes, not " + Py_TYPE(object)->tp_name);
}

}  // namespace

Text::Text(PyObject* object)
    : view_(read(object, replaced_, [] { return std::string("text"); })), is_str_(PyUnicode_Check(object)) {}

Texts::Texts(py::handle object) {
  if (!PyList_Check(object.ptr()) && !PyTuple_Check(object.ptr())) {
    if (PyUnicode_Check(object.ptr()) || PyBytes_Check(object.ptr())) {
      throw py::type_error(std::string("texts is one ") + Py_TYPE(object.ptr())->tp_name +
                           "; pass a list, [text], or call the method for one text");
    }
    if (read_arrow_texts(object, views_, arrow_)) return;
  }
  objects_ = py::reinterpret_steal<py::tuple>(PySequence_Tuple(object.ptr()));
  if (!objects_) throw py::error_already_set();
  views_.reserve(objects_.size());
  std::string replaced;
  for (std::size_t i = 0; i < objects_.size(); ++i) {
    auto view = read(PyTuple_GET_ITEM(objects_.ptr(), static_cast<Py_ssize_t>(i)), replaced,
                     [i] { return "texts[" + std::to_string(i) + "]"; });
    if (!replaced.empty()) {
      view = replaced_.emplace_back(std::move(replaced));
      replaced.clear();
    }
    views_.push_back(view);
  }
}

std::string token_name(py::handle object) {
  if (PyBytes_Check(object.ptr())) return std::string(py::reinterpret_borrow<py::bytes>(object));
  if (!PyUnicode_Check(object.ptr())) {
    throw py::type_error(std::string("token must be str or bytes, not ") + Py_TYPE(object.ptr())->tp_name);
  }
  const auto bytes =
      py::reinterpret_steal<py::bytes>(PyUnicode_AsEncodedString(object.ptr(), "utf-8", "surrogateescape"));
  if (bytes) return std::string(bytes);
  if (PyErr_ExceptionMatches(PyExc_UnicodeEncodeError) == 0) throw py::error_already_set();
  return replace_surrogates(object.ptr());  // a surrogate that stands for no byte
}

py::str token_name(std::string_view name) {
  return to_str(name, "surrogateescape");
}

py::str to_str(std::string_view bytes, const char* errors) {
  PyObject* text = PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), errors);
  if (text == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::str>(text);
}

py::object to_text(std::string_view utf8, bool as_str) {
  if (as_str) return to_str(utf8, "replace");
  return py::bytes(utf8.data(), utf8.size());
}

py::object substring(py::handle text, Py_ssize_t begin, Py_ssize_t end) {
  PyObject* part = PyUnicode_Substring(text.ptr(), begin, end);
  if (part == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(part);
}

}  // namespace polyglyph::python
