// A progress bar on standard error, for work that takes longer than a second.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace polyglyph::cli {

class Progress {
 public:
  // `total` bytes; 0 where nobody knows. Draws nothing unless standard error is a terminal.
  explicit Progress(std::uint64_t total);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }

  // `note` stands behind the rest.
  void update(std::uint64_t done, std::string_view note = {});

  void clear();  // wipes the bar away

 private:
  using Clock = std::chrono::steady_clock;

  std::uint64_t total_;
  bool enabled_;
  bool drawn_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_{};
};

}  // namespace polyglyph::cli
