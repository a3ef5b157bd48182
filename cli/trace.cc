// Each section of the text is a block: what it was, what normalizing makes of it, and a line a piece with the
// tokens that the model makes of it.
#include "cli/trace.h"

#include <algorithm>
#include <string>
#include <vector>

#include "cli/display.h"
#include "cli/json_text.h"

namespace polyglyph::cli {

namespace {

std::string in_quotes(std::string_view text) {
  return "\"" + printable(text) + "\"";
}

std::string tokens_in_words(const Vocab& vocab, const std::vector<TokenId>& ids) {
  std::string out;
  for (const TokenId id : ids) {
    out += (out.empty() ? "" : "  ") + in_quotes(vocab.token_name(id)) + " " + std::to_string(id);
  }
  return out.empty() ? "no token" : out;
}

void print_pieces(Output& out, const Vocab& vocab, const std::vector<Trace::Piece>& pieces) {
  constexpr std::size_t kWidest = 40;  // longer pieces do not push the others to the right
  std::size_t widest = 0;
  for (const Trace::Piece& piece : pieces) {
    const std::size_t width = display_width(in_quotes(piece.bytes));
    if (width <= kWidest) widest = std::max(widest, width);
  }
  for (const Trace::Piece& piece : pieces) {
    const std::string shown = in_quotes(piece.bytes);
    const std::size_t width = display_width(shown);
    out.print("  {}{}  {}{}\n", shown, std::string(widest > width ? widest - width : 0, ' '),
              piece.added_token ? "added token " : "", tokens_in_words(vocab, piece.ids));
  }
}

void print_ids(Output& out, const std::vector<TokenId>& ids) {
  for (std::size_t i = 0; i < ids.size(); ++i) out.print("{}{}", i == 0 ? "" : ", ", ids[i]);
}

}  // namespace

void print_trace(Output& out, const Tokenizer& tokenizer, std::string_view text, const Trace& trace) {
  const Vocab& vocab = tokenizer.vocab();
  for (const Trace::Section& section : trace.sections) {
    const std::string_view part = text.substr(section.span.begin, section.span.end - section.span.begin);
    if (section.added_token) {
      out.print("added token  {}  {}\n", in_quotes(part), tokens_in_words(vocab, section.pieces[0].ids));
      continue;
    }
    out.print("text         {}\n", in_quotes(part));
    if (section.normalized != part) out.print("normalized   {}\n", in_quotes(section.normalized));
    print_pieces(out, vocab, section.pieces);
  }
  const std::size_t count = trace.encoding.ids.size();
  out.print("{} token{}{}", count, count == 1 ? "" : "s", count == 0 ? "" : ": ");
  print_ids(out, trace.encoding.ids);
  out.write("\n");
}

void print_trace_json(Output& out, const Tokenizer& tokenizer, const Trace& trace) {
  const Vocab& vocab = tokenizer.vocab();
  out.write("{\n  \"sections\": [");
  for (const Trace::Section& section : trace.sections) {
    out.print("{}\n    {{\"begin\": {}, \"end\": {}, \"added_token\": {}, {}, \"pieces\": [",
              &section == trace.sections.data() ? "" : ",", section.span.begin, section.span.end,
              section.added_token, json_member("normalized", section.normalized));
    for (const Trace::Piece& piece : section.pieces) {
      out.print("{}\n      {{{}, \"begin\": {}, \"end\": {}, \"added_token\": {}, \"tokens\": [",
                &piece == section.pieces.data() ? "" : ",", json_member("text", piece.bytes),
                piece.span.begin, piece.span.end, piece.added_token);
      for (std::size_t i = 0; i < piece.ids.size(); ++i) {
        out.print("{}{{\"id\": {}, {}}}", i == 0 ? "" : ", ", piece.ids[i],
                  json_member("name", vocab.token_name(piece.ids[i])));
      }
      out.write("]}");
    }
    out.write("]}");
  }
  out.write("],\n  \"ids\": [");
  print_ids(out, trace.encoding.ids);
  out.write("]\n}\n");
}

}  // namespace polyglyph::cli
