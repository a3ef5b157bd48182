// What polyglyph/verify.py is made of: comparing ids and finding the smallest text on which they differ.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "arguments.h"
#include "ids.h"
#include "module.h"
#include "polyglyph/verify.h"
#include "text.h"
#include "values.h"

namespace py = pybind11;

namespace polyglyph::python {
namespace {

py::object or_none(const std::optional<Difference>& difference) {
  return difference ? to_python(*difference) : py::object(py::none());
}

// Of two of our own, with the stage.
py::object compare_tokenizers(const Tokenizer& left, const Tokenizer& right, const py::object& object,
                              const py::object& special_tokens, const py::object& add_special_tokens) {
  const Text text(object.ptr());
  const EncodeOptions options = encode_options(special_tokens.ptr(), add_special_tokens.ptr());
  std::optional<Difference> difference;
  {
    const py::gil_scoped_release release;
    difference = find_difference(left, right, text.view(), options);
  }
  return or_none(difference);
}

// Of any two functions from a str to ids.
py::object compare_functions(const py::function& left, const py::function& right, const py::object& object) {
  const Text text(object.ptr());
  const auto encode = [](const py::function& function) {
    return [&function](std::string_view part) {
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      const Ids ids(function(to_str(part, "replace")), UnknownIds::error);
      return std::vector<TokenId>(ids.view().begin(), ids.view().end());
    };
  };
  return or_none(find_difference(encode(left), encode(right), text.view()));
}

py::list probes(const Tokenizer* left, const Tokenizer* right) {
  std::vector<std::string> texts;
  {
    const py::gil_scoped_release release;
    if (left != nullptr && right != nullptr)
      texts = probe_texts(*left, *right);
    else if (left != nullptr || right != nullptr)
      texts = left != nullptr ? probe_texts(*left, *left) : probe_texts(*right, *right);
    else
      texts = probe_texts();
  }
  py::list list;
  for (const std::string& text : texts) list.append(to_str(text, "replace"));
  return list;
}

}  // namespace

void define_verify(py::module_& module) {
  module.def("_compare_tokenizers", &compare_tokenizers, py::arg("left"), py::arg("right"), py::arg("text"),
             py::arg("special_tokens"), py::arg("add_special_tokens"), "For verify.");
  module.def("_compare_functions", &compare_functions, py::arg("left"), py::arg("right"), py::arg("text"),
             "For verify.");
  module.def("_probe_texts", &probes, py::arg("left"), py::arg("right"), "For verify.");
}

}  // namespace polyglyph::python
