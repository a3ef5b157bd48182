// The plain classes of polyglyph/values.py, which this module makes instances of.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>

#include "polyglyph/description.h"
#include "polyglyph/settings.h"
#include "polyglyph/trace.h"
#include "polyglyph/verify.h"
#include "polyglyph/vocab.h"

namespace polyglyph::python {

struct Values {
  pybind11::object error;
  pybind11::object encoding;
  pybind11::object pair_encoding;
  pybind11::object added_token;
  pybind11::object description;
  pybind11::object trace_piece;
  pybind11::object trace_section;
  pybind11::object difference;
  pybind11::object truncation;
  pybind11::object padding;
  pybind11::object pack_report;
  pybind11::object packed_bins;
  pybind11::object chunk;
  pybind11::object context;
  pybind11::object context_part;
  pybind11::object shard_progress;
  pybind11::object shard_summary;
};

// Looked up once, when first needed.
const Values& values();

pybind11::object to_python(const AddedToken& token);
pybind11::object to_python(const Description& description);
pybind11::object to_python(const Trace::Section& section);
pybind11::object to_python(const Difference& difference);
pybind11::object to_python(const std::optional<Truncation>& truncation);  // None for nothing
pybind11::object to_python(const std::optional<Padding>& padding);

}  // namespace polyglyph::python
