// Columns of text in, columns of token lists out, between any libraries that speak the Arrow C data
// interface: nothing of Arrow is linked and nothing is copied.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <memory>
#include <string_view>
#include <utility>
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

// The same for a large_list of structs with these fields, each an int64 array. `offsets` are int64, ascend
// from 0, and end with the size of every field.
pybind11::tuple export_arrow_lists(const pybind11::array& offsets,
                                   const std::vector<std::pair<const char*, pybind11::array>>& fields);

}  // namespace polyglyph::python
