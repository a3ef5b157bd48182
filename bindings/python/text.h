// Text as Python passes it: str or bytes, one or many.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace polyglyph::python {

// One text, as UTF-8. The object must outlive it. Throws TypeError for anything but str and bytes.
//
// An ASCII str and bytes are read in place. Any other str makes its UTF-8 once and keeps it, so that encoding
// it again costs nothing. A lone surrogate, which UTF-8 cannot hold, becomes U+FFFD: one character for one
// character.
class Text {
 public:
  explicit Text(PyObject* object);
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;

  std::string_view view() const noexcept { return view_; }
  bool is_str() const noexcept { return is_str_; }

 private:
  std::string replaced_;
  std::string_view view_;
  bool is_str_;
};

// Many texts: any iterable of str and bytes, or strings in Arrow. Keeps alive what it reads, so that it may
// be read without the GIL. Throws TypeError, and Error(invalid_argument) for a null in Arrow.
class Texts {
 public:
  explicit Texts(pybind11::handle object);

  std::span<const std::string_view> views() const noexcept { return views_; }

 private:
  std::vector<std::string_view> views_;
  std::deque<std::string> replaced_;
  pybind11::tuple objects_;
  std::vector<std::shared_ptr<const void>> arrow_;
};

// The name of a token: a str whose surrogate escapes stand for bytes, as id_to_token returns them, or bytes.
std::string token_name(pybind11::handle object);
pybind11::str token_name(std::string_view name);

// Bytes that ought to be UTF-8, as a str; `errors` names a handler of Python's.
pybind11::str to_str(std::string_view bytes, const char* errors);

// The same as a str if it is to be one, else as bytes.
pybind11::object to_text(std::string_view utf8, bool as_str);

// A part of a str, in characters.
pybind11::object substring(pybind11::handle text, Py_ssize_t begin, Py_ssize_t end);

}  // namespace polyglyph::python
