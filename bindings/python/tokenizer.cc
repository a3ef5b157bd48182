// The class Tokenizer: where one comes from, what its vocabulary holds, and how it travels between processes.
// Encoding and decoding are in tokenizer_encode.cc and tokenizer_decode.cc.
//
// A tokenizer is immutable, so a copy of it is itself. It is pickled as its image, which depends on no file
// and on no installed built-in: what arrives in another process is the same tokenizer, with the same
// fingerprint.
#include "tokenizer.h"

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <filesystem>
#include <functional>
#include <string>

#include "construction.h"
#include "ids.h"
#include "interrupts.h"
#include "module.h"
#include "polyglyph/error.h"
#include "text.h"
#include "values.h"

namespace py = pybind11;

namespace polyglyph::python {
namespace {

std::map<std::string, TokenId> read_special_tokens(const py::object& tokens) {
  std::map<std::string, TokenId> result;
  if (tokens.is_none()) return result;
  if (!py::hasattr(tokens, "keys")) {
    throw py::type_error(std::string("special_tokens must be a dict of str to int, not ") +
                         Py_TYPE(tokens.ptr())->tp_name);
  }
  for (const auto& [content, id] : py::dict(tokens)) {
    const Text text(content.ptr());
    const auto value = read_id(id);
    if (!value) {
      throw Error(ErrorCode::invalid_argument,
                  "the id of " + py::repr(content).cast<std::string>() + " is " +
                      py::str(id).cast<std::string>() + "; ids are 0 or more and below 2**32",
                  "special_tokens");
    }
    result.emplace(text.view(), *value);
  }
  return result;
}

Tokenizer from_file(const std::filesystem::path& path, const std::optional<std::string>& pattern,
                    const py::object& special_tokens, bool cache, bool verify, bool apply_file_settings) {
  LoadOptions options;
  options.apply_file_settings = apply_file_settings;
  options.cache = cache;
  options.verify = verify;
  options.pattern = pattern.value_or("");
  options.special_tokens = read_special_tokens(special_tokens);
  return interruptible(kWatchedBytes, options,
                       [&](const LoadOptions& o) { return Tokenizer::from_file(path, o); });
}

Tokenizer builtin(const std::string& name) {
  const py::gil_scoped_release release;
  return Tokenizer::builtin(name);
}

void save(const Tokenizer& tokenizer, const std::filesystem::path& path) {
  const py::gil_scoped_release release;
  tokenizer.save(path);
}

Tokenizer from_image(const py::bytes& image, bool apply_file_settings) {
  const std::string_view view = image;
  const py::gil_scoped_release release;
  LoadOptions options;
  options.apply_file_settings = apply_file_settings;
  return Tokenizer::from_image(view, options);
}

py::object id_to_token(const Tokenizer& tokenizer, const py::object& object) {
  const auto id = read_id(object);
  if (!id || !tokenizer.vocab().contains(*id)) return py::none();
  return token_name(tokenizer.vocab().token_name(*id));
}

py::dict control_tokens(const Tokenizer& tokenizer) {
  py::dict tokens;
  for (const AddedToken& token : tokenizer.vocab().added_tokens()) {
    if (token.control) tokens[token_name(std::string_view(token.content))] = token.id;
  }
  return tokens;
}

py::list added_tokens(const Tokenizer& tokenizer) {
  py::list tokens;
  for (const AddedToken& token : tokenizer.vocab().added_tokens()) tokens.append(to_python(token));
  return tokens;
}

// Tokenizers of the same content are equal, wherever they were loaded from, if they also do the same with it.
bool equal(const Tokenizer& a, const Tokenizer& b) {
  if (a.applies_file_settings() != b.applies_file_settings()) return false;
  return a.image().data() == b.image().data() || a.description().fingerprint == b.description().fingerprint;
}

std::string represent(const Tokenizer& tokenizer) {
  const Description description = tokenizer.description();
  return "<polyglyph.Tokenizer " + description.name + ": " + description.model + ", " +
         std::to_string(description.vocab_size) + " ids>";
}

constexpr const char* kClassDoc = R"(Text to the exact token ids a model expects, and back.

    tok = polyglyph.Tokenizer.builtin("qwen3")
    ids = tok.encode("안녕하세요 세계")
    tok.decode(ids)

Made by Tokenizer.from_file or Tokenizer.builtin. Immutable: share one among any number of threads, across fork, and
through pickle (by content). Text is a str, or bytes that are read as UTF-8; any text at all can be encoded. A lone
surrogate in a str, and each maximal ill-formed part of bytes, is read as U+FFFD.

Every method that encodes takes:
    special_tokens: what a control token spelled out in the text (<|im_end|>) means.
        "text" (default): its characters are ordinary text; text from a stranger never becomes a control token.
        "parse": it becomes its id, as Hugging Face tokenizers do by default.
        "reject": polyglyph.Error with code "control_token" and its place.
    add_special_tokens: put in what the vocabulary's own template adds around a text.)";

template <class Value>
py::dict to_dict(const std::vector<std::pair<std::string, Value>>& pairs) {
  py::dict dict;
  for (const auto& [key, value] : pairs) dict[py::str(key)] = py::cast(value);
  return dict;
}

constexpr const char* kFromFileDoc =
    R"(from_file(path, pattern=None, special_tokens=None, cache=True, verify=False, apply_file_settings=False)
--

Load a tokenizer.json, a SentencePiece model, a .gguf, .tiktoken or tekken.json file, vocab.json with merges.txt, a
vocab.txt, an image that save() wrote (.pgv), or the directory of a model that holds one of them.

pattern and special_tokens are for .tiktoken files, which hold ranks alone. pattern is the split pattern, by name
("o200k", "cl100k", "p50k", "r50k", "qwen") or as a regular expression; None: known from the file's own name.
special_tokens is a dict of control tokens and their ids; None: those that belong to a named pattern. A pattern can also
be given for a vocab.json ("gpt2", "qwen", "llama3", or a regular expression).

cache: keep the prepared image of a large file in a folder of the user's own (polyglyph in XDG_CACHE_HOME or ~/.cache, or
the folder that the environment variable POLYGLYPH_CACHE names; "off" switches it off), so that the next load takes
about a millisecond. verify: for images, check the full checksum.

apply_file_settings: truncate and pad as the file says (truncation, padding). These are the habits of whoever saved the
file, so they are ignored by default; Hugging Face tokenizers applies them. Streams of such a tokenizer raise.

Raises polyglyph.Error: io, malformed, unsupported, limit or not_found, with the file and the field or line in .where.)";

}  // namespace

