// Columns of text in, columns of token lists out, between any libraries that speak the Arrow C data
// interface: nothing of Arrow is linked and nothing is copied.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <string_view>
#include <vector>

#include "batch.h"

namespace polyglyph::python {

// If `object` offers Arrow data, appends a view of each of its strings to `views`, and to `owners` what keeps
// them alive; else returns false. Throws TypeError for data that is not strings, Error(invalid_argument) for
// a null.
bool read_arrow_texts(pybind11::handle object, std::vector<std::string_view>& views,
                      std::vector<std::shared_ptr<const void>>& owners);

// The two capsules that __arrow_c_array__ returns, for a large_list<uint32>.
pybind11::tuple export_arrow(const BatchArrays& batch);

}  // namespace polyglyph::python
