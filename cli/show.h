// A text as its tokens, drawn by show_terminal.cc or show_html.cc.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output.h"
#include "polyglyph/types.h"

namespace polyglyph::cli {

struct ShownToken {
  TokenId id = 0;
  std::string_view bytes;  // what decoding it gives; lives as long as the tokenizer
  bool control = false;
};

struct ShownText {
  std::string tokenizer;
  std::vector<ShownToken> tokens;
  std::size_t bytes = 0;  // of the text
  std::size_t characters = 0;
};

// Two lines for each line of tokens: the tokens as colored tiles, their ids below. Without color, bars
// separate them.
void show_in_terminal(Output& out, const std::vector<ShownText>& texts, std::size_t width, bool color);

// One page that needs nothing else: no script, no network.
void show_as_html(Output& out, const std::vector<ShownText>& texts);

// "12 tokens · 30 bytes · 28 characters · 2.33 characters per token"
std::string summary(const ShownText& text);

}  // namespace polyglyph::cli
