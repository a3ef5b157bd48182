// Best fit asks for the smallest room that is large enough. There are as many different rooms as a bin has
// places, so bins stand on one stack for each, and a set of the rooms whose stack is not empty, 64 to a word
// and words of words above, gives the next larger one in as many steps as it has levels: three up to 2^18.
//
// First fit asks for the first bin with room. A tree of the largest rooms of ranges of bins, in the order of
// opening, gives it on one way down. Bins that are closed are swept out when the tree is full, so that it
// stays as large as there are open bins.
#include "packing/open_bins.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

namespace polyglyph::packing {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

// Numbers below a bound.
class NumberSet {
 public:
  explicit NumberSet(std::size_t bound) {
    for (std::size_t size = bound; levels_.empty() || size > 1;) {
      size = size / 64 + 1;
      levels_.emplace_back(size, 0);
    }
  }

  void insert(std::size_t number) {
    for (auto& level : levels_) {
      std::uint64_t& word = level[number / 64];
      const bool known = word != 0;
      word |= bit(number);
      if (known) return;
      number /= 64;
    }
  }

  void erase(std::size_t number) {
    for (auto& level : levels_) {
      std::uint64_t& word = level[number / 64];
      word &= ~bit(number);
      if (word != 0) return;
      number /= 64;
    }
  }

  // The smallest that is not below `number`; kEnd if there is none.
  static constexpr std::size_t kEnd = std::numeric_limits<std::size_t>::max();
  std::size_t next(std::size_t number) const {
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      if (number / 64 < levels_[i].size()) {
        const std::uint64_t word = levels_[i][number / 64] & (~std::uint64_t{0} << number % 64);
        if (word != 0) return first_below(i, number / 64 * 64 + std::countr_zero(word));
      }
      number = number / 64 + 1;
    }
    return kEnd;
  }

 private:
  static std::uint64_t bit(std::size_t number) { return std::uint64_t{1} << number % 64; }

  std::size_t first_below(std::size_t level, std::size_t number) const {
    while (level-- > 0) number = number * 64 + std::countr_zero(levels_[level][number]);
    return number;
  }

  std::vector<std::vector<std::uint64_t>> levels_;  // a bit of one says whether a word of the one before is 0
};

// What bins share: how many pieces they may hold.
class Counted {
 public:
  explicit Counted(std::int64_t most) : most_(most) {}
  bool is_full(std::int64_t pieces) const { return most_ != 0 && pieces >= most_; }

 private:
  std::int64_t most_;
};

class LastBin final : public OpenBins {
 public:
  LastBin(std::int64_t capacity, Counted counted) : capacity_(capacity), counted_(counted) {}

  std::size_t place(std::int64_t size) override {
    if (size > room_) {
      if (room_ > 0) closed_.push_back(bins_ - 1);
      ++bins_;
      room_ = capacity_;
      pieces_ = 0;
    }
    room_ -= size;
    if (counted_.is_full(++pieces_)) room_ = 0;
    if (room_ == 0) closed_.push_back(bins_ - 1);
    return bins_ - 1;
  }

  std::int64_t room() const override { return room_; }

 private:
  std::int64_t capacity_;
  Counted counted_;
  std::size_t bins_ = 0;
  std::int64_t room_ = 0, pieces_ = 0;
};

class FullestBin final : public OpenBins {
 public:
  FullestBin(std::int64_t capacity, Counted counted, std::size_t most_open)
      : capacity_(static_cast<std::size_t>(capacity)),
        counted_(counted),
        most_open_(most_open),
        rooms_(capacity_ + 1),
        tops_(capacity_ + 1, kNone) {}

  std::size_t place(std::int64_t wanted) override {
    const auto size = static_cast<std::size_t>(wanted);
    std::size_t room = rooms_.next(size);
    const std::uint32_t slot = room == NumberSet::kEnd ? open() : pop(room);
    if (room == NumberSet::kEnd) room = capacity_;
    Bin& bin = bins_[slot];
    const std::size_t number = bin.number;
    room -= size;
    if (counted_.is_full(++bin.pieces)) room = 0;
    if (room == 0) {
      close(slot);
    } else {
      push(slot, room);
    }
    return number;
  }

 private:
  struct Bin {
    std::size_t number;
    std::int64_t pieces;
    std::uint32_t below;  // on its stack, or on that of the slots that are free
  };

  std::uint32_t open() {
    if (open_ == most_open_) close(pop(rooms_.next(0)));
    ++open_;
    if (free_ == kNone) {
      free_ = static_cast<std::uint32_t>(bins_.size());
      bins_.push_back({0, 0, kNone});
    }
    const std::uint32_t slot = std::exchange(free_, bins_[free_].below);
    bins_[slot] = {opened_++, 0, kNone};
    return slot;
  }

