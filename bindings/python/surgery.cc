// Vocabulary surgery: functions of a Tokenizer that give a new one and where each id went.
#include "polyglyph/surgery.h"

#include <string>
#include <utility>
#include <vector>

#include "ids.h"
#include "module.h"
#include "text.h"

namespace py = pybind11;

namespace polyglyph::python {
namespace {

py::tuple to_python(Surgery surgery) {
  return py::make_tuple(py::cast(std::move(surgery.tokenizer)), to_array(std::move(surgery.new_ids)));
}

py::tuple add(const Tokenizer& tokenizer, const py::iterable& contents, bool special, bool single_word,
              bool normalized, bool lstrip, bool rstrip) {
  AddedToken kind;
  kind.special = special;
  kind.single_word = single_word;
  kind.normalized = normalized;
  kind.lstrip = lstrip;
  kind.rstrip = rstrip;
  std::vector<AddedToken> tokens;
  for (const py::handle content : contents) {
    tokens.push_back(kind);
    tokens.back().content = Text(content.ptr()).view();
  }
  return to_python(add_tokens(tokenizer, tokens));
}

py::tuple reduce(const Tokenizer& tokenizer, const py::object& keep) {
  const Ids ids(keep, UnknownIds::error);
  return to_python(prune(tokenizer, ids.view()));
}

py::list unreachable(const Tokenizer& tokenizer) {
  py::list list;
  for (const UnreachableToken& token : unreachable_tokens(tokenizer))
    list.append(py::make_tuple(token.id, to_str(token.reason, "replace")));
  return list;
}

constexpr const char* kAddDoc =
    R"(add_tokens(tokenizer, contents, special=False, single_word=False, normalized=False, lstrip=False, rstrip=False)
--

A tokenizer with further added tokens, each found in text before anything is split, and where each id went.

A token that the vocabulary has as an ordinary entry keeps that entry's id; others get the next free ids, in order. No
other id changes. The flags are those of AddedToken. Returns (Tokenizer, new_ids): new_ids is int64 of shape
(tokenizer.vocab_size,), the new id by old id and -1 for what is gone, for the rows of an embedding matrix.

Raises polyglyph.Error (invalid_argument) for a content that is empty or an added token already.)";

constexpr const char* kPruneDoc = R"(prune(tokenizer, keep)
--

A tokenizer with nothing but the ids of keep and what has to stay, and where each id went.

What has to stay: added tokens, what stands in for unknown text, in byte-level vocabularies all bytes, and in BPE the
tokens that kept ones are merged from. Ids are closed up, in the old order. Text that was encoded to kept tokens alone is
encoded to the same tokens as before. Returns (Tokenizer, new_ids) as add_tokens does.

Raises polyglyph.Error (unknown_id).)";

constexpr const char* kExtendDoc = R"(extend(tokenizer, other)
--

A tokenizer with the entries and merges of other that the first lacks, behind its own, and where each id went.

Its own merges go first, and its ids stay; added tokens of other are not taken over. Returns (Tokenizer, new_ids) as
add_tokens does.

Raises polyglyph.Error (unsupported) where the two are made of different things.)";

constexpr const char* kUnreachableDoc = R"(unreachable_tokens(tokenizer)
--

The entries that no text is ever encoded to: a list of (id, reason).)";

}  // namespace

void define_surgery(py::module_& module) {
  module.def("add_tokens", &add, py::arg("tokenizer"), py::arg("contents"), py::arg("special") = false,
             py::arg("single_word") = false, py::arg("normalized") = false, py::arg("lstrip") = false,
             py::arg("rstrip") = false, kAddDoc);
  module.def("prune", &reduce, py::arg("tokenizer"), py::arg("keep"), kPruneDoc);
  module.def(
      "extend",
      [](const Tokenizer& tokenizer, const Tokenizer& other) { return to_python(extend(tokenizer, other)); },
      py::arg("tokenizer"), py::arg("other"), kExtendDoc);
  module.def("unreachable_tokens", &unreachable, py::arg("tokenizer"), kUnreachableDoc);
}

}  // namespace polyglyph::python
