// Packs: many documents laid into bins of one size, so that a batch is full of tokens rather than of padding.
//
//   polyglyph::PackPlan plan = polyglyph::pack(lengths, {.capacity = 131072});
//   plan.report.fill;      // 0.998: how much of the bins is tokens
//   for (std::int64_t i = plan.bin_offsets[b]; i < plan.bin_offsets[b + 1]; ++i)
//     // document plan.document[i] lies in bin b with tokens plan.start[i] .. plan.start[i] + plan.length[i]
//
// A plan is made from lengths alone, needs no tokens and touches no text; materialize.h makes a model's
// inputs of it. The same lengths and options give the same plan on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace polyglyph {

enum class PackStrategy : std::uint8_t {
  best_fit,    // longest first, each into the fullest bin that has room: the fewest bins
  first_fit,   // in order, each into the first bin that has room: documents stay near their neighbours
  sequential,  // in order, each into the last bin, or into a new one
  concat,      // in order, one after the other without a gap: whatever crosses a bin's end is cut there
};

// What becomes of a document that is longer than a bin.
enum class Overlong : std::uint8_t {
  split,     // pieces as long as a bin, and the rest as one more
  truncate,  // its first tokens, as many as fit
  drop,
  error,
};

inline constexpr std::int64_t kMaxPackCapacity = std::int64_t{1} << 24;

struct PackOptions {
  std::int64_t capacity = 131072;  // tokens a bin, 1 to kMaxPackCapacity
  PackStrategy strategy = PackStrategy::best_fit;
  Overlong overlong = Overlong::split;
  std::int64_t max_documents = 0;  // pieces in a bin at most; 0: any number

  // Each piece takes a multiple of this many places, the last of them padding: twice the number of ranks for
  // context parallelism, which deals each sequence out in that many parts.
  std::int64_t pad_each_to = 1;

  // Each bin is filled up to a multiple of this many places: `capacity` for bins of one shape. It has to
  // divide `capacity`, and to be a multiple of pad_each_to.
  std::int64_t pad_total_to = 1;

  // Shuffles the documents before they are laid out, and the bins after.
  std::optional<std::uint64_t> seed{};
};

struct PackReport {
  std::int64_t documents = 0;            // that were given
  std::int64_t empty_documents = 0;      // of no tokens: they lie nowhere
  std::int64_t split_documents = 0;      // that lie in more than one piece
  std::int64_t truncated_documents = 0;  // that lost their end
  std::int64_t dropped_documents = 0;
  std::int64_t tokens = 0;  // that lie in bins
  std::int64_t truncated_tokens = 0;
  std::int64_t dropped_tokens = 0;
  std::int64_t bins = 0;
  std::int64_t lower_bound = 0;  // no plan for these pieces has fewer bins
  double fill = 0;               // tokens by the places of all bins, 0 to 1

  friend bool operator==(const PackReport&, const PackReport&) = default;
};

struct PackPlan {
  std::vector<std::int64_t> bin_offsets;  // bin b holds the pieces bin_offsets[b] .. bin_offsets[b + 1]
  std::vector<std::int64_t> document;     // by piece: its row in the lengths that were given
  std::vector<std::int64_t> start;        // by piece: its first token in the document
  std::vector<std::int64_t> length;       // by piece: how many
  PackOptions options;
  PackReport report;
  bool more_to_come = false;  // of a stream: documents behind those of the report may have been added since
};

// Time n log capacity at most. Throws Error(invalid_argument): a negative length, or options without meaning;
// a document that is too long, under Overlong::error.
PackPlan pack(std::span<const std::int64_t> lengths, const PackOptions& options = {});

// The same for documents that come one by one, in memory for the open bins alone. They are laid out as they
// come, so best_fit is best fit in their order; a bin is closed when it is full, and when there are more than
// `open_bins`, the fullest (best_fit) or the oldest. Documents are numbered from 0 in the order in which they
// are added.
class PackStream {
 public:
  // Throws Error(invalid_argument) as pack does, and for a seed: nothing can be shuffled.
  explicit PackStream(const PackOptions& options = {}, std::size_t open_bins = 1024);
  PackStream(PackStream&&) noexcept;
  PackStream& operator=(PackStream&&) noexcept;
  ~PackStream();

  // Throws Error(invalid_argument) as pack does, and after finish(); nothing has been added then.
  void add(std::int64_t length);

  // Closes all bins. Only take() is of use after it.
  void finish();

  // The bins closed since the last call; its report is of everything so far.
  PackPlan take();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace polyglyph
