// The open bins' pieces are kept by bin; a bin that is closed moves into the plan.
#include <algorithm>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "packing/cutter.h"
#include "packing/open_bins.h"
#include "polyglyph/error.h"
#include "polyglyph/pack.h"

namespace polyglyph {

using packing::Cutter;
using packing::Piece;

class PackStream::State {
 public:
  State(const PackOptions& options, std::size_t open_bins)
      : options_(checked(options, open_bins)),
        cutter_(options_),
        open_(packing::make_open_bins(options_.strategy, cutter_.units_of_bin(), options_.max_documents,
                                      open_bins)) {
    plan_.bin_offsets.push_back(0);
  }

  void add(std::int64_t length) {
    if (finished_) {
      throw Error(ErrorCode::invalid_argument,
                  "pack: the stream is finished and its bins are closed; make another one");
    }
    cutter_.cut(
        documents_, length,
        [&](const Piece& piece) {
          pieces_[open_->place(cutter_.units(piece.length))].push_back(piece);
          for (const std::size_t bin : open_->take_closed()) close(bin);
        },
        [&] { return open_->room() * options_.pad_each_to; });
    ++documents_;
  }

  void finish() {
    finished_ = true;
    std::vector<std::size_t> rest;
    for (const auto& [bin, pieces] : pieces_) rest.push_back(bin);
    std::ranges::sort(rest);
    for (const std::size_t bin : rest) close(bin);
  }

  PackPlan take() {
    plan_.options = options_;
    plan_.more_to_come = !finished_;
    plan_.report = cutter_.report(bins_ + static_cast<std::int64_t>(pieces_.size()));
    PackPlan taken = std::exchange(plan_, {});
    plan_.bin_offsets.push_back(0);
    return taken;
  }

 private:
  static PackOptions checked(const PackOptions& options, std::size_t open_bins) {
    packing::check(options);
    if (open_bins == 0)
      throw Error(ErrorCode::invalid_argument,
                  "pack: open_bins is 0; give how many bins may be open, 1 or more");
    if (options.seed) {
      throw Error(ErrorCode::invalid_argument,
                  "pack: a stream cannot shuffle; leave the seed out, or shuffle the documents before");
    }
    return options;
  }

  void close(std::size_t bin) {
    const auto found = pieces_.find(bin);
    for (const Piece& piece : found->second) {
      plan_.document.push_back(piece.document);
      plan_.start.push_back(piece.start);
      plan_.length.push_back(piece.length);
    }
    plan_.bin_offsets.push_back(static_cast<std::int64_t>(plan_.document.size()));
    pieces_.erase(found);
    ++bins_;
  }

  const PackOptions options_;
  Cutter cutter_;
  std::unique_ptr<packing::OpenBins> open_;
  std::unordered_map<std::size_t, std::vector<Piece>> pieces_;  // of open bins
  PackPlan plan_;
  std::int64_t documents_ = 0, bins_ = 0;
  bool finished_ = false;
};

PackStream::PackStream(const PackOptions& options, std::size_t open_bins)
    : state_(std::make_unique<State>(options, open_bins)) {}
PackStream::PackStream(PackStream&&) noexcept = default;
PackStream& PackStream::operator=(PackStream&&) noexcept = default;
PackStream::~PackStream() = default;

void PackStream::add(std::int64_t length) {
  state_->add(length);
}

void PackStream::finish() {
  state_->finish();
}

PackPlan PackStream::take() {
  return state_->take();
}

}  // namespace polyglyph
