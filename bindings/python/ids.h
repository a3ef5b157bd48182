// Token ids as Python passes them and gets them.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "polyglyph/options.h"
#include "polyglyph/types.h"

namespace polyglyph::python {

// Ids passed in: a numpy array of any integer type, anything that numpy reads as one, or any iterable of
// integers. A contiguous uint32 array is read in place. An integer that no id can be (negative, or over 32
// bits) is an unknown id: Error(unknown_id), or left out. Throws TypeError for what is not a row of integers.
class Ids {
 public:
  Ids(pybind11::handle object, UnknownIds unknown);

  std::span<const TokenId> view() const noexcept { return view_; }

 private:
  void read_array(const pybind11::array& array, UnknownIds unknown);
  void read_sequence(pybind11::handle object, UnknownIds unknown);
  void take(long long id, bool overflow, std::size_t index, UnknownIds unknown);

  std::vector<TokenId> converted_;
  pybind11::object kept_;
  std::span<const TokenId> view_;
};

// One id; nothing where the integer is one that no id can be. Throws TypeError for what is not an integer.
std::optional<TokenId> read_id(pybind11::handle object);

// The same, where such an integer is Error(unknown_id).
TokenId read_id_or_throw(pybind11::handle object);

pybind11::list to_list(std::span<const TokenId> ids);

// Arrays that take over the vector: nothing is copied.
pybind11::array to_array(std::vector<TokenId>&& ids);           // uint32, (n,)
pybind11::array to_array(std::vector<std::int64_t>&& numbers);  // int64, (n,)
pybind11::array to_array(std::vector<std::int32_t>&& numbers);  // int32, (n,)
pybind11::array to_array(std::vector<std::int8_t>&& numbers);   // int8, (n,)
pybind11::array to_array(std::vector<std::uint8_t>&& numbers);  // uint8, (n,)
pybind11::array to_array(std::vector<Span>&& spans);            // int64, (n, 2)

}  // namespace polyglyph::python
