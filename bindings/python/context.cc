// Contexts. A part that is put together of str and bytes is a str where it can be one.
#include "polyglyph/context.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "arguments.h"
#include "ids.h"
#include "interrupts.h"
#include "polyglyph/text.h"
#include "text.h"
#include "tokenizer.h"
#include "values.h"

namespace py = pybind11;
using namespace pybind11::literals;  // "name"_a

namespace polyglyph::python {
namespace {

constexpr Choice<ContextOrder> kOrders[] = {{"stable", ContextOrder::stable}, {"given", ContextOrder::given}};

py::object fit_texts(const Tokenizer& tokenizer, const py::object& system_object,
                     const py::object& chunk_objects, const py::object& query_object, const py::object& limit,
                     const py::object& reserve, const py::object& separator_object, const py::object& order,
                     const py::object& previous_objects, const py::object& native_context,
                     const py::object& special_tokens, const py::object& add_special_tokens) {
  const Text system(system_object.ptr()), query(query_object.ptr()), separator(separator_object.ptr());
  const Texts chunks(chunk_objects), previous(previous_objects);
  ContextOptions options;
  options.limit = read_limit(limit.ptr(), "limit");
  options.reserve = read_limit(reserve.ptr(), "reserve");
  options.separator = separator.view();
  options.order = choose(order.ptr(), "order", kOrders);
  options.previous = previous.views();
  options.native_context = read_limit(native_context.ptr(), "native_context");
  options.encode = encode_options(special_tokens.ptr(), add_special_tokens.ptr());
  std::size_t bytes = system.view().size() + query.view().size();
  for (const std::string_view chunk : chunks.views()) bytes += chunk.size();
  Context context = interruptible(bytes, options, [&](const ContextOptions& o) {
    return fit_context(tokenizer, system.view(), chunks.views(), query.view(), o);
  });
  py::list parts;
  for (const ContextPart& part : context.parts) {
    parts.append(values().context_part(
        "text"_a = to_text(part.text, query.is_str() && is_utf8(part.text)),
        "special_tokens"_a = part.special_tokens == SpecialTokens::parse ? "parse" : "text",
        "tokens"_a = part.tokens, "safe_as_text"_a = part.safe_as_text));
  }
  return values().context("ids"_a = to_array(std::move(context.ids)), "chosen"_a = py::cast(context.chosen),
                          "left_out"_a = py::cast(context.left_out), "parts"_a = parts,
                          "yarn_factor"_a = context.yarn_factor);
}

constexpr const char* kFitContextDoc =
    R"(fit_context(self, system, chunks, query, limit=131072, reserve=0, separator="\n\n", order="stable", previous=(), native_context=32768, special_tokens='text', add_special_tokens=False)
--

A context for one request: the system text, as many chunks as there is room for, and the query, as a Context of at most
limit - reserve ids.

chunks: texts in order of preference; each is taken if there is room for it, and passed over if not.
limit: tokens of the context and the answer. reserve: tokens kept free for the answer.
separator: stands behind the system text and each chunk, where they are not empty.
order: of the chunks that fit: "stable", byte by byte of their text, so that the same chunks always stand in the same order
and a server that caches beginnings finds them again; "given", the order of preference.
previous: the chunks of the context before this one, in their order: those that are chosen again stand first, as they stood.
native_context: tokens that the model reads without YaRN; it reads four times as many at most.
special_tokens: how the system text and the query are read. Chunks come from strangers, and are always text.

Each part is encoded by itself and the ids are put together, so the ids of a chunk are the same in every context.

Raises polyglyph.Error (invalid_argument): a limit of 0 or less, or beyond four times native_context; reserve, system text
and query that take more than the limit by themselves.)";

}  // namespace

void add_context_methods(TokenizerClass& type) {
  type.def("fit_context", &fit_texts, py::arg("system"), py::arg("chunks"), py::arg("query"),
           py::arg("limit") = 131072, py::arg("reserve") = 0, py::arg("separator") = "\n\n",
           py::arg("order") = "stable", py::arg("previous") = py::tuple(), py::arg("native_context") = 32768,
           py::arg("special_tokens") = "text", py::arg("add_special_tokens") = false, kFitContextDoc);
}

}  // namespace polyglyph::python
