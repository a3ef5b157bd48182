// Ids go in by the shortest way their type allows: a view of uint32 memory; a loop over the integers of a
// list or tuple; everything else through numpy or iteration. Ids come out as arrays whose base is a capsule
// that owns the vector they were written to.
#include "ids.h"

#include <limits>
#include <memory>
#include <string>

#include "polyglyph/error.h"

namespace py = pybind11;

namespace polyglyph::python {
namespace {

constexpr long long kLargestId = std::numeric_limits<TokenId>::max();

[[noreturn]] void throw_impossible_id(const std::string& id, const std::string& where) {
  throw Error(
      ErrorCode::unknown_id,
      id + " is not in the vocabulary; ids are 0 or more and below 2**32; unknown=\"skip\" leaves others out",
      where);
}

// The value of an int, or of anything that stands for one (numpy's integers, a tensor of one element).
long long read_integer(PyObject* object, bool& overflow) {
  int sign = 0;
  long long value;
  if (PyLong_Check(object)) {
    value = PyLong_AsLongLongAndOverflow(object, &sign);
  } else if (PyIndex_Check(object)) {
    const auto index = py::reinterpret_steal<py::object>(PyNumber_Index(object));
    if (!index) throw py::error_already_set();
    value = PyLong_AsLongLongAndOverflow(index.ptr(), &sign);
  } else {
    throw py::type_error(std::string("a token id must be an integer, not ") + Py_TYPE(object)->tp_name);
  }
  overflow = sign != 0;
  return value;
}

template <class Item>
py::array make_array(std::vector<Item>&& items, py::dtype type, py::array::ShapeContainer shape) {
  auto owner = std::make_unique<std::vector<Item>>(std::move(items));
  const py::capsule base(owner.get(), [](void* vector) { delete static_cast<std::vector<Item>*>(vector); });
  const auto* data = owner.release()->data();
  return py::array(std::move(type), std::move(shape), data, base);
}

}  // namespace

Ids::Ids(py::handle object, UnknownIds unknown) {
  PyObject* const raw = object.ptr();
  if (PyList_Check(raw) || PyTuple_Check(raw)) {
    read_sequence(object, unknown);
  } else if (py::isinstance<py::array>(object)) {
    read_array(py::reinterpret_borrow<py::array>(object), unknown);
  } else if (PyUnicode_Check(raw) || PyBytes_Check(raw) || PyByteArray_Check(raw)) {
    throw py::type_error(std::string("ids must be integers, not ") + Py_TYPE(raw)->tp_name);
  } else if (PyObject_CheckBuffer(raw) || py::hasattr(object, "__array__")) {
    const py::array array = py::array::ensure(object);
    if (!array) throw py::type_error(std::string("numpy cannot read ids from ") + Py_TYPE(raw)->tp_name);
    read_array(array, unknown);
  } else {
    read_sequence(object, unknown);
  }
}

void Ids::read_array(const py::array& array, UnknownIds unknown) {
  const char kind = array.dtype().kind();
  if (array.ndim() != 1 || (kind != 'i' && kind != 'u' && array.size() != 0)) {
    throw py::type_error("ids must be a one-dimensional array of integers, not " +
                         py::str(array.dtype()).cast<std::string>() + " of shape " +
                         py::str(array.attr("shape")).cast<std::string>());
  }
  const bool aligned = reinterpret_cast<std::uintptr_t>(array.data()) % alignof(TokenId) == 0;
  if (aligned && py::isinstance<py::array_t<TokenId, py::array::c_style>>(array)) {
    kept_ = array;
    view_ = {static_cast<const TokenId*>(array.data()), static_cast<std::size_t>(array.size())};
    return;
  }
  // In 64 bits nothing is lost but the sign of unsigned numbers beyond 2**63: negative, they are refused
  // alike.
  const py::array_t<std::int64_t> wide = array.attr("astype")("int64");
  const auto items = wide.unchecked<1>();
  converted_.reserve(static_cast<std::size_t>(items.size()));
  for (py::ssize_t i = 0; i < items.size(); ++i) take(items(i), false, static_cast<std::size_t>(i), unknown);
  view_ = converted_;
}

void Ids::read_sequence(py::handle object, UnknownIds unknown) {
  // A tuple of one's own: __index__ of an item may change the list it is in.
  const auto items = py::reinterpret_steal<py::tuple>(PySequence_Tuple(object.ptr()));
  if (!items) throw py::error_already_set();
  converted_.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    bool overflow = false;
    const long long id = read_integer(PyTuple_GET_ITEM(items.ptr(), static_cast<Py_ssize_t>(i)), overflow);
    take(id, overflow, i, unknown);
  }
  view_ = converted_;
}

void Ids::take(long long id, bool overflow, std::size_t index, UnknownIds unknown) {
  if (!overflow && id >= 0 && id <= kLargestId) {
    converted_.push_back(static_cast<TokenId>(id));
  } else if (unknown == UnknownIds::error) {
    throw_impossible_id(overflow ? "an integer of more than 63 bits" : std::to_string(id),
                        "ids[" + std::to_string(index) + "]");
  }
}

std::optional<TokenId> read_id(py::handle object) {
  bool overflow = false;
  const long long id = read_integer(object.ptr(), overflow);
  if (overflow || id < 0 || id > kLargestId) return std::nullopt;
  return static_cast<TokenId>(id);
}

TokenId read_id_or_throw(py::handle object) {
  const auto id = read_id(object);
  if (!id) throw_impossible_id(py::str(object).cast<std::string>(), "");
  return *id;
}

py::list to_list(std::span<const TokenId> ids) {
  py::list list(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    PyObject* id = PyLong_FromUnsignedLong(ids[i]);
    if (id == nullptr) throw py::error_already_set();
    PyList_SET_ITEM(list.ptr(), static_cast<Py_ssize_t>(i), id);
  }
  return list;
}

namespace {

template <class T>
py::array flat_array(std::vector<T>&& values) {
  const auto size = static_cast<py::ssize_t>(values.size());
  return make_array(std::move(values), py::dtype::of<T>(), {size});
}

}  // namespace

py::array to_array(std::vector<TokenId>&& ids) {
  return flat_array(std::move(ids));
}

py::array to_array(std::vector<std::int64_t>&& numbers) {
  return flat_array(std::move(numbers));
}

py::array to_array(std::vector<std::int32_t>&& numbers) {
  return flat_array(std::move(numbers));
}

py::array to_array(std::vector<std::int8_t>&& numbers) {
  return flat_array(std::move(numbers));
}

py::array to_array(std::vector<std::uint8_t>&& numbers) {
  return flat_array(std::move(numbers));
}

py::array to_array(std::vector<Span>&& spans) {
  // A Span is two std::size_t, begin and end; no text is so long that their sign would show.
  static_assert(sizeof(Span) == 2 * sizeof(std::int64_t) && offsetof(Span, end) == sizeof(std::int64_t));
  const auto size = static_cast<py::ssize_t>(spans.size());
  return make_array(std::move(spans), py::dtype::of<std::int64_t>(), {size, py::ssize_t{2}});
}

}  // namespace polyglyph::python