  void close(std::uint32_t slot) {
    closed_.push_back(bins_[slot].number);
    bins_[slot].below = std::exchange(free_, slot);
    --open_;
  }

  void push(std::uint32_t slot, std::size_t room) {
    if (tops_[room] == kNone) rooms_.insert(room);
    bins_[slot].below = std::exchange(tops_[room], slot);
  }

  std::uint32_t pop(std::size_t room) {
    const std::uint32_t slot = tops_[room];
    tops_[room] = bins_[slot].below;
    if (tops_[room] == kNone) rooms_.erase(room);
    return slot;
  }

  std::size_t capacity_;
  Counted counted_;
  std::size_t most_open_;
  NumberSet rooms_;
  std::vector<std::uint32_t> tops_;  // by room: a slot
  std::vector<Bin> bins_;            // by slot
  std::uint32_t free_ = kNone;
  std::size_t open_ = 0, opened_ = 0;
};

class FirstBin final : public OpenBins {
 public:
  FirstBin(std::int64_t capacity, Counted counted, std::size_t most_open)
      : capacity_(capacity), counted_(counted), most_open_(most_open) {
    resize(64);
  }

  std::size_t place(std::int64_t size) override {
    const std::size_t slot = tree_[1] >= size ? first_with(size) : open();
    Bin& bin = bins_[slot];
    const std::int64_t left = tree_[leaves_ + slot] - size;
    set_room(slot, counted_.is_full(++bin.pieces) ? 0 : left);
    if (tree_[leaves_ + slot] == 0) close(slot);
    return bin.number;
  }

 private:
  struct Bin {
    std::size_t number;
    std::int64_t pieces;
  };

  std::size_t open() {
    if (open_ == most_open_) {
      const std::size_t oldest = first_with(1);
      set_room(oldest, 0);
      close(oldest);
    }
    if (bins_.size() == leaves_) sweep();
    bins_.push_back({opened_++, 0});
    set_room(bins_.size() - 1, capacity_);
    ++open_;
    return bins_.size() - 1;
  }

  void close(std::size_t slot) {
    closed_.push_back(bins_[slot].number);
    --open_;
  }

  // The slots of open bins alone, in order, and at least as many free ones.
  void sweep() {
    std::vector<std::int64_t> rooms;
    std::size_t kept = 0;
    for (std::size_t slot = 0; slot < bins_.size(); ++slot) {
      if (tree_[leaves_ + slot] == 0) continue;
      rooms.push_back(tree_[leaves_ + slot]);
      bins_[kept++] = bins_[slot];
    }
    bins_.resize(kept);
    resize(std::bit_ceil(2 * std::max<std::size_t>(kept, 32)));
    std::ranges::copy(rooms, tree_.begin() + static_cast<std::ptrdiff_t>(leaves_));
    for (std::size_t i = leaves_; --i > 0;) tree_[i] = std::max(tree_[2 * i], tree_[2 * i + 1]);
  }

  void resize(std::size_t leaves) {
    leaves_ = leaves;
    tree_.assign(2 * leaves, 0);
  }

  std::size_t first_with(std::int64_t size) const {
    std::size_t i = 1;
    while (i < leaves_) i = 2 * i + (tree_[2 * i] < size);
    return i - leaves_;
  }

  void set_room(std::size_t slot, std::int64_t room) {
    std::size_t i = leaves_ + slot;
    tree_[i] = room;
    while (i /= 2) tree_[i] = std::max(tree_[2 * i], tree_[2 * i + 1]);
  }

  std::int64_t capacity_;
  Counted counted_;
  std::size_t most_open_;
  std::size_t leaves_ = 0;
  std::vector<std::int64_t>
      tree_;               // the largest room below a node; node 1 is the root, leaves_ the first leaf
  std::vector<Bin> bins_;  // by slot
  std::size_t open_ = 0, opened_ = 0;
};

}  // namespace

std::unique_ptr<OpenBins> make_open_bins(PackStrategy strategy, std::int64_t capacity,
                                         std::int64_t max_pieces, std::size_t most_open) {
  const Counted counted(max_pieces);
  switch (strategy) {
    case PackStrategy::best_fit:
      return std::make_unique<FullestBin>(capacity, counted, most_open);
    case PackStrategy::first_fit:
      return std::make_unique<FirstBin>(capacity, counted, most_open);
    case PackStrategy::sequential:
    case PackStrategy::concat:
      break;
  }
  return std::make_unique<LastBin>(capacity, counted);
}

}  // namespace polyglyph::packing
