// The parts of the Python class Tokenizer, and what they share.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <string_view>
#include <vector>

#include "polyglyph/tokenizer.h"

namespace polyglyph::python {

using TokenizerClass = pybind11::class_<Tokenizer>;

// Adds a part of the methods to the class.
void add_encode_methods(TokenizerClass& type);
void add_batch_methods(TokenizerClass& type);
void add_decode_methods(TokenizerClass& type);
void add_budget_methods(TokenizerClass& type);
void add_chunk_methods(TokenizerClass& type);
void add_context_methods(TokenizerClass& type);

// Encode and count one text of any length, with the GIL held; Ctrl-C ends a long one.
std::vector<TokenId> encode_text(const Tokenizer& tokenizer, std::string_view text, EncodeOptions options);
std::size_t count_text(const Tokenizer& tokenizer, std::string_view text, EncodeOptions options);

// The Tokenizer of a method's `self`, whose type Python has checked.
inline const Tokenizer& tokenizer_of(PyObject* self) {
  return pybind11::handle(self).cast<const Tokenizer&>();
}

}  // namespace polyglyph::python
