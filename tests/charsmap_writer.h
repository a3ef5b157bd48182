// Compiles rules into a charsmap, as SentencePiece does. Small ones: bases are looked for from the beginning.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace polyglyph::test {

class CharsmapWriter {
 public:
  // Keys are not empty; neither side has a zero byte.
  static std::string compile(const std::map<std::string, std::string>& rules) {
    CharsmapWriter writer;
    for (const auto& [key, value] : rules) {
      writer.values_[key] = static_cast<std::uint32_t>(writer.strings_.size());
      writer.strings_ += value + '\0';
    }
    writer.units_[0] = 0;
    writer.place("", 0);
    return writer.written();
  }

 private:
  static constexpr std::uint32_t kIsValue = std::uint32_t{1} << 31;

  void place(const std::string& prefix, std::uint32_t at) {
    std::set<unsigned char> labels;  // 0 for the value
    for (const auto& [key, value] : values_) {
      if (!key.starts_with(prefix)) continue;
      labels.insert(key == prefix ? 0 : static_cast<unsigned char>(key[prefix.size()]));
    }
    std::uint32_t base = 1;
    while (bases_.contains(base) || any_taken(base, labels)) ++base;
    bases_.insert(base);
    for (const unsigned char label : labels) units_[base ^ label] = label;
    units_[at] |= (at ^ base) << 10;
    if (labels.contains(0)) {
      units_[at] |= 1 << 8;
      units_[base] = values_[prefix] | kIsValue;
    }
    labels.erase(0);
    for (const unsigned char label : labels) place(prefix + static_cast<char>(label), base ^ label);
  }

  bool any_taken(std::uint32_t base, const std::set<unsigned char>& labels) const {
    for (const unsigned char label : labels) {
      if (units_.contains(base ^ label)) return true;
    }
    return false;
  }

  std::string written() const {
    const std::uint32_t size = (units_.rbegin()->first | 255) + 1;
    std::string out = number(4 * size);
    for (std::uint32_t i = 0; i < size; ++i) {
      const auto unit = units_.find(i);
      out += number(unit == units_.end() ? kIsValue : unit->second);
    }
    return out + strings_;
  }

  static std::string number(std::uint32_t value) {
    std::string bytes;
    for (int i = 0; i < 4; ++i) bytes += static_cast<char>(value >> 8 * i);
    return bytes;
  }

  std::map<std::string, std::uint32_t> values_;
  std::map<std::uint32_t, std::uint32_t> units_;
  std::set<std::uint32_t> bases_;
  std::string strings_ = std::string(1, '\0');
};

}  // namespace polyglyph::test
