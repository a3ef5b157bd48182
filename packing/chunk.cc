// Chunks of a whole text, and of one that comes in parts: the same chunker, shown all that is known from the
// next chunk on.
//
// Chunks are encoded one by one, so none of them could say where in the whole text a control token lies that
// is not welcome. Under SpecialTokens::reject the text therefore also goes through a stream of tokens, which
// can; once it has passed there, it can be chunked as text.
#include "polyglyph/chunk.h"

#include <optional>

#include "packing/chunker.h"
#include "polyglyph/error.h"
#include "unicode/utf8.h"

namespace polyglyph {
namespace {

using packing::Chunker;

std::size_t units(std::string_view text, OffsetUnit unit) {
  if (unit == OffsetUnit::bytes) return text.size();
  std::size_t count = unicode::count_characters(text);
  if (unit == OffsetUnit::utf16) {
    const char* end = text.data() + text.size();
    for (const char* p = text.data(); p < end;) {
      const unicode::Decoded c = unicode::decode(p, end);
      count += c.code_point > 0xFFFF;
      p += c.size;
    }
  }
  return count;
}

ChunkOptions looked_through(ChunkOptions options) {
  if (options.encode.special_tokens == SpecialTokens::reject)
    options.encode.special_tokens = SpecialTokens::text;
  return options;
}

// Where chunks lie, in the unit asked for.
class Places {
 public:
  explicit Places(OffsetUnit unit) : unit_(unit) {}

  // `text` begins with the chunk.
  Chunk chunk(std::string_view text, const Chunker::Found& found) {
    const Chunk chunk{{begin_, begin_ + units(text.substr(0, found.size), unit_)}, found.tokens};
    begin_ = found.step == found.size ? chunk.span.end : begin_ + units(text.substr(0, found.step), unit_);
    return chunk;
  }

  void reset() { begin_ = 0; }

 private:
  OffsetUnit unit_;
  std::size_t begin_ = 0;
};

// A long part is taken in slices, so that little of it is in memory twice.
constexpr std::size_t kSlice = std::size_t{1} << 18;

}  // namespace

std::vector<Chunk> chunk(const Tokenizer& tokenizer, std::string_view text, const ChunkOptions& options) {
  Chunker chunker(tokenizer, looked_through(options));
  if (options.encode.special_tokens == SpecialTokens::reject) tokenizer.count(text, options.encode);
  Places places(options.unit);
  std::vector<Chunk> chunks;
  while (!text.empty()) {
    const Chunker::Found found = *chunker.next(text, true);
    const Chunk chunk = places.chunk(text, found);
    if (found.size > 0) chunks.push_back(chunk);
    if (found.size == text.size()) break;
    text.remove_prefix(found.step);
  }
  return chunks;
}

class ChunkStream::State {
 public:
  State(const Tokenizer& tokenizer, const ChunkOptions& options)
      : chunker_(tokenizer, looked_through(options)), places_(options.unit) {
    if (options.encode.special_tokens == SpecialTokens::reject)
      guard_.emplace(tokenizer.encode_stream(options.encode));
  }

  void feed(std::string_view part, const Take& take) {
    expect_sound();
    sound_ = false;  // until nothing was thrown
    while (!part.empty()) {
      const std::string_view slice = part.substr(0, kSlice);
      part.remove_prefix(slice.size());
      if (guard_) guard_->feed_count(slice);
      text_ += slice;
      while (text_.size() - begin_ >= chunker_.wanted() && step(false, take)) {
      }
      if (begin_ > text_.size() / 2) {
        text_.erase(0, begin_);
        begin_ = 0;
      }
    }
    sound_ = true;
  }

  void finish(const Take& take) {
    expect_sound();
    sound_ = false;
    if (guard_) guard_->finish_count();
    while (begin_ < text_.size()) step(true, take);
    text_.clear();
    begin_ = 0;
    chunker_.reset();
    places_.reset();
    sound_ = true;
  }

 private:
  void expect_sound() const {
    if (!sound_)
      throw Error(ErrorCode::invalid_argument, "an error has ended this stream of chunks; make another one");
  }

  bool step(bool final, const Take& take) {
    const std::string_view text = std::string_view(text_).substr(begin_);
    const auto found = chunker_.next(text, final);
    if (!found) return false;
    const Chunk chunk = places_.chunk(text, *found);
    begin_ = final && found->size == text.size() ? text_.size() : begin_ + found->step;
    if (found->size > 0) take(chunk, text.substr(0, found->size));
    return true;
  }

  Chunker chunker_;
  Places places_;
  std::optional<EncodeStream> guard_;
  std::string text_;
  std::size_t begin_ = 0;
  bool sound_ = true;
};

ChunkStream::ChunkStream(const Tokenizer& tokenizer, const ChunkOptions& options)
    : state_(std::make_unique<State>(tokenizer, options)) {}
ChunkStream::ChunkStream(ChunkStream&&) noexcept = default;
ChunkStream& ChunkStream::operator=(ChunkStream&&) noexcept = default;
ChunkStream::~ChunkStream() = default;

void ChunkStream::feed(std::string_view part, const Take& take) {
  state_->feed(part, take);
}
void ChunkStream::finish(const Take& take) {
  state_->finish(take);
}

}  // namespace polyglyph
