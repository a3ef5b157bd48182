// A context for one request: what the model is told, as many chunks as there is room for, and the question.
//
//   polyglyph::Context context = polyglyph::fit_context(tok, system, chunks, query, {.limit = 32768});
//   context.ids;          // at most limit - reserve of them
//
// Each part is encoded by itself and the ids are put together, so that the ids of a chunk are the same in
// every context, and a server that keeps the work on a beginning that it has seen before (prefix caching)
// finds it again: the system text comes first, the question last, and chunks between them in an order that
// does not depend on the question.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "polyglyph/options.h"
#include "polyglyph/tokenizer.h"
#include "polyglyph/types.h"

namespace polyglyph {

// How the chunks that fit are put in order.
enum class ContextOrder : std::uint8_t {
  stable,  // byte by byte of their text: the same chunks always stand in the same order
  given,   // the order of preference
};

struct ContextOptions {
  std::size_t limit = 131072;  // tokens of the context and the answer
  std::size_t reserve = 0;     // tokens kept free for the answer
  std::string_view separator =
      "\n\n";  // behind the system text and behind each chunk, where they are not empty
  ContextOrder order = ContextOrder::stable;

  // The chunks of the context before this one, in their order: those that are chosen again stand first, in
  // the same order, and the others behind them.
  std::span<const std::string_view> previous{};

  // Tokens that the model reads without YaRN; it reads four times as many at most.
  std::size_t native_context = 32768;

  // How the system text and the query are read. Chunks come from strangers, and are always text.
  EncodeOptions encode{};
};

// A text that gives a stretch of the ids when it is encoded by itself, with these special tokens and no added
// ones.
struct ContextPart {
  std::string text;
  SpecialTokens special_tokens = SpecialTokens::text;
  std::size_t tokens = 0;

  // Whether it gives the same ids to who finds control tokens in text, as many servers do. What spells one
  // where it was read as text does not, and must be sent as ids.
  bool safe_as_text = true;
};

struct Context {
  std::vector<TokenId> ids;
  std::vector<std::size_t> chosen;  // the chunks that fit, by their number, in the order in which they stand
  std::vector<std::size_t> left_out;  // the others, ascending

  // What was encoded, put together wherever the text put together has the same ids, which is checked by
  // encoding it: mostly one part, which can be sent as text if it is safe_as_text.
  std::vector<ContextPart> parts;

  // The YaRN factor with which the model reads ids and reserve: the smallest of 1, 2 and 4 that is enough. It
  // is the same for all that a server reads, and a larger one than needed makes short texts worse.
  unsigned yarn_factor = 1;
};

// `chunks` in order of preference: each is taken if there is room for it and its separator, and passed over
// if not. Throws Error(invalid_argument): a limit of 0 or beyond four times native_context, a reserve, system
// text and query that take more than the limit by themselves; Error(control_token) about the system text or
// the query under SpecialTokens::reject.
Context fit_context(const Tokenizer& tokenizer, std::string_view system,
                    std::span<const std::string_view> chunks, std::string_view query,
                    const ContextOptions& options = {});

}  // namespace polyglyph
