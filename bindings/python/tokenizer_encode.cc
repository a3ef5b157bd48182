// Encoding one text.
#include <algorithm>
#include <optional>
#include <string_view>

#include "arguments.h"
#include "encode_stream.h"
#include "errors.h"
#include "ids.h"
#include "interrupts.h"
#include "polyglyph/error.h"
#include "text.h"
#include "tokenizer.h"
#include "values.h"

namespace py = pybind11;
using namespace pybind11::literals;  // "name"_a

namespace polyglyph::python {

std::vector<TokenId> encode_text(const Tokenizer& tokenizer, std::string_view text, EncodeOptions options) {
  return interruptible(text.size(), options, [&](EncodeOptions o) { return tokenizer.encode(text, o); });
}

std::size_t count_text(const Tokenizer& tokenizer, std::string_view text, EncodeOptions options) {
  return interruptible(text.size(), options, [&](EncodeOptions o) { return tokenizer.count(text, o); });
}

namespace {

constexpr Parameters<3> kEncode{"encode", {"text", "special_tokens", "add_special_tokens"}, 1};

PyObject* encode(PyObject* self, PyObject* const* arguments, Py_ssize_t positional, PyObject* keywords) {
  return guarded([&]() -> py::object {
    const auto [object, special_tokens, add_special_tokens] = kEncode.read(arguments, positional, keywords);
    const Text text(object);
    return to_list(
        encode_text(tokenizer_of(self), text.view(), encode_options(special_tokens, add_special_tokens)));
  });
}

constexpr Parameters<3> kEncodeArray{"encode_array", {"text", "special_tokens", "add_special_tokens"}, 1};

PyObject* encode_array(PyObject* self, PyObject* const* arguments, Py_ssize_t positional,
                       PyObject* keywords) {
  return guarded([&]() -> py::object {
    const auto [object, special_tokens, add_special_tokens] =
        kEncodeArray.read(arguments, positional, keywords);
    const Text text(object);
    return to_array(
        encode_text(tokenizer_of(self), text.view(), encode_options(special_tokens, add_special_tokens)));
  });
}

constexpr Parameters<4> kEncodeWithOffsets{
    "encode_with_offsets", {"text", "unit", "special_tokens", "add_special_tokens"}, 1};

constexpr Choice<OffsetUnit> kUnits[] = {
    {"chars", OffsetUnit::chars}, {"bytes", OffsetUnit::bytes}, {"utf16", OffsetUnit::utf16}};

// What spans count: None for what indexes the text as it was passed.
OffsetUnit read_unit(PyObject* unit, const Text& text) {
  if (unit != nullptr && unit != Py_None) return choose(unit, "unit", kUnits);
  return text.is_str() ? OffsetUnit::chars : OffsetUnit::bytes;
}

PyObject* encode_with_offsets(PyObject* self, PyObject* const* arguments, Py_ssize_t positional,
                              PyObject* keywords) {
  return guarded([&]() -> py::object {
    const auto [object, unit, special_tokens, add_special_tokens] =
        kEncodeWithOffsets.read(arguments, positional, keywords);
    const Text text(object);
    const EncodeOptions options = encode_options(special_tokens, add_special_tokens);
    const OffsetUnit counted = read_unit(unit, text);
    const Tokenizer& tokenizer = tokenizer_of(self);
    Encoding encoding = interruptible(text.view().size(), options, [&](EncodeOptions o) {
      return tokenizer.encode_with_offsets(text.view(), o, counted);
    });
    return values().encoding(to_array(std::move(encoding.ids)), to_array(std::move(encoding.offsets)));
  });
}

constexpr Parameters<3> kCount{"count", {"text", "special_tokens", "add_special_tokens"}, 1};

PyObject* count(PyObject* self, PyObject* const* arguments, Py_ssize_t positional, PyObject* keywords) {
  return guarded([&]() -> py::object {
    const auto [object, special_tokens, add_special_tokens] = kCount.read(arguments, positional, keywords);
    const Text text(object);
    const EncodeOptions options = encode_options(special_tokens, add_special_tokens);
    return py::int_(count_text(tokenizer_of(self), text.view(), options));
  });
}

// A str whose UTF-8 takes long to make.
bool is_long(PyObject* text) {
  return PyUnicode_Check(text) && !PyUnicode_IS_ASCII(text) &&
         static_cast<std::size_t>(PyUnicode_GET_LENGTH(text)) > kSliceBytes;
}

// A stream is fed no more of it than is needed.
bool long_text_fits(const Tokenizer& tokenizer, PyObject* text, std::size_t limit, EncodeOptions options) {
  EncodeStream stream = tokenizer.encode_stream(options);
  const Py_ssize_t length = PyUnicode_GET_LENGTH(text);
  std::size_t count = 0;
  for (Py_ssize_t begin = 0; begin < length && count <= limit;) {
    const Py_ssize_t end = std::min(length, begin + static_cast<Py_ssize_t>(kSliceBytes / 4));
    const py::object part = substring(text, begin, end);
    const Text utf8(part.ptr());
    count += without_gil(utf8.view().size(), [&] { return stream.feed_count(utf8.view()); });
    check_signals();
    begin = end;
  }
  if (count <= limit) count += without_gil(stream.pending(), [&] { return stream.finish_count(); });
  return count <= limit;
}

constexpr Parameters<4> kFits{"fits", {"text", "limit", "special_tokens", "add_special_tokens"}, 2};

PyObject* fits(PyObject* self, PyObject* const* arguments, Py_ssize_t positional, PyObject* keywords) {
  return guarded([&]() -> py::object {
    const auto [object, limit_object, special_tokens, add_special_tokens] =
        kFits.read(arguments, positional, keywords);
    const std::size_t limit = read_limit(limit_object, "limit");
    const EncodeOptions options = encode_options(special_tokens, add_special_tokens);
    const Tokenizer& tokenizer = tokenizer_of(self);
    if (is_long(object) && !tokenizer.applies_file_settings())
      return py::bool_(long_text_fits(tokenizer, object, limit, options));
    const Text text(object);
    return py::bool_(interruptible(text.view().size(), options,
                                   [&](EncodeOptions o) { return tokenizer.fits(text.view(), limit, o); }));
  });
}

constexpr const char* kEncodeDoc = R"(encode($self, text, special_tokens='text', add_special_tokens=False)
--

The ids of a text: a list of int. encode_array is faster.)";

constexpr const char* kEncodeArrayDoc =
    R"(encode_array($self, text, special_tokens='text', add_special_tokens=False)
--

The ids of a text: a numpy array of uint32, of shape (n,), made without a copy.)";

