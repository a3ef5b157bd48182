// The class DecodeStream. A step takes well under a microsecond and keeps the GIL; the lock is for Python
// without one.
#include "decode_stream.h"

#include "construction.h"
#include "ids.h"
#include "module.h"
#include "one_thread.h"
#include "text.h"

namespace py = pybind11;

namespace polyglyph::python {
namespace {

DecodeStream copy_of(const DecodeStream& stream, std::mutex& busy) {
  const OneThread guard(busy);
  return stream;
}

}  // namespace

IdStream::IdStream(const Tokenizer& tokenizer, DecodeOptions options)
    : options_(options), stream_(tokenizer.decode_stream(options)) {}

IdStream::IdStream(IdStream& other)
    : options_(other.options_), stream_(copy_of(other.stream_, other.busy_)) {}

py::str IdStream::step(py::handle object) {
  if (options_.unknown == UnknownIds::skip && !read_id(object)) return py::str();
  const TokenId id = read_id_or_throw(object);
  const OneThread guard(busy_);
  return to_str(stream_.step(id), "replace");  // what comes out is valid already
}

py::str IdStream::finish() {
  const OneThread guard(busy_);
  return to_str(stream_.finish(), "replace");
}

py::bytes IdStream::pending() {
  const OneThread guard(busy_);
  return py::bytes(stream_.pending());
}

void define_decode_stream(py::module_& module) {
  const auto copy = [](IdStream& stream) { return std::make_unique<IdStream>(stream); };
  py::class_<IdStream> type(module, "DecodeStream", py::is_final(),
                            R"(Ids one by one, readable text out. Made by Tokenizer.decode_stream.

    stream = tok.decode_stream()
    for id in generated:
        print(stream.step(id), end="")
    print(stream.finish())

A character whose bytes have not all arrived is held back; bytes that nothing can complete come out at once as U+FFFD.
The parts joined are decode() of all the ids, but for byte tokens (<0xE4>) that are together no text: whole characters
among them come out, which decode() replaces. Copying a stream forks it. One thread at a time: RuntimeError otherwise.)");
  construct_never(type, "make a DecodeStream with Tokenizer.decode_stream()");
  type.def("step", &IdStream::step, py::arg("id"), R"(step(self, id)
--

The text that this token completes: a str, possibly empty.

Raises polyglyph.Error (unknown_id) unless the stream skips unknown ids; the stream then stays as it was.)")
      .def("finish", &IdStream::finish, R"(finish(self)
--

What is left: U+FFFD if a character was never finished, and what the decoder's rules held back. The stream is then ready for reuse.)")
      .def_property_readonly("pending", &IdStream::pending,
                             "The bytes held back: the beginning of a character that is not finished yet.")
      .def("copy", copy, R"(copy(self)
--

A stream of its own that goes on from here.)")
      .def("__copy__", copy)
      .def(
          "__deepcopy__", [copy](IdStream& stream, const py::object&) { return copy(stream); },
          py::arg("memo"));
}

}  // namespace polyglyph::python
