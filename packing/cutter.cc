#include "packing/cutter.h"

#include <fmt/format.h>

#include "polyglyph/error.h"

namespace polyglyph::packing {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::invalid_argument, "pack: " + what);
}

}  // namespace

void check(const PackOptions& options) {
  const std::int64_t capacity = options.capacity;
  if (capacity < 1 || capacity > kMaxPackCapacity)
    refuse(fmt::format("capacity is {} tokens; give 1 to {}", capacity, kMaxPackCapacity));
  if (options.max_documents < 0)
    refuse(
        fmt::format("max_documents is {}; give a number of documents, or 0 for any", options.max_documents));
  if (options.pad_each_to < 1 || options.pad_each_to > capacity)
    refuse(fmt::format("pad_each_to is {}; give 1 to the capacity, {}", options.pad_each_to, capacity));
  if (options.pad_total_to < 1 || capacity % options.pad_total_to != 0) {
    refuse(fmt::format("pad_total_to is {}; give a number that the capacity, {}, is a multiple of",
                       options.pad_total_to, capacity));
  }
  if (options.pad_total_to > 1 && options.pad_total_to % options.pad_each_to != 0) {
    refuse(
        fmt::format("pad_total_to is {}; give a multiple of pad_each_to, {}, since what fills a bin up is a "
                    "sequence, too",
                    options.pad_total_to, options.pad_each_to));
  }
}

Cutter::Cutter(const PackOptions& options)
    : options_(options), most_(tokens_of_bin(options)), bound_(units_of_bin()) {}

// How many of the document's tokens are laid out.
std::int64_t Cutter::keep(std::int64_t document, std::int64_t length) {
  if (length < 0)
    refuse(fmt::format("document {} has the length {}; lengths are 0 or more", document, length));
  const bool overlong = length > most_;
  if (overlong && options_.overlong == Overlong::error) {
    refuse(
        fmt::format("document {} has {} tokens, and a bin takes {}; give a larger capacity, or another way "
                    "to treat what is overlong (split, truncate, drop)",
                    document, length, most_));
  }
  ++report_.documents;
  report_.empty_documents += length == 0;
  std::int64_t kept = length;
  if (overlong && options_.overlong == Overlong::truncate) {
    kept = most_;
    ++report_.truncated_documents;
    report_.truncated_tokens += length - kept;
  } else if (overlong && options_.overlong == Overlong::drop) {
    kept = 0;
    ++report_.dropped_documents;
    report_.dropped_tokens += length;
  }
  report_.tokens += kept;
  return kept;
}

PackReport Cutter::report(std::int64_t bins) const {
  PackReport report = report_;
  report.bins = bins;
  report.lower_bound = bound_.bins(options_.max_documents, options_.strategy == PackStrategy::concat);
  if (bins > 0) {
    report.fill = static_cast<double>(report.tokens) /
                  (static_cast<double>(bins) * static_cast<double>(options_.capacity));
  }
  return report;
}

}  // namespace polyglyph::packing