void define_tokenizer(py::module_& module) {
  module.def("_tokenizer_from_image", &from_image, py::arg("image"), py::arg("apply_file_settings"),
             "For pickle.");

  TokenizerClass type(module, "Tokenizer", py::is_final(), kClassDoc);
  construct_never(type, "make a Tokenizer with Tokenizer.from_file(path) or Tokenizer.builtin(name)");
  type.def_static("from_file", &from_file, py::arg("path"), py::arg("pattern") = py::none(),
                  py::arg("special_tokens") = py::none(), py::arg("cache") = true, py::arg("verify") = false,
                  py::arg("apply_file_settings") = false, kFromFileDoc)
      .def_static("builtin", &builtin, py::arg("name"), R"(builtin(name)
--

One of builtins(), ready in about a millisecond: its image is mapped, not read.

Raises polyglyph.Error (not_found) that names the nearest ones.)")
      .def_static("builtins", &Tokenizer::builtins, R"(builtins()
--

The names that builtin() knows.)")
      .def("save", &save, py::arg("path"), R"(save(self, path)
--

Write a mapped image (to a name that ends in .pgv), which from_file opens in under a millisecond and processes share in
memory, a tokenizer.json (.json) for other libraries, or a rank file under the name of a known one (o200k_base.tiktoken).

Raises polyglyph.Error: io, or unsupported where one of the latter would lose something, with what it is.)");

  add_encode_methods(type);
  add_batch_methods(type);
  add_decode_methods(type);
  add_budget_methods(type);
  add_chunk_methods(type);
  add_context_methods(type);

  type.def(
          "token_to_id",
          [](const Tokenizer& t, const py::object& token) { return t.vocab().find(token_name(token)); },
          py::arg("token"), R"(token_to_id(self, token)
--

The id of a token spelled as its file spells it ("Ġhello"), or None.)")
      .def("id_to_token", &id_to_token, py::arg("id"), R"(id_to_token(self, id)
--

The token as its file spells it, or None: the inverse of token_to_id.

Where files hold bytes (.tiktoken), those that are not UTF-8 are surrogate escapes; token_bytes gives them as they are.)")
      .def(
          "token_bytes",
          [](const Tokenizer& t, const py::object& id) {
            return py::bytes(t.vocab().token_bytes(read_id_or_throw(id)));
          },
          py::arg("id"), R"(token_bytes(self, id)
--

The bytes that decoding the token gives, possibly part of a character. Raises polyglyph.Error (unknown_id).)")
      .def_property_readonly(
          "vocab_size", [](const Tokenizer& t) { return t.vocab().size(); },
          "One more than the largest id. Ids in between may be unused.")
      .def_property_readonly(
          "special_tokens", &control_tokens,
          "The control tokens, which the argument special_tokens decides over: a dict of str to id.")
      .def_property_readonly(
          "added_tokens", &added_tokens,
          "The tokens matched in the text before any splitting, by id: a list of AddedToken.")
      .def_property_readonly(
          "truncation", [](const Tokenizer& t) { return to_python(t.truncation()); },
          "What the file says about truncation: a Truncation, or None.")
      .def_property_readonly(
          "padding", [](const Tokenizer& t) { return to_python(t.padding()); },
          "What the file says about padding: a Padding, or None.")
      .def_property_readonly("applies_file_settings", &Tokenizer::applies_file_settings,
                             "Whether truncation and padding are applied: from_file's apply_file_settings.")
      .def_property_readonly(
          "roles", [](const Tokenizer& t) { return to_dict(t.roles()); },
          "Tokens by what they are for, as a model's directory or a GGUF file says: a dict of str "
          "(\"bos_token\", "
          "\"eos_token\", ...) to id.")
      .def_property_readonly(
          "chat_templates", [](const Tokenizer& t) { return to_dict(t.chat_templates()); },
          "Chat templates by name, the usual one \"default\", as a model's directory or a GGUF file has "
          "them: a dict "
          "of str to str.")
      .def_property_readonly(
          "description", [](const Tokenizer& t) { return to_python(t.description()); },
          "What this tokenizer is: a Description.")
      .def_property_readonly(
          "fingerprint", [](const Tokenizer& t) { return t.description().fingerprint; },
          "A hex str, equal for tokenizers that were built from the same content.")
      .def("__repr__", &represent)
      .def("__eq__", &equal, py::is_operator())
      .def("__hash__",
           [](const Tokenizer& t) { return std::hash<std::string>()(t.description().fingerprint); })
      .def("__copy__", [](const py::object& self) { return self; })
      .def(
          "__deepcopy__", [](const py::object& self, const py::object&) { return self; }, py::arg("memo"))
      .def("__reduce__", [rebuild = module.attr("_tokenizer_from_image")](const Tokenizer& t) {
        return py::make_tuple(rebuild, py::make_tuple(py::bytes(t.image()), t.applies_file_settings()));
      });
}

}  // namespace polyglyph::python
