// The class EncodeStream. A long chunk is fed in slices with the GIL released, so another thread may come
// along: it is refused. After Ctrl-C part of the chunk has been taken and its ids are lost, so the stream
// begins again.
#include "encode_stream.h"

#include "construction.h"
#include "ids.h"
#include "interrupts.h"
#include "module.h"
#include "one_thread.h"
#include "text.h"

namespace py = pybind11;

namespace polyglyph::python {

TextStream::TextStream(const Tokenizer& tokenizer, EncodeOptions options)
    : tokenizer_(tokenizer), options_(options), stream_(tokenizer.encode_stream(options)) {}

py::list TextStream::feed(py::handle object) {
  const Text text(object.ptr());
  const OneThread guard(busy_);
  std::vector<TokenId> ids;
  try {
    feed_slices(text.view(), [&](std::string_view slice) { stream_.feed(slice, ids); });
  } catch (const py::error_already_set&) {
    stream_ = tokenizer_.encode_stream(options_);
    throw;
  }
  return to_list(ids);
}

py::list TextStream::finish() {
  const OneThread guard(busy_);
  std::vector<TokenId> ids;
  without_gil(stream_.pending(), [&] { stream_.finish(ids); });
  return to_list(ids);
}

std::size_t TextStream::pending() {
  const OneThread guard(busy_);
  return stream_.pending();
}

void define_encode_stream(py::module_& module) {
  py::class_<TextStream> type(
      module, "EncodeStream", py::is_final(),
      R"(Text in chunks cut anywhere, the ids of the whole out. Made by Tokenizer.encode_stream.

    stream = tok.encode_stream()
    for chunk in chunks:
        ids += stream.feed(chunk)
    ids += stream.finish()

The ids are those of encode() on the chunks put together, whether a chunk ends inside a character (of bytes), a word, a
control token or a run of combining marks. One thread at a time: RuntimeError otherwise.)");
  construct_never(type, "make an EncodeStream with Tokenizer.encode_stream()");
  type.def("feed", &TextStream::feed, py::arg("text"), R"(feed(self, text)
--

Take a chunk, str or bytes, and return the ids that no later text can change: a list of int, possibly empty.

Raises polyglyph.Error (control_token) under special_tokens="reject", with the byte counted from the start of the
stream, which is then spent. After KeyboardInterrupt the stream is empty, as if new.)")
      .def("finish", &TextStream::finish, R"(finish(self)
--

The rest of the ids. The stream is then ready for another text.)")
      .def_property_readonly("pending", &TextStream::pending, "Bytes of text held back now.");
}

}  // namespace polyglyph::python
