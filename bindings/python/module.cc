// The extension module polyglyph._polyglyph. Each class is defined in the file of its name; what they share:
// text.h (str and bytes in), ids.h (ids in and out), arguments.h (options), interrupts.h (the GIL and
// Ctrl-C), errors.h (exceptions), values.h (plain values, written in Python), arrow.h (Arrow in and out).
//
// No state is shared between calls but the tokenizers themselves, which are immutable, and the streams, which
// refuse a second thread: so the module does not need the GIL.
#include "module.h"

#include "errors.h"
#include "polyglyph/version.h"

namespace py = pybind11;

PYBIND11_MODULE(_polyglyph, module, py::mod_gil_not_used()) {
  using namespace polyglyph::python;
  py::options options;
  options.disable_function_signatures();  // each documentation begins with its signature as Python spells it

  module.attr("__version__") = polyglyph::version();
  register_errors();
  define_batch(module);
  define_encode_stream(module);
  define_chunk_stream(module);
  define_decode_stream(module);
  define_tokenizer(module);
  define_surgery(module);
  define_pack(module);
  define_shard(module);
  define_verify(module);
}
