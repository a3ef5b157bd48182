// The Arrow C data interface (https://arrow.apache.org/docs/format/CDataInterface.html) through its Python
// protocol: capsules named arrow_schema, arrow_array and arrow_array_stream, each around a struct whose
// release() is called once, by whoever holds the struct; taking a struct over means copying it and clearing
// release in the old place.
//
// In: utf8 and binary with 32- and 64-bit offsets, and string views, as arrays or as streams of them. Out:
// row_splits are 64-bit, so a batch is a large_list, whose two buffers are the batch's own arrays. The
// structs that go out own references to them, and may be released in any thread.
#include "arrow.h"

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "polyglyph/error.h"

namespace py = pybind11;

namespace {

// The structs of the interface; field order and types are its ABI.
struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  std::int64_t flags;
  std::int64_t n_children;
  ArrowSchema** children;
  ArrowSchema* dictionary;
  void (*release)(ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  std::int64_t length;
  std::int64_t null_count;
  std::int64_t offset;
  std::int64_t n_buffers;
  std::int64_t n_children;
  const void** buffers;
  ArrowArray** children;
  ArrowArray* dictionary;
  void (*release)(ArrowArray*);
  void* private_data;
};

struct ArrowArrayStream {
  int (*get_schema)(ArrowArrayStream*, ArrowSchema* out);
  int (*get_next)(ArrowArrayStream*, ArrowArray* out);
  const char* (*get_last_error)(ArrowArrayStream*);
  void (*release)(ArrowArrayStream*);
  void* private_data;
};

template <class Struct>
constexpr const char* kCapsuleName = nullptr;
template <>
constexpr const char* kCapsuleName<ArrowSchema> = "arrow_schema";
template <>
constexpr const char* kCapsuleName<ArrowArray> = "arrow_array";
template <>
constexpr const char* kCapsuleName<ArrowArrayStream> = "arrow_array_stream";

template <class Struct>
void release(Struct* data) noexcept {
  if (data->release != nullptr) data->release(data);
}

}  // namespace

namespace polyglyph::python {
namespace {

// ---- In ----

template <class Struct>
std::shared_ptr<Struct> own(Struct data) {
  return {new Struct(data), [](Struct* owned) {
            release(owned);
            delete owned;
          }};
}

// What the capsule holds, taken over.
template <class Struct>
std::shared_ptr<Struct> take(const py::handle capsule) {
  auto* data = static_cast<Struct*>(PyCapsule_GetPointer(capsule.ptr(), kCapsuleName<Struct>));
  if (data == nullptr) throw py::error_already_set();
  auto taken = own(*data);
  data->release = nullptr;
  return taken;
}

// Appends the strings of arrays of one type.
class TextReader {
 public:
  TextReader(const ArrowSchema& schema, std::vector<std::string_view>& views)
      : format_(schema.format), views_(views) {
    const bool known = format_ == "u" || format_ == "z" || format_ == "U" || format_ == "Z" ||
                       format_ == "vu" || format_ == "vz";
    if (schema.dictionary != nullptr) {
      throw py::type_error("texts is a dictionary-encoded Arrow array; cast it to plain strings first");
    }
    if (!known)
      throw py::type_error("texts is an Arrow array of type \"" + format_ + "\", which is not strings");
  }

  void read(const ArrowArray& array) {
    reject_nulls(array);
    views_.reserve(views_.size() + static_cast<std::size_t>(array.length));
    if (format_[0] == 'v') {
      read_views(array);
    } else if (format_ == "u" || format_ == "z") {
      read_offsets<std::int32_t>(array);
    } else {
      read_offsets<std::int64_t>(array);
    }
  }

 private:
  void reject_nulls(const ArrowArray& array) const {
    const auto* valid = static_cast<const std::uint8_t*>(array.buffers[0]);
    if (array.null_count == 0 || valid == nullptr) return;
    for (std::int64_t i = 0; i < array.length; ++i) {
      const std::int64_t bit = array.offset + i;
      if ((valid[bit / 8] >> (bit % 8) & 1) == 0) {
        const std::string where =
            "texts[" + std::to_string(views_.size() + static_cast<std::size_t>(i)) + "]";
        throw Error(ErrorCode::invalid_argument, "it is null; fill or drop the nulls first", where);
      }
    }
  }

  template <class Offset>
  void read_offsets(const ArrowArray& array) {
    const auto* offsets = static_cast<const Offset*>(array.buffers[1]);
    const auto* data = static_cast<const char*>(array.buffers[2]);
    for (std::int64_t i = array.offset; i < array.offset + array.length; ++i) {
      views_.emplace_back(data + offsets[i], static_cast<std::size_t>(offsets[i + 1] - offsets[i]));
    }
  }

  // 16 bytes a string: its length, then itself if that is at most 12, else a prefix of it, a buffer and a
  // place there.
  void read_views(const ArrowArray& array) {
    const auto* views = static_cast<const char*>(array.buffers[1]);
    for (std::int64_t i = array.offset; i < array.offset + array.length; ++i) {
      const char* view = views + 16 * i;
      std::int32_t fields[4];
      std::memcpy(fields, view, sizeof fields);
      const auto size = static_cast<std::size_t>(fields[0]);
      const char* data =
          size <= 12 ? view + 4 : static_cast<const char*>(array.buffers[2 + fields[2]]) + fields[3];
      views_.emplace_back(data, size);
    }
  }

