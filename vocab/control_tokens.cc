// The rule of control_tokens.h, condition by condition. It errs towards control: a token that is wrongly
// taken for one is encoded as the characters that it is spelled with, while one that is wrongly taken for
// text lets a stranger end the user's turn.
#include "vocab/control_tokens.h"

#include <algorithm>
#include <iterator>

namespace polyglyph::vocab {
namespace {

// The elements of the HTML Living Standard, with the obsolete ones that web text is full of. Sorted.
constexpr std::string_view kHtmlElements[] = {
    "a",          "abbr",     "acronym",  "address",  "applet",  "area",     "article",  "aside",
    "audio",      "b",        "base",     "bdi",      "bdo",     "big",      "blink",    "blockquote",
    "body",       "br",       "button",   "canvas",   "caption", "center",   "cite",     "code",
    "col",        "colgroup", "data",     "datalist", "dd",      "del",      "details",  "dfn",
    "dialog",     "dir",      "div",      "dl",       "dt",      "em",       "embed",    "fieldset",
    "figcaption", "figure",   "font",     "footer",   "form",    "frame",    "frameset", "h1",
    "h2",         "h3",       "h4",       "h5",       "h6",      "head",     "header",   "hgroup",
    "hr",         "html",     "i",        "iframe",   "img",     "input",    "ins",      "kbd",
    "label",      "legend",   "li",       "link",     "main",    "map",      "mark",     "marquee",
    "math",       "menu",     "meta",     "meter",    "nav",     "noframes", "noscript", "object",
    "ol",         "optgroup", "option",   "output",   "p",       "param",    "picture",  "pre",
    "progress",   "q",        "rp",       "rt",       "ruby",    "s",        "samp",     "script",
    "search",     "section",  "select",   "slot",     "small",   "source",   "span",     "strike",
    "strong",     "style",    "sub",      "summary",  "sup",     "svg",      "table",    "tbody",
    "td",         "template", "textarea", "tfoot",    "th",      "thead",    "time",     "title",
    "tr",         "track",    "tt",       "u",        "ul",      "var",      "video",    "wbr",
};
static_assert(std::is_sorted(std::begin(kHtmlElements), std::end(kHtmlElements)));

bool is_between(std::string_view text, std::string_view open, std::string_view close) {
  return text.size() > open.size() + close.size() && text.starts_with(open) && text.ends_with(close);
}

bool is_name(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_html_element(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return std::binary_search(std::begin(kHtmlElements), std::end(kHtmlElements), std::string_view(lower));
}

bool is_tag_of_its_own(std::string_view text) {
  if (!is_between(text, "<", ">")) return false;
  text = text.substr(1, text.size() - 2);
  if (text.starts_with('/')) text.remove_prefix(1);
  return is_name(text) && !is_html_element(text);
}

bool is_white_space(std::string_view text) {
  return text.find_first_not_of(" \t\n\v\f\r") == std::string_view::npos;
}

}  // namespace

void ControlHints::add_name(std::string_view name) {
  if (!is_white_space(name)) tokens_.emplace(name);
}

void ControlHints::add_template(std::string_view text) {
  for (const std::string_view brackets : {"<>", "[]"}) {
    // From each closing bracket back to the nearest opening one.
    std::size_t open = std::string_view::npos;
    for (std::size_t at = text.find_first_of(brackets); at != std::string_view::npos;
         at = text.find_first_of(brackets, at + 1)) {
      if (text[at] == brackets[0]) {
        open = at;
      } else if (open != std::string_view::npos) {
        tokens_.emplace(text.substr(open, at + 1 - open));
        open = std::string_view::npos;
      }
    }
  }
}

bool is_control_token(const AddedToken& token, const ControlHints& hints) {
  const std::string_view content = token.content;
  return token.special || is_between(content, "<|", "|>") || is_between(content, "<｜", "｜>") ||
         is_tag_of_its_own(content) || hints.contain(content);
}

}  // namespace polyglyph::vocab
