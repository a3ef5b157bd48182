// What stands behind the Python class EncodeStream.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <mutex>

#include "polyglyph/tokenizer.h"

namespace polyglyph::python {

class TextStream {
 public:
  TextStream(const Tokenizer& tokenizer, EncodeOptions options);

  pybind11::list feed(pybind11::handle text);
  pybind11::list finish();
  std::size_t pending();

 private:
  Tokenizer tokenizer_;
  EncodeOptions options_;
  EncodeStream stream_;
  std::mutex busy_;
};

}  // namespace polyglyph::python
