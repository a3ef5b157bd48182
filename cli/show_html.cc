// A page without a script: a style sheet colors the tokens in turn, a checkbox decides whether ids stand
// beside them, and the token under the pointer writes its id and bytes into a bar at the bottom, which is its
// own ::before, fixed to the window. So one element a token is all there is, and long texts stay quick.

#include "cli/display.h"
#include "cli/html.h"
#include "cli/show.h"

namespace polyglyph::cli {

namespace {

constexpr std::size_t kColors = 6;

constexpr const char* kHead = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Tokens</title>
<style>
:root {
  --page: #f6f7f9; --panel: #fff; --ink: #16181d; --faint: #5c6370; --line: #dfe3e8;
  --c0: #cfe5ff; --c1: #d0f2d3; --c2: #ffe4c2; --c3: #ffd6e4; --c4: #e6daff; --c5: #f7efb2;
  --control: #8c1d2f; --control-ink: #fff; --bar: #16181d; --bar-ink: #f6f7f9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #101216; --panel: #181b21; --ink: #eceef2; --faint: #9aa3b2; --line: #2b303a;
    --c0: #1f4468; --c1: #1f5230; --c2: #634318; --c3: #662a43; --c4: #46347a; --c5: #55501a;
    --control: #f2a7b4; --control-ink: #2b0a11; --bar: #eceef2; --bar-ink: #16181d;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 1.5rem 1.5rem 4rem; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, "Noto Sans", sans-serif;
}
label { color: var(--faint); font-size: .9rem; cursor: pointer; }
main { display: grid; gap: 1rem; margin-top: .5rem; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); }
section { background: var(--panel); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.2rem; min-width: 0; }
h2 { margin: 0; font-size: 1.05rem; overflow-wrap: anywhere; }
section > p { margin: 0 0 .8rem; color: var(--faint); font-size: .85rem; }
.text { line-height: 2; white-space: pre-wrap; overflow-x: auto; }
.text b {
  font-weight: inherit; border-radius: .25em; padding: .15em .08em; margin-right: 1px;
  white-space: nowrap;
}
b.c0 { background: var(--c0); } b.c1 { background: var(--c1); } b.c2 { background: var(--c2); }
b.c3 { background: var(--c3); } b.c4 { background: var(--c4); } b.c5 { background: var(--c5); }
.text b.control { background: var(--control); color: var(--control-ink); font-weight: 600; }
b:hover { outline: 2px solid var(--ink); outline-offset: -2px; }
b:hover::before {
  content: attr(title); position: fixed; left: 0; right: 0; bottom: 0; z-index: 1; padding: .6rem 1.5rem;
  background: var(--bar); color: var(--bar-ink); font: 400 .95rem/1.4 ui-monospace, monospace;
}
i { font-style: normal; opacity: .55; }
code { font: .72em ui-monospace, monospace; border: 1px solid currentColor; border-radius: .3em; padding: 0 .25em; margin: 0 .1em; opacity: .85; }
#ids:checked ~ main b::after { content: attr(data-id); font: 400 .62em ui-monospace, monospace; opacity: .75; margin-left: .3em; }
</style>
</head>
<body>
<input type="checkbox" id="ids"> <label for="ids">Show ids</label>
<main>
)html";

constexpr const char* kTail = "</main>\n</body>\n</html>\n";

std::string hexadecimal(std::string_view bytes) {
  std::string text;
  for (unsigned char byte : bytes) text += fmt::format("{}{:02X}", text.empty() ? "" : " ", byte);
  return text;
}

void print_token(Output& out, const ShownToken& token, std::size_t number) {
  std::string color = token.control ? "control" : fmt::format("c{}", number % kColors);
  out.print("<b class={} data-id={} title=\"id {} · {}\">", color, token.id, token.id,
            hexadecimal(token.bytes));
  for (const VisiblePart& part : visible_parts(token.bytes)) {
    switch (part.kind) {
      case VisiblePart::Kind::text:
        out.write(escape_html(part.shown));
        break;
      case VisiblePart::Kind::blank:
        out.print("<i>{}</i>", part.shown);
        break;
      case VisiblePart::Kind::code:
      case VisiblePart::Kind::bytes:
        out.print("<code>{}</code>", part.shown);
        break;
    }
  }
  out.write("</b><wbr>");  // a line may end between tokens, never inside one
  if (token.bytes.find('\n') != std::string_view::npos) out.write("\n");
}

}  // namespace

void show_as_html(Output& out, const std::vector<ShownText>& texts) {
  out.write(kHead);
  for (const ShownText& text : texts) {
    out.print("<section>\n<h2>{}</h2>\n<p>{}</p>\n<div class=\"text\" dir=\"auto\">",
              escape_html(printable(text.tokenizer)), summary(text));
    for (std::size_t i = 0; i < text.tokens.size(); ++i) print_token(out, text.tokens[i], i);
    out.write("</div>\n</section>\n");
  }
  out.write(kTail);
}

}  // namespace polyglyph::cli