constexpr const char* kEncodeWithOffsetsDoc =
    R"(encode_with_offsets($self, text, unit=None, special_tokens='text', add_special_tokens=False)
--

The ids of a text and where in it each was read from: an Encoding of ids, uint32 of shape (n,), and offsets, int64 of
shape (n, 2), so that text[begin:end] is the part of the text behind a token.

unit is what the offsets count: "chars" (default for a str: they index it), "bytes" (default for bytes; for a str, of
its UTF-8) or "utf16" (code units, as JavaScript, Java and C# count). In chars and utf16 a token that holds part of a
character spans the whole of it. Where normalization changed the text, a token spans the characters it was made from.
Tokens that add_special_tokens put in have the span 0, 0.)";

constexpr const char* kCountDoc = R"(count($self, text, special_tokens='text', add_special_tokens=False)
--

len(encode(text)), without making the ids.)";

constexpr const char* kFitsDoc = R"(fits($self, text, limit, special_tokens='text', add_special_tokens=False)
--

Whether count(text) <= limit, reading no further than needed to know.)";

py::object encode_pair(const Tokenizer& tokenizer, const py::object& first_object,
                       const py::object& second_object, const py::object& unit,
                       const py::object& special_tokens, const py::object& add_special_tokens) {
  const Text first(first_object.ptr());
  std::optional<Text> second;
  if (!second_object.is_none()) second.emplace(second_object.ptr());
  const std::optional<std::string_view> view = second ? std::optional(second->view()) : std::nullopt;
  const OffsetUnit counted = read_unit(unit.ptr(), first);
  PairEncoding encoding = interruptible(
      first.view().size() + view.value_or("").size(),
      encode_options(special_tokens.ptr(), add_special_tokens.ptr()),
      [&](EncodeOptions options) { return tokenizer.encode_pair(first.view(), view, options, counted); });
  return values().pair_encoding("ids"_a = to_array(std::move(encoding.ids)),
                                "type_ids"_a = to_array(std::move(encoding.type_ids)),
                                "sequence_ids"_a = to_array(std::move(encoding.sequence_ids)),
                                "offsets"_a = to_array(std::move(encoding.offsets)),
                                "attention_mask"_a = to_array(std::move(encoding.attention_mask)));
}

