// serde_json without its feature float_roundtrip: the digits are read into a 64-bit integer, those that do
// not fit are dropped, and the integer, rounded to a double, is multiplied or divided by a power of ten,
// which rounds once more.
//
// One oddity belongs to it. While an integer part is read, the first digit that does not fit ends the reading
// of digits for good; but if a point follows, the digits behind it are tried again, and one small enough to
// fit is taken.
#include "json/decimal.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

namespace polyglyph::json {
namespace {

constexpr int kGreatestPower = 308;

const std::array<double, kGreatestPower + 1>& powers_of_ten() {
  static const auto powers = [] {
    std::array<double, kGreatestPower + 1> table{};
    for (int i = 0; i <= kGreatestPower; ++i) {
      const std::string text = "1e" + std::to_string(i);
      std::from_chars(text.data(), text.data() + text.size(), table[static_cast<std::size_t>(i)]);
    }
    return table;
  }();
  return powers;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Appends a digit to the significand; false, and nothing done, where it does not fit.
bool append(std::uint64_t& significand, char c) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  const auto digit = static_cast<std::uint64_t>(c - '0');
  if (significand > most / 10 || (significand == most / 10 && digit > most % 10)) return false;
  significand = significand * 10 + digit;
  return true;
}

// The exponent behind an "e", held at a size that no other part of a number can bring back into range.
std::int64_t read_exponent(std::string_view text) {
  constexpr std::int64_t most = std::int64_t{1} << 40;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::int64_t exponent = 0;
  for (const char c : text) {
    if (exponent < most) exponent = exponent * 10 + (c - '0');
  }
  return negative ? -exponent : exponent;
}

double scale(std::uint64_t significand, std::int64_t exponent) {
  auto value = static_cast<double>(significand);
  const auto& powers = powers_of_ten();
  while (exponent < -kGreatestPower && value != 0) {
    value /= powers[kGreatestPower];
    exponent += kGreatestPower;
  }
  if (value == 0) return 0;
  if (exponent > kGreatestPower) return std::numeric_limits<double>::infinity();
  const double power = powers[static_cast<std::size_t>(exponent < 0 ? -exponent : exponent)];
  return exponent < 0 ? value / power : value * power;
}

}  // namespace

double read_decimal(std::string_view number) {
  const bool negative = number.starts_with('-');
  std::size_t i = negative;
  std::uint64_t significand = 0;
  std::int64_t exponent = 0;
  while (i < number.size() && is_digit(number[i]) && append(significand, number[i])) ++i;
  for (; i < number.size() && is_digit(number[i]); ++i) ++exponent;
  if (i < number.size() && number[i] == '.') {
    ++i;
    for (; i < number.size() && is_digit(number[i]) && append(significand, number[i]); ++i) --exponent;
    while (i < number.size() && is_digit(number[i])) ++i;
  }
  if (i < number.size()) exponent += read_exponent(number.substr(i + 1));
  const double value = scale(significand, exponent);
  return negative ? -value : value;
}

}  // namespace polyglyph::json
