// Printing a trace: how a text becomes ids, for inspect --text.
#pragma once

#include <string_view>

#include "cli/output.h"
#include "polyglyph/tokenizer.h"

namespace polyglyph::cli {

void print_trace(Output& out, const Tokenizer& tokenizer, std::string_view text, const Trace& trace);
void print_trace_json(Output& out, const Tokenizer& tokenizer, const Trace& trace);

}  // namespace polyglyph::cli
