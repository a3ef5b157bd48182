// What is in the module, each in the file of its name.
#pragma once

#include <pybind11/pybind11.h>

namespace polyglyph::python {

void define_tokenizer(pybind11::module_& module);
void define_batch(pybind11::module_& module);
void define_encode_stream(pybind11::module_& module);
void define_chunk_stream(pybind11::module_& module);
void define_decode_stream(pybind11::module_& module);
void define_surgery(pybind11::module_& module);
void define_pack(pybind11::module_& module);
void define_shard(pybind11::module_& module);
void define_verify(pybind11::module_& module);

}  // namespace polyglyph::python
