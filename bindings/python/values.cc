// Values without behaviour are written in Python, where their fields, types and documentation stand in one
// place; C++ only fills them in, by field name, so that the order of the fields is Python's own affair.
#include "values.h"

#include <pybind11/gil_safe_call_once.h>

#include <string_view>

#include "ids.h"
#include "text.h"

namespace py = pybind11;
using namespace pybind11::literals;  // "name"_a

namespace polyglyph::python {

const Values& values() {
  PYBIND11_CONSTINIT static py::gil_safe_call_once_and_store<Values> storage;
  return storage
      .call_once_and_store_result([] {
        const auto module = py::module_::import("polyglyph.values");
        return Values{module.attr("Error"),         module.attr("Encoding"),    module.attr("PairEncoding"),
                      module.attr("AddedToken"),    module.attr("Description"), module.attr("TracePiece"),
                      module.attr("TraceSection"),  module.attr("Difference"),  module.attr("Truncation"),
                      module.attr("Padding"),       module.attr("PackReport"),  module.attr("PackedBins"),
                      module.attr("Chunk"),         module.attr("Context"),     module.attr("ContextPart"),
                      module.attr("ShardProgress"), module.attr("ShardSummary")};
      })
      .get_stored();
}

py::object to_python(const AddedToken& token) {
  return values().added_token("id"_a = token.id, "content"_a = token_name(std::string_view(token.content)),
                              "single_word"_a = token.single_word, "lstrip"_a = token.lstrip,
                              "rstrip"_a = token.rstrip, "normalized"_a = token.normalized,
                              "special"_a = token.special, "control"_a = token.control);
}

py::object to_python(const Description& d) {
  // A damaged image may name anything.
  const auto text = [](const std::string& s) { return to_str(s, "replace"); };
  return values().description(
      "name"_a = text(d.name), "format"_a = text(d.format), "model"_a = text(d.model),
      "reference"_a = text(d.reference), "normalizer"_a = text(d.normalizer), "splitter"_a = text(d.splitter),
      "scanner"_a = text(d.scanner), "encoder"_a = text(d.encoder),
      "class_unicode_version"_a = text(d.class_unicode_version),
      "normal_unicode_version"_a = text(d.normal_unicode_version), "prefix"_a = text(d.prefix),
      "suffix"_a = text(d.suffix), "truncation"_a = text(d.truncation), "padding"_a = text(d.padding),
      "vocab_size"_a = d.vocab_size, "model_entries"_a = d.model_entries, "merges"_a = d.merges,
      "added_tokens"_a = d.added_tokens, "control_tokens"_a = d.control_tokens,
      "unreachable"_a = d.unreachable, "image_bytes"_a = d.image_bytes, "fingerprint"_a = d.fingerprint);
}

py::object to_python(const Trace::Section& section) {
  py::list pieces;
  for (const Trace::Piece& piece : section.pieces) {
    pieces.append(values().trace_piece("bytes"_a = py::bytes(piece.bytes), "begin"_a = piece.span.begin,
                                       "end"_a = piece.span.end, "ids"_a = to_list(piece.ids),
                                       "added_token"_a = piece.added_token));
  }
  return values().trace_section("begin"_a = section.span.begin, "end"_a = section.span.end,
                                "normalized"_a = to_str(section.normalized, "replace"), "pieces"_a = pieces,
                                "added_token"_a = section.added_token);
}

py::object to_python(const Difference& d) {
  return values().difference(
      "text"_a = to_str(d.text, "replace"), "left"_a = to_list(d.left), "right"_a = to_list(d.right),
      "stage"_a = to_string(d.stage), "explanation"_a = to_str(d.explanation, "replace"),
      "character"_a = py::module_::import("builtins").attr("chr")(static_cast<std::uint32_t>(d.code_point)),
      "category"_a = d.category, "age"_a = d.age);
}

namespace {

const char* name_of(Side side) {
  return side == Side::left ? "left" : "right";
}

}  // namespace

py::object to_python(const std::optional<Truncation>& truncation) {
  if (!truncation) return py::none();
  constexpr const char* strategies[] = {"longest_first", "only_first", "only_second"};
  return values().truncation("max_length"_a = truncation->max_length, "stride"_a = truncation->stride,
                             "strategy"_a = strategies[static_cast<std::size_t>(truncation->strategy)],
                             "direction"_a = name_of(truncation->side));
}

py::object to_python(const std::optional<Padding>& padding) {
  if (!padding) return py::none();
  const py::object length = padding->length ? py::object(py::int_(*padding->length)) : py::none();
  return values().padding("length"_a = length, "multiple_of"_a = padding->multiple_of,
                          "pad_id"_a = padding->id, "pad_type_id"_a = padding->type,
                          "pad_token"_a = to_str(padding->token, "replace"),
                          "direction"_a = name_of(padding->side));
}

}  // namespace polyglyph::python
