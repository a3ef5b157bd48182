// Options for packing as Python passes them, and a plan's report as it gets it.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <optional>

#include "polyglyph/pack.h"

namespace polyglyph::python {

PackOptions pack_options(std::int64_t capacity, const pybind11::object& strategy,
                         const pybind11::object& overlong, std::optional<std::int64_t> max_documents,
                         std::int64_t pad_each_to, std::int64_t pad_total_to,
                         std::optional<std::uint64_t> seed);

pybind11::object to_python(const PackReport& report);

}  // namespace polyglyph::python
