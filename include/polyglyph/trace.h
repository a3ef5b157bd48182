// Trace: how one text becomes ids, stage by stage. For people who ask why.
//
//   polyglyph::Trace trace = tokenizer.trace("héllo <|im_end|>");
//   for (const auto& section : trace.sections)         // added tokens and the text between them
//     for (const auto& piece : section.pieces) ...     // what the splitter makes of the normalized text
//
// It follows the same walk as encode_with_offsets, and costs about as much. Truncation and padding, which
// come last of all, are left out.
#pragma once

#include <string>
#include <vector>

#include "polyglyph/types.h"

namespace polyglyph {

struct Trace {
  struct Piece {
    std::string bytes;         // what the model is given
    Span span;                 // the bytes of the caller's text that it was made from
    std::vector<TokenId> ids;  // what the model makes of it
    bool added_token = false;  // no piece but an added token, found in the normalized text
  };

  // An added token that the text spells, or the text between two of them.
  struct Section {
    Span span;               // of the caller's text
    std::string normalized;  // of an added token: its content
    std::vector<Piece> pieces;
    bool added_token = false;  // then the only piece is the token
  };

  Encoding encoding;  // as encode_with_offsets gives it, neither truncated nor padded
  std::vector<Section> sections;
};

}  // namespace polyglyph
