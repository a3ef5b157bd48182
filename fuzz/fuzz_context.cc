// Any bytes cut to budgets, into chunks, and chosen for a context. The first bytes choose how; what follows
// is the text.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/target.h"
#include "polyglyph/budget.h"
#include "polyglyph/chunk.h"
#include "polyglyph/context.h"
#include "polyglyph/text.h"

namespace {

using namespace polyglyph;
using fuzz::require;

void check_budgets(const Tokenizer& tokenizer, std::string_view text, std::size_t limit) {
  for (const Side side : {Side::right, Side::left}) {
    for (const Whole whole : {Whole::grapheme, Whole::character, Whole::byte}) {
      const Span kept = truncate(tokenizer, text, limit, {side, whole, {}});
      require(side == Side::right ? kept.begin == 0 : kept.end == text.size(), "an end is cut off");
      const std::string_view left = text.substr(kept.begin, kept.end - kept.begin);
      require(tokenizer.fits(left, limit), "what is left fits");
      if (whole != Whole::byte && is_utf8(text)) require(is_utf8(left), "no character is cut");
      if (tokenizer.fits(text, limit)) require(left.size() == text.size(), "what fits is not cut");
    }
  }
  HeadTailOptions options;
  options.marker = "…";
  const HeadTail cut = head_tail(tokenizer, text, limit + 3, options);
  std::string joined(text.substr(0, cut.head_end));
  if (cut.head_end < cut.tail_begin) joined += options.marker;
  joined += text.substr(cut.tail_begin);
  require(tokenizer.fits(joined, limit + 3), "head and tail fit");
}

void check_chunks(const Tokenizer& tokenizer, std::string_view text, const ChunkOptions& options,
                  std::size_t cut) {
  const std::vector<Chunk> chunks = chunk(tokenizer, text, options);
  std::size_t reached = 0;
  for (const Chunk& c : chunks) {
    const std::string_view own = text.substr(c.span.begin, c.span.end - c.span.begin);
    require(c.tokens == tokenizer.count(own), "a chunk is counted by itself");
    require(c.tokens <= options.max_tokens || count_characters(own) == 1, "a chunk fits");
    require(c.span.begin <= reached && reached < c.span.end, "nothing is lost");
    if (c.span.begin < reached) {
      require(tokenizer.fits(text.substr(c.span.begin, reached - c.span.begin), options.overlap),
              "no more is repeated than was asked for");
    }
    reached = c.span.end;
  }
  require(reached == text.size(), "all of the text is in chunks");

  std::vector<Chunk> streamed;
  ChunkStream stream(tokenizer, options);
  const auto take = [&](const Chunk& c, std::string_view own) {
    require(own == text.substr(c.span.begin, c.span.end - c.span.begin), "a stream's chunk has its text");
    streamed.push_back(c);
  };
  stream.feed(text.substr(0, std::min(cut, text.size())), take);
  stream.feed(text.substr(std::min(cut, text.size())), take);
  stream.finish(take);
  require(streamed == chunks, "a stream gives the chunks of the whole");
}

void check_context(const Tokenizer& tokenizer, std::string_view text, std::size_t cut, std::size_t room) {
  const std::size_t first = std::min(cut, text.size()), second = std::min(2 * cut, text.size());
  const std::string_view chunks[] = {text.substr(0, first), text.substr(second), text};
  const std::string_view query = text.substr(first, second - first);
  ContextOptions options;
  options.separator = cut % 2 == 0 ? "" : "\n\n";
  options.limit = tokenizer.count(query) + 1 + room;
  const Context context = fit_context(tokenizer, "", chunks, query, options);
  require(context.ids.size() <= options.limit, "a context fits");
  std::vector<TokenId> ids;
  for (const ContextPart& part : context.parts) {
    const std::vector<TokenId> own = tokenizer.encode(part.text);
    require(own.size() == part.tokens, "a part's tokens are counted");
    ids.insert(ids.end(), own.begin(), own.end());
  }
  require(ids == context.ids, "the parts give the ids");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Tokenizer tokenizers[] = {Tokenizer::builtin("qwen3"), Tokenizer::builtin("o200k")};
  if (size < 3) return 0;
  const Tokenizer& tokenizer = tokenizers[data[0] % 2];
  const std::string_view text(reinterpret_cast<const char*>(data) + 3, size - 3);
  ChunkOptions options;
  options.boundary = static_cast<ChunkBoundary>(data[0] / 2 % 5);
  options.max_tokens = std::size_t{1} + data[1];
  options.overlap = data[0] % 3 == 0 ? 0 : data[1] / 4;
  check_budgets(tokenizer, text, options.max_tokens);
  check_chunks(tokenizer, text, options, std::size_t{data[2]} * 5);
  check_context(tokenizer, text, data[2], data[1]);
  return 0;
}
