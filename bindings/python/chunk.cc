// Chunks of a text, and the class ChunkStream, which treats threads and Ctrl-C as EncodeStream does. A stream
// is one of str or one of bytes: the first part says which, and what its spans count.
#include "polyglyph/chunk.h"

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "arguments.h"
#include "construction.h"
#include "interrupts.h"
#include "module.h"
#include "one_thread.h"
#include "text.h"
#include "tokenizer.h"
#include "values.h"

namespace py = pybind11;

namespace polyglyph::python {
namespace {

constexpr Choice<ChunkBoundary> kBoundaries[] = {{"sentence", ChunkBoundary::sentence},
                                                 {"paragraph", ChunkBoundary::paragraph},
                                                 {"markdown", ChunkBoundary::markdown},
                                                 {"code", ChunkBoundary::code},
                                                 {"token", ChunkBoundary::token}};

ChunkOptions options_from(const py::object& max_tokens, const py::object& overlap, const py::object& boundary,
                          const std::string& locale, const py::object& special_tokens,
                          const py::object& add_special_tokens) {
  ChunkOptions options;
  options.max_tokens = read_limit(max_tokens.ptr(), "max_tokens");
  options.overlap = read_limit(overlap.ptr(), "overlap");
  options.boundary = choose(boundary.ptr(), "boundary", kBoundaries);
  options.locale = locale;
  options.encode = encode_options(special_tokens.ptr(), add_special_tokens.ptr());
  return options;
}

py::object to_python(const Chunk& chunk, const py::object& text) {
  return values().chunk(chunk.span.begin, chunk.span.end, chunk.tokens, text);
}

py::list chunk_text(const Tokenizer& tokenizer, const py::object& object, const py::object& max_tokens,
                    const py::object& overlap, const py::object& boundary, const std::string& locale,
                    const py::object& special_tokens, const py::object& add_special_tokens) {
  ChunkOptions options =
      options_from(max_tokens, overlap, boundary, locale, special_tokens, add_special_tokens);
  const Text text(object.ptr());
  options.unit = text.is_str() ? OffsetUnit::chars : OffsetUnit::bytes;
  const std::vector<Chunk> chunks = interruptible(
      text.view().size(), options, [&](const ChunkOptions& o) { return chunk(tokenizer, text.view(), o); });
  py::list list;
  for (const Chunk& chunk : chunks)
    list.append(to_python(chunk, object[py::slice(static_cast<py::ssize_t>(chunk.span.begin),
                                                  static_cast<py::ssize_t>(chunk.span.end), 1)]));
  return list;
}

class TextChunks {
 public:
  TextChunks(const Tokenizer& tokenizer, ChunkOptions options)
      : tokenizer_(tokenizer), options_(std::move(options)), stream_(tokenizer_, options_) {}

  py::list feed(const py::object& object) {
    const Text text(object.ptr());
    const OneThread guard(busy_);
    const OffsetUnit unit = text.is_str() ? OffsetUnit::chars : OffsetUnit::bytes;
    if (unit != options_.unit) {
      if (begun_)
        throw py::type_error("the text before it was of the other type; feed all of str, or all of bytes");
      options_.unit = unit;
      stream_ = ChunkStream(tokenizer_, options_);
    }
    begun_ = true;
    std::vector<Found> found;
    try {
      feed_slices(text.view(), [&](std::string_view slice) { stream_.feed(slice, take(found)); });
    } catch (const py::error_already_set&) {
      stream_ = ChunkStream(tokenizer_, options_);
      begun_ = false;
      throw;
    }
    return to_list(found);
  }

  py::list finish() {
    const OneThread guard(busy_);
    std::vector<Found> found;
    without_gil(kReleaseGilBytes, [&] { stream_.finish(take(found)); });
    begun_ = false;
    return to_list(found);
  }

 private:
  using Found = std::pair<Chunk, std::string>;

  static ChunkStream::Take take(std::vector<Found>& found) {
    return [&found](const Chunk& chunk, std::string_view text) { found.emplace_back(chunk, text); };
  }

  py::list to_list(const std::vector<Found>& found) const {
    py::list list;
    for (const auto& [chunk, text] : found)
      list.append(to_python(chunk, to_text(text, options_.unit == OffsetUnit::chars)));
    return list;
  }