constexpr const char* kEncodePairDoc =
    R"(encode_pair(self, first, second=None, unit=None, special_tokens='text', add_special_tokens=False)
--

Two texts as one input, a question and its context, say: a PairEncoding of ids, type_ids ("token_type_ids"),
sequence_ids, offsets and attention_mask.

The vocabulary's template for pairs says what comes where and of which type; without add_special_tokens its tokens are
left out. Where there is no template, the second text follows the first, with the types 0 and 1. Without second: one text,
by the template for one.

unit is what the offsets count, each in its own text, as in encode_with_offsets; None: what indexes first.)";

py::list trace(const Tokenizer& tokenizer, const py::object& object, const py::object& special_tokens,
               const py::object& add_special_tokens) {
  const Text text(object.ptr());
  const Trace trace =
      interruptible(text.view().size(), encode_options(special_tokens.ptr(), add_special_tokens.ptr()),
                    [&](EncodeOptions options) { return tokenizer.trace(text.view(), options); });
  py::list sections;
  for (const Trace::Section& section : trace.sections) sections.append(to_python(section));
  return sections;
}

constexpr const char* kTraceDoc = R"(trace(self, text, special_tokens='text', add_special_tokens=False)
--

How the text becomes ids, stage by stage: a TraceSection for each added token that the text spells and for the text
between two of them, with what normalizing makes of it and the pieces that the model is given.)";

constexpr const char* kEncodeStreamDoc =
    R"(encode_stream(self, special_tokens='text', add_special_tokens=False)
--

Text in chunks cut anywhere, the ids of the whole out: an EncodeStream.)";

}  // namespace

void add_encode_methods(TokenizerClass& type) {
  add_method(type, "encode", &encode, kEncodeDoc);
  add_method(type, "encode_array", &encode_array, kEncodeArrayDoc);
  add_method(type, "encode_with_offsets", &encode_with_offsets, kEncodeWithOffsetsDoc);
  add_method(type, "count", &count, kCountDoc);
  add_method(type, "fits", &fits, kFitsDoc);

  type.def(
      "encode_stream",
      [](const Tokenizer& tokenizer, const py::object& special_tokens, const py::object& add_special_tokens) {
        return std::make_unique<TextStream>(tokenizer,
                                            encode_options(special_tokens.ptr(), add_special_tokens.ptr()));
      },
      py::arg("special_tokens") = "text", py::arg("add_special_tokens") = false, kEncodeStreamDoc);
  type.def("encode_pair", &encode_pair, py::arg("first"), py::arg("second") = py::none(),
           py::arg("unit") = py::none(), py::arg("special_tokens") = "text",
           py::arg("add_special_tokens") = false, kEncodePairDoc);
  type.def("trace", &trace, py::arg("text"), py::arg("special_tokens") = "text",
           py::arg("add_special_tokens") = false, kTraceDoc);
}

}  // namespace polyglyph::python
