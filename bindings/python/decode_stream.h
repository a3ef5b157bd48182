// What stands behind the Python class DecodeStream.
#pragma once

#include <pybind11/pybind11.h>

#include <mutex>

#include "polyglyph/tokenizer.h"

namespace polyglyph::python {

class IdStream {
 public:
  IdStream(const Tokenizer& tokenizer, DecodeOptions options);
  IdStream(IdStream& other);  // not const: it has to be held still while it is copied

  pybind11::str step(pybind11::handle id);
  pybind11::str finish();
  pybind11::bytes pending();

 private:
  DecodeOptions options_;
  DecodeStream stream_;
  std::mutex busy_;
};

}  // namespace polyglyph::python
