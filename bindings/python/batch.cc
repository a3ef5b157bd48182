// The class Batch. A row is a view of the flat array, made when it is asked for.
#include "batch.h"

#include <string>

#include "arrow.h"
#include "construction.h"
#include "ids.h"
#include "module.h"
#include "polyglyph/error.h"

namespace py = pybind11;

namespace polyglyph::python {
namespace {

template <class Item>
py::array_t<Item> integers(const py::object& object, const char* name) {
  const py::array array = py::array::ensure(object);
  if (!array || array.ndim() != 1 || (array.size() != 0 && !py::isinstance<py::array_t<Item>>(array))) {
    throw py::type_error(std::string(name) + " must be a one-dimensional array of " +
                         py::str(py::dtype::of<Item>()).cast<std::string>());
  }
  return py::array_t<Item, py::array::c_style | py::array::forcecast>(array);
}

[[noreturn]] void bad_splits(const std::string& what) {
  throw Error(ErrorCode::invalid_argument, what, "row_splits");
}

std::int64_t read_splits_end(const py::array_t<std::int64_t>& splits) {
  if (splits.size() == 0)
    bad_splits("it is empty; it has one entry more than there are rows, and begins with 0");
  const std::span entries(splits.data(), static_cast<std::size_t>(splits.size()));
  if (entries.front() != 0) bad_splits("it must begin with 0");
  for (std::size_t i = 1; i < entries.size(); ++i) {
    if (entries[i] < entries[i - 1]) bad_splits("it must not descend, as at entry " + std::to_string(i));
  }
  return entries.back();
}

std::size_t index_of(const BatchArrays& batch, Py_ssize_t i) {
  const auto size = static_cast<Py_ssize_t>(batch.size());
  if (i < 0) i += size;
  if (i < 0 || i >= size) throw py::index_error("the batch has " + std::to_string(size) + " rows");
  return static_cast<std::size_t>(i);
}

bool same(const py::array& a, const py::array& b) {
  return py::module_::import("numpy").attr("array_equal")(a, b).cast<bool>();
}

}  // namespace

BatchArrays::BatchArrays(Batch&& batch)
    : ids_(to_array(std::move(batch.ids))), row_splits_(to_array(std::move(batch.row_splits))) {}

BatchArrays::BatchArrays(py::object ids, py::object row_splits)
    : ids_(integers<TokenId>(ids, "ids")), row_splits_(integers<std::int64_t>(row_splits, "row_splits")) {
  const std::int64_t end = read_splits_end(row_splits_);
  if (end != ids_.size()) {
    bad_splits("it must end with the number of ids, " + std::to_string(ids_.size()) + ", not " +
               std::to_string(end));
  }
}

std::span<const TokenId> BatchArrays::row(std::size_t i) const {
  const std::int64_t begin = row_splits_.data()[i];
  const std::int64_t end = row_splits_.data()[i + 1];
  if (begin < 0 || end < begin || end > ids_.size()) bad_splits("it was changed and no longer fits the ids");
  return {ids_.data() + begin, static_cast<std::size_t>(end - begin)};
}

py::array BatchArrays::row_array(std::size_t i) const {
  const auto ids = row(i);
  return py::array_t<TokenId>(static_cast<py::ssize_t>(ids.size()), ids.data(), ids_);
}

void define_batch(py::module_& module) {
  py::class_<BatchArrays> type(
      module, "Batch", py::is_final(),
      R"(The ids of many texts in one flat array: text i is ids[row_splits[i]:row_splits[i + 1]], which is also batch[i].

Made by Tokenizer.encode_batch, or from arrays. Any library that speaks Arrow takes a Batch as a column of lists,
without a copy: pyarrow.array(batch).

Raises polyglyph.Error (invalid_argument) if row_splits does not begin with 0, ascend, and end with len(ids).)");
  construct_with(
      type,
      [](const py::handle&, const py::object& ids, const py::object& row_splits) {
        return BatchArrays(ids, row_splits);
      },
      py::arg("cls"), py::arg("ids"), py::arg("row_splits"),
      "__new__(cls, ids, row_splits)\n--\n\nA batch of one-dimensional arrays, ids of uint32 and row_splits "
      "of int64.");
  type.def_property_readonly("ids", &BatchArrays::ids,
                             "All ids, text after text: numpy uint32 of shape (n,).")
      .def_property_readonly(
          "row_splits", &BatchArrays::row_splits,
          "Where each text begins and ends: numpy int64 of shape (texts + 1,), beginning with 0.")
      .def("__len__", &BatchArrays::size)
      .def(
          "__getitem__",
          [](const BatchArrays& batch, Py_ssize_t i) { return batch.row_array(index_of(batch, i)); },
          py::arg("index"))
      .def("__iter__",
           [](const py::object& self) {
             return py::reinterpret_steal<py::iterator>(PySeqIter_New(self.ptr()));
           })
      .def(
          "__eq__",
          [](const BatchArrays& a, const BatchArrays& b) {
            return same(a.ids(), b.ids()) && same(a.row_splits(), b.row_splits());
          },
          py::is_operator())
      .def("__repr__",
           [](const BatchArrays& batch) {
             return "<polyglyph.Batch: " + std::to_string(batch.size()) + " texts, " +
                    std::to_string(batch.ids().size()) + " ids>";
           })
      .def("__reduce__",
           [](const py::object& self) {
             return py::make_tuple(py::type::of(self),
                                   py::make_tuple(self.attr("ids"), self.attr("row_splits")));
           })
      .def(
          "__arrow_c_array__",
          [](const BatchArrays& batch, const py::object&) { return export_arrow(batch); },
          py::arg("requested_schema") = py::none(), R"(__arrow_c_array__(self, requested_schema=None)
--

The batch as an Arrow array of large_list<uint32>, through the Arrow PyCapsule interface.)");
}

}  // namespace polyglyph::python