  Tokenizer tokenizer_;
  ChunkOptions options_;
  ChunkStream stream_;
  bool begun_ = false;
  std::mutex busy_;
};

constexpr const char* kChunkDoc =
    R"(chunk(self, text, max_tokens, overlap=0, boundary="sentence", locale="", special_tokens='text', add_special_tokens=False)
--

The text cut into parts of at most max_tokens tokens, where a reader would cut it: a list of Chunk(begin, end, tokens,
text), with text[begin:end] what the chunk holds and count() of that its tokens.

Without an overlap the chunks put together are the text, white space and all.

overlap: tokens, at most, that a chunk repeats of the one before it, as whole sentences, lines or words.
boundary: what is not cut if it fits by itself:
    "sentence": sentences of UAX #29; the end of a line ends one.
    "paragraph": lines up to a blank line.
    "markdown": blocks of Markdown: paragraphs, whole lists, fenced code; headings stay with what follows them.
    "code": lines; at best up to a blank line in front of one without indentation.
    "token": nothing; each chunk takes as much as fits.
What does not fit is cut into what is next smaller, at last between two graphemes.
locale: the text's language, "el" or "en-US": its sentences do not end after its abbreviations.
With add_special_tokens, what the template adds counts.

A single character that takes more tokens than max_tokens by itself is a chunk all the same. A chunk is no longer than 1024
bytes for each of max_tokens, whatever its tokens.

Raises polyglyph.Error (invalid_argument): max_tokens of 0 or less, an overlap as large as a chunk, an unknown language.)";

constexpr const char* kChunkStreamDoc =
    R"(chunk_stream(self, max_tokens, overlap=0, boundary="sentence", locale="", special_tokens='text', add_special_tokens=False)
--

chunk() for text that comes in parts, of a file larger than memory, say: a ChunkStream.)";

}  // namespace

void add_chunk_methods(TokenizerClass& type) {
  type.def("chunk", &chunk_text, py::arg("text"), py::arg("max_tokens"), py::arg("overlap") = 0,
           py::arg("boundary") = "sentence", py::arg("locale") = "", py::arg("special_tokens") = "text",
           py::arg("add_special_tokens") = false, kChunkDoc);
  type.def(
      "chunk_stream",
      [](const Tokenizer& tokenizer, const py::object& max_tokens, const py::object& overlap,
         const py::object& boundary, const std::string& locale, const py::object& special_tokens,
         const py::object& add_special_tokens) {
        return std::make_unique<TextChunks>(tokenizer, options_from(max_tokens, overlap, boundary, locale,
                                                                    special_tokens, add_special_tokens));
      },
      py::arg("max_tokens"), py::arg("overlap") = 0, py::arg("boundary") = "sentence", py::arg("locale") = "",
      py::arg("special_tokens") = "text", py::arg("add_special_tokens") = false, kChunkStreamDoc);
}

void define_chunk_stream(py::module_& module) {
  py::class_<TextChunks> type(
      module, "ChunkStream", py::is_final(),
      R"(Text in parts cut anywhere, the chunks of the whole out. Made by Tokenizer.chunk_stream.

    stream = tok.chunk_stream(max_tokens=512)
    with open(path, "rb") as file:
        while part := file.read(1 << 20):
            for chunk in stream.feed(part): ...
    for chunk in stream.finish(): ...

The chunks are those of chunk() on the parts put together, in memory for two of them. Spans count characters of the whole
where str is fed, bytes where bytes are. One thread at a time: RuntimeError otherwise.)");
  construct_never(type, "make a ChunkStream with Tokenizer.chunk_stream(max_tokens)");
  type.def("feed", &TextChunks::feed, py::arg("text"), R"(feed(self, text)
--

Take a part, str or bytes, and return the chunks that no later text can change: a list of Chunk, possibly empty.

Raises TypeError for a str after bytes or bytes after a str, and polyglyph.Error (control_token) under
special_tokens="reject", with the byte counted from the start of the stream, which is then spent. After KeyboardInterrupt
the stream is empty, as if new.)")
      .def("finish", &TextChunks::finish, R"(finish(self)
--

The rest of the chunks. The stream is then ready for another text.)");
}

}  // namespace polyglyph::python