  std::string format_;
  std::vector<std::string_view>& views_;
};

[[noreturn]] void throw_stream_error(ArrowArrayStream& stream) {
  const char* what = stream.get_last_error(&stream);
  throw Error(ErrorCode::io, std::string("the Arrow stream of texts failed: ") +
                                 (what == nullptr ? "no reason given" : what));
}

}  // namespace

bool read_arrow_texts(py::handle object, std::vector<std::string_view>& views,
                      std::vector<std::shared_ptr<const void>>& owners) {
  if (py::hasattr(object, "__arrow_c_stream__")) {
    const auto stream = take<ArrowArrayStream>(object.attr("__arrow_c_stream__")());
    ArrowSchema schema{};
    if (stream->get_schema(stream.get(), &schema) != 0) throw_stream_error(*stream);
    TextReader reader(*own(schema), views);
    while (true) {
      ArrowArray array{};
      if (stream->get_next(stream.get(), &array) != 0) throw_stream_error(*stream);
      if (array.release == nullptr) return true;  // the end
      owners.push_back(own(array));
      reader.read(array);
    }
  }
  if (py::hasattr(object, "__arrow_c_array__")) {
    const py::tuple capsules = object.attr("__arrow_c_array__")();
    const auto schema = take<ArrowSchema>(capsules[0]);
    const auto array = take<ArrowArray>(capsules[1]);
    owners.push_back(array);
    TextReader(*schema, views).read(*array);
    return true;
  }
  return false;
}

// ---- Out ----

namespace {

// What an exported array owns. A child is a struct of its own, which the reader may take out and keep longer.
struct Exported {
  py::object kept;
  const void* buffers[2];  // validity, which nothing needs, and the data or offsets
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> places;
};

void release_exported(ArrowArray* array) {
  auto* exported = static_cast<Exported*>(array->private_data);
  for (ArrowArray& child : exported->children) release(&child);
  array->release = nullptr;
  const py::gil_scoped_acquire acquire;
  delete exported;
}

// `data`: the numbers of an array of them, the offsets of a list, or nothing for structs.
ArrowArray export_array(const std::optional<py::array>& data, std::int64_t length,
                        std::vector<ArrowArray> children = {}) {
  auto* exported = new Exported{py::none(), {nullptr, nullptr}, std::move(children), {}};
  if (data) exported->kept = *data;
  if (data) exported->buffers[1] = data->data();
  for (ArrowArray& child : exported->children) exported->places.push_back(&child);
  ArrowArray array{};
  array.length = length;
  array.n_buffers = data ? 2 : 1;
  array.buffers = exported->buffers;
  array.n_children = static_cast<std::int64_t>(exported->places.size());
  array.children = exported->places.data();
  array.release = &release_exported;
  array.private_data = exported;
  return array;
}

struct ExportedSchema {
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> places;
};

void release_schema(ArrowSchema* schema) {
  auto* exported = static_cast<ExportedSchema*>(schema->private_data);
  for (ArrowSchema& child : exported->children) release(&child);
  schema->release = nullptr;
  delete exported;
}

// `format` and `name` are string literals.
ArrowSchema export_schema(const char* format, const char* name, std::vector<ArrowSchema> children = {}) {
  auto* exported = new ExportedSchema{std::move(children), {}};
  for (ArrowSchema& child : exported->children) exported->places.push_back(&child);
  ArrowSchema schema{};
  schema.format = format;
  schema.name = name;
  schema.n_children = static_cast<std::int64_t>(exported->places.size());
  schema.children = exported->places.data();
  schema.release = &release_schema;
  schema.private_data = exported;
  return schema;
}

template <class Struct>
py::capsule to_capsule(Struct data) {
  return py::capsule(new Struct(data), kCapsuleName<Struct>, [](PyObject* capsule) {
    auto* held = static_cast<Struct*>(PyCapsule_GetPointer(capsule, kCapsuleName<Struct>));
    release(held);
    delete held;
  });
}

}  // namespace

py::tuple export_arrow(const BatchArrays& batch) {
  for (std::size_t i = 0; i < batch.size(); ++i) batch.row(i);  // the reader cannot check the bounds again
  const ArrowArray list = export_array(batch.row_splits(), static_cast<std::int64_t>(batch.size()),
                                       {export_array(batch.ids(), batch.ids().size())});
  const ArrowSchema schema = export_schema("+L", "", {export_schema("I", "item")});  // uint32 in large lists
  return py::make_tuple(to_capsule(schema), to_capsule(list));
}

py::tuple export_arrow_lists(const py::array& offsets,
                             const std::vector<std::pair<const char*, py::array>>& fields) {
  std::vector<ArrowArray> arrays;
  std::vector<ArrowSchema> schemas;
  for (const auto& [name, values] : fields) {
    arrays.push_back(export_array(values, values.size()));
    schemas.push_back(export_schema("l", name));  // int64
  }
  const std::int64_t size = fields.front().second.size();
  const ArrowArray list =
      export_array(offsets, offsets.size() - 1, {export_array(std::nullopt, size, std::move(arrays))});
  const ArrowSchema schema = export_schema("+L", "", {export_schema("+s", "item", std::move(schemas))});
  return py::make_tuple(to_capsule(schema), to_capsule(list));
}

}  // namespace polyglyph::python
