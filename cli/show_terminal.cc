// Tiles side by side, broken into lines like words. A tile is as wide as the wider of its token and its id,
// so that the id below begins where the token begins.

#include <algorithm>

#include "cli/display.h"
#include "cli/show.h"
#include "cli/terminal.h"

namespace polyglyph::cli {

namespace {

// Black on pastels of the 256-color cube: both colors are set, so it reads the same on dark and on light
// terminals.
constexpr const char* kTiles[] = {"38;5;16;48;5;153", "38;5;16;48;5;157", "38;5;16;48;5;223",
                                  "38;5;16;48;5;218", "38;5;16;48;5;183", "38;5;16;48;5;229"};
constexpr const char* kControlTile = "1;38;5;231;48;5;88";

struct Tile {
  std::string token, id;
  std::size_t token_width = 0;
  const char* style = "";
  bool ends_line = false;

  std::size_t width() const { return std::max(token_width, id.size()); }
};

Tile make_tile(const ShownToken& token, std::size_t number) {
  Tile tile;
  for (const VisiblePart& part : visible_parts(token.bytes)) {
    bool marked = part.kind == VisiblePart::Kind::bytes || part.kind == VisiblePart::Kind::code;
    tile.token += marked ? "‹" + part.shown + "›" : part.shown;
  }
  tile.token_width = display_width(tile.token);
  tile.id = std::to_string(token.id);
  tile.style = token.control ? kControlTile : kTiles[number % std::size(kTiles)];
  tile.ends_line = token.bytes.find('\n') != std::string_view::npos;
  return tile;
}

void print_line(Output& out, const std::vector<Tile>& tiles, bool color) {
  const char* gap = color ? " " : "│";
  std::string tokens, ids;
  for (const Tile& tile : tiles) {
    bool last = &tile == &tiles.back();
    std::string token_padding(tile.width() - tile.token_width, ' ');
    std::string id_padding(tile.width() - tile.id.size(), ' ');
    tokens += styled(tile.token + token_padding, tile.style, color) + (last ? "" : gap);
    ids += styled(tile.id, "2", color) + (last ? "" : id_padding + gap);
  }
  out.print("{}\n{}\n", tokens, ids);
}

}  // namespace

void show_in_terminal(Output& out, const std::vector<ShownText>& texts, std::size_t width, bool color) {
  for (const ShownText& text : texts) {
    if (&text != &texts.front()) out.write("\n");
    out.print("{} {}\n", styled(printable(text.tokenizer), "1", color), styled(summary(text), "2", color));
    std::vector<Tile> line;
    std::size_t used = 0;
    auto finish_line = [&] {
      if (!line.empty()) print_line(out, line, color);
      line.clear();
      used = 0;
    };
    for (std::size_t i = 0; i < text.tokens.size(); ++i) {
      Tile tile = make_tile(text.tokens[i], i);
      if (used + tile.width() > width) finish_line();
      used += tile.width() + 1;
      bool ends_line = tile.ends_line;
      line.push_back(std::move(tile));
      if (ends_line) finish_line();
    }
    finish_line();
  }
}

}  // namespace polyglyph::cli
