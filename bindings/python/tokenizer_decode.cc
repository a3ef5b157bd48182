// Decoding: ids to bytes by the engine, bytes to str by Python. "replace" is the engine's, which replaces as
// the vocabulary's reference does; every other handler gets to see the bytes.
#include <cstring>

#include "arguments.h"
#include "batch.h"
#include "decode_stream.h"
#include "errors.h"
#include "ids.h"
#include "interrupts.h"
#include "text.h"
#include "tokenizer.h"

namespace py = pybind11;

namespace polyglyph::python {
namespace {

// The options of a str whose ill-formed bytes go to `handler`.
DecodeOptions text_options(DecodeOptions options, const char* handler) {
  if (std::strcmp(handler, "replace") == 0) options.ill_formed = IllFormed::replace;
  return options;
}

std::string decode_ids(const Tokenizer& tokenizer, std::span<const TokenId> ids, DecodeOptions options) {
  const auto decode = [&](const DecodeOptions& o) { return tokenizer.decode(ids, o); };
  return interruptible(ids.size_bytes(), options, decode);
}

constexpr Parameters<4> kDecode{"decode", {"ids", "skip_special_tokens", "errors", "unknown"}, 1};

PyObject* decode(PyObject* self, PyObject* const* arguments, Py_ssize_t positional, PyObject* keywords) {
  return guarded([&]() -> py::object {
    const auto [object, skip_special_tokens, errors, unknown] = kDecode.read(arguments, positional, keywords);
    const char* handler = decode_errors(errors);
    const DecodeOptions options = text_options(decode_options(skip_special_tokens, unknown), handler);
    const Ids ids(object, options.unknown);
    return to_str(decode_ids(tokenizer_of(self), ids.view(), options), handler);
  });
}

constexpr Parameters<3> kDecodeBytes{"decode_bytes", {"ids", "skip_special_tokens", "unknown"}, 1};

PyObject* decode_bytes(PyObject* self, PyObject* const* arguments, Py_ssize_t positional,
                       PyObject* keywords) {
  return guarded([&]() -> py::object {
    const auto [object, skip_special_tokens, unknown] = kDecodeBytes.read(arguments, positional, keywords);
    const DecodeOptions options = decode_options(skip_special_tokens, unknown);
    const Ids ids(object, options.unknown);
    return py::bytes(decode_ids(tokenizer_of(self), ids.view(), options));
  });
}

py::list decode_batch(const Tokenizer& tokenizer, const py::object& batch,
                      const py::object& skip_special_tokens, const py::object& errors,
                      const py::object& unknown) {
  const char* handler = decode_errors(errors.ptr());
  const DecodeOptions options =
      text_options(decode_options(skip_special_tokens.ptr(), unknown.ptr()), handler);
  py::list texts;
  std::size_t unwatched = 0;  // bytes of ids since Ctrl-C was looked for
  const auto add = [&](std::span<const TokenId> ids) {
    texts.append(to_str(decode_ids(tokenizer, ids, options), handler));
    if ((unwatched += sizeof(TokenId) + ids.size_bytes()) < kSliceBytes) return;
    unwatched = 0;
    check_signals();
  };
  if (py::isinstance<BatchArrays>(batch)) {
    const auto& rows = batch.cast<const BatchArrays&>();
    for (std::size_t i = 0; i < rows.size(); ++i) add(rows.row(i));
  } else {
    for (const py::handle row : batch) add(Ids(row, options.unknown).view());
  }
  return texts;
}

constexpr const char* kDecodeDoc =
    R"(decode($self, ids, skip_special_tokens=False, errors='replace', unknown='error')
--

The text of the ids: a str. ids is a numpy array of integers (uint32 is read in place) or any iterable of int.

skip_special_tokens: leave out the tokens that the file marks as special.
errors: for bytes that are not UTF-8, as in bytes.decode: "strict", "ignore", ...; "replace" puts U+FFFD where the
    vocabulary's reference does (one for each maximal ill-formed part; of byte tokens like <0xE4>, one for each).
unknown: for an id that is not in the vocabulary: "error" raises polyglyph.Error (unknown_id), "skip" leaves it out.)";

constexpr const char* kDecodeBytesDoc =
    R"(decode_bytes($self, ids, skip_special_tokens=False, unknown='error')
--

The bytes of the ids, not UTF-8 if they end or begin inside a character; nothing is lost. Arguments as in decode.)";

constexpr const char* kDecodeBatchDoc =
    R"(decode_batch(self, batch, skip_special_tokens=False, errors='replace', unknown='error')
--

The texts of many rows of ids: a list of str. batch is a Batch or an iterable of what decode takes.)";

constexpr const char* kDecodeStreamDoc = R"(decode_stream(self, skip_special_tokens=False, unknown='error')
--

Ids one by one, readable text out: a DecodeStream. Arguments as in decode.)";

}  // namespace

void add_decode_methods(TokenizerClass& type) {
  add_method(type, "decode", &decode, kDecodeDoc);
  add_method(type, "decode_bytes", &decode_bytes, kDecodeBytesDoc);

  type.def("decode_batch", &decode_batch, py::arg("batch"), py::arg("skip_special_tokens") = false,
           py::arg("errors") = "replace", py::arg("unknown") = "error", kDecodeBatchDoc)
      .def(
          "decode_stream",
          [](const Tokenizer& tokenizer, const py::object& skip_special_tokens, const py::object& unknown) {
            return std::make_unique<IdStream>(tokenizer,
                                              decode_options(skip_special_tokens.ptr(), unknown.ptr()));
          },
          py::arg("skip_special_tokens") = false, py::arg("unknown") = "error", kDecodeStreamDoc);
}

}  // namespace polyglyph::python
