// What stands behind the Python class Batch: the arrays of a polyglyph::Batch.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "polyglyph/types.h"

namespace polyglyph::python {

class BatchArrays {
 public:
  explicit BatchArrays(Batch&& batch);  // takes the vectors over: no copy

  // From arrays of the caller's. Throws TypeError for other types, Error(invalid_argument) for row_splits
  // that do not begin with 0, ascend, and end with the number of ids.
  BatchArrays(pybind11::object ids, pybind11::object row_splits);

  std::size_t size() const { return static_cast<std::size_t>(row_splits_.size()) - 1; }

  // The ids of a row, which must exist. Python may write to the arrays at any time, so the bounds are checked
  // again: throws Error(invalid_argument).
  std::span<const TokenId> row(std::size_t i) const;
  pybind11::array row_array(std::size_t i) const;

  const pybind11::array_t<TokenId>& ids() const { return ids_; }
  const pybind11::array_t<std::int64_t>& row_splits() const { return row_splits_; }

 private:
  pybind11::array_t<TokenId> ids_;
  pybind11::array_t<std::int64_t> row_splits_;
};

}  // namespace polyglyph::python
