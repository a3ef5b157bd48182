// EncodeStream: text in chunks cut anywhere, ids of the whole out.
//
//   auto stream = tokenizer.encode_stream();
//   while (read(chunk)) stream.feed(chunk, ids);   // appends the ids that no later text can change
//   stream.finish(ids);                            // appends the rest
//
// The ids are those of encode() on the chunks put together, whether a chunk ends inside a character, a word,
// a control token or a run of combining marks. What is held back is at most what is undecided: about the
// longest piece of the text (docs/memory.md has figures). One thread at a time; movable, not copyable.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "polyglyph/types.h"

namespace polyglyph {

namespace tokenizer {
class StreamState;
}

class EncodeStream {
 public:
  // Appends the settled ids to `ids`. Under SpecialTokens::reject, throws Error(control_token) with the place
  // counted from the start of the stream; the stream is then spent.
  void feed(std::string_view chunk, std::vector<TokenId>& ids);

  // Appends the rest and makes the stream ready for another text.
  void finish(std::vector<TokenId>& ids);

  // The same without building ids: the number of tokens settled by this call.
  std::size_t feed_count(std::string_view chunk);
  std::size_t finish_count();

  // Bytes held back now.
  std::size_t pending() const noexcept;

  EncodeStream(EncodeStream&&) noexcept;
  EncodeStream& operator=(EncodeStream&&) noexcept;
  ~EncodeStream();
  explicit EncodeStream(std::unique_ptr<tokenizer::StreamState> state);  // used by Tokenizer

 private:
  std::unique_ptr<tokenizer::StreamState> state_;
};

}  // namespace polyglyph
