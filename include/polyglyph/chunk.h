// Chunks: a text cut into parts of at most so many tokens, at places where a reader would cut it.
//
//   for (const polyglyph::Chunk& c : polyglyph::chunk(tok, text, {.max_tokens = 512, .overlap = 64}))
//     index(text.substr(c.span.begin, c.span.end - c.span.begin));     // tok.count of it is c.tokens <= 512
//
// Without an overlap the chunks lie one behind the other and put together are the text, white space and all.
// With one, a chunk begins with the end of the chunk before it. Each chunk is counted by itself: the ids of a
// chunk are not always those at its place in the whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "polyglyph/options.h"
#include "polyglyph/tokenizer.h"
#include "polyglyph/types.h"

namespace polyglyph {

// What a chunk is made of. It takes as many of them as fit, and only one that does not fit by itself (behind
// the overlap, if there is one) is cut: first into what is next smaller (the paragraph into sentences, the
// line of code at its blanks), at last between two graphemes.
enum class ChunkBoundary : std::uint8_t {
  sentence,   // sentences of UAX #29, as ICU has them for `locale`; the end of a line ends one
  paragraph,  // lines up to a blank line
  markdown,   // blocks of Markdown: paragraphs, whole lists, fenced code; headings stay with what follows
              // them, and where one lies in the second half of what fits, the chunk ends before the highest
  code,   // lines; where there are some in the second half of what fits, the chunk ends at blank lines, at
          // best in front of a line without indentation
  token,  // as much as fits
};

struct ChunkOptions {
  std::size_t max_tokens = 512;
  std::size_t overlap =
      0;  // tokens, at most, that a chunk repeats of the one before it: whole sentences, lines or words
  ChunkBoundary boundary = ChunkBoundary::sentence;
  std::string
      locale{};  // of the text, for its sentences: "el", "en-US"; "" for what all languages have in common

  // How a chunk will be encoded: what add_special_tokens adds counts.
  EncodeOptions encode{};
  OffsetUnit unit = OffsetUnit::bytes;
};

struct Chunk {
  Span span;               // in the whole text, in options.unit; never empty
  std::size_t tokens = 0;  // of the chunk encoded by itself

  friend bool operator==(const Chunk&, const Chunk&) = default;
};

// `tokens` is at most max_tokens, but for a chunk of a single character that takes more by itself (an emoji
// of a byte a token under a limit of 3). A chunk is no longer than kMaxChunkBytesPerToken bytes for each of
// max_tokens: text that has no tokens (a Wordpiece vocabulary gives any long word one) is cut there.
//
// Throws Error(invalid_argument): a limit of 0, or one that the added special tokens alone exceed; an overlap
// as large as what is left; a locale that is none; a tokenizer that truncates by itself
// (LoadOptions::apply_file_settings).
std::vector<Chunk> chunk(const Tokenizer& tokenizer, std::string_view text, const ChunkOptions& options = {});

inline constexpr std::size_t kMaxChunkBytesPerToken = 1024;

// The same for text that comes in parts cut anywhere, in memory for about two chunks. One thread at a time;
// movable.
class ChunkStream {
 public:
  // Called for each chunk in order, with its text, which is good for this call alone.
  using Take = std::function<void(const Chunk& chunk, std::string_view text)>;

  // Throws as chunk does.
  explicit ChunkStream(const Tokenizer& tokenizer, const ChunkOptions& options = {});
  ChunkStream(ChunkStream&&) noexcept;
  ChunkStream& operator=(ChunkStream&&) noexcept;
  ~ChunkStream();

  // What `take` or SpecialTokens::reject throws ends the stream: it takes nothing more, and throws
  // Error(invalid_argument).
  void feed(std::string_view part, const Take& take);

  // The rest; the stream is then ready for another text.
  void finish(const Take& take);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace polyglyph
