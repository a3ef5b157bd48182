// A bar is a row of boxes as wide as their tokens. A box that would be too thin to be seen, let alone pointed
// at, is drawn in one with its neighbours, so that a bin of ten thousand documents is still a few hundred
// boxes; and of many bins the first ones are drawn.
#include "cli/pack_html.h"

#include <algorithm>
#include <map>

#include "cli/display.h"
#include "cli/html.h"
#include "cli/table.h"

namespace polyglyph::cli {
namespace {

constexpr std::int64_t kMostBins = 1000;
constexpr double kThin = 0.25;  // percent of a bin

constexpr const char* kHead = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Packed bins</title>
<style>
:root {
  --page: #f6f7f9; --panel: #fff; --ink: #16181d; --faint: #5c6370; --line: #dfe3e8;
  --c0: #7fb2ec; --c1: #85cf8d; --c2: #f0b566; --c3: #ef92b4; --c4: #b195ef; --c5: #cfc04a; --many: #aab2bd;
  --split: #16181d; --bar: #16181d; --bar-ink: #f6f7f9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #101216; --panel: #181b21; --ink: #eceef2; --faint: #9aa3b2; --line: #2b303a;
    --c0: #3f78b5; --c1: #3f8a4a; --c2: #a8722a; --c3: #a84a70; --c4: #7258bd; --c5: #8a8029; --many: #5c6370;
    --split: #fff; --bar: #eceef2; --bar-ink: #16181d;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 1.5rem 1.5rem 4rem; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, "Noto Sans", sans-serif;
}
dl { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); margin: 0 0 1.5rem; }
dl div { background: var(--panel); border: 1px solid var(--line); border-radius: .6rem; padding: .6rem .9rem; }
dt { color: var(--faint); font-size: .8rem; }
dd { margin: 0; font-size: 1.3rem; font-variant-numeric: tabular-nums; }
ol { list-style: none; margin: 0; padding: 0; }
li { display: grid; grid-template-columns: 3.5rem 1fr 3.5rem; gap: .6rem; align-items: center; margin-bottom: 3px;
  font-size: .75rem; color: var(--faint); font-variant-numeric: tabular-nums; }
li > span:first-child { text-align: right; }
.bin { display: flex; height: 1.15rem; background: var(--panel); border: 1px solid var(--line); border-radius: 3px; overflow: hidden; }
b { display: block; height: 100%; border-right: 1px solid var(--panel); min-width: 0; }
b.c0 { background: var(--c0); } b.c1 { background: var(--c1); } b.c2 { background: var(--c2); }
b.c3 { background: var(--c3); } b.c4 { background: var(--c4); } b.c5 { background: var(--c5); }
b.many { background: var(--many); }
b.split { background-image: repeating-linear-gradient(135deg, transparent 0 5px, var(--split) 5px 6px); }
b:hover { outline: 2px solid var(--ink); outline-offset: -2px; }
b:hover::before {
  content: attr(title); position: fixed; left: 0; right: 0; bottom: 0; z-index: 1; padding: .6rem 1.5rem;
  background: var(--bar); color: var(--bar-ink); font: 400 .95rem/1.4 ui-monospace, monospace;
}
p { color: var(--faint); }
</style>
</head>
<body>
)html";

void print_fact(Output& out, std::string_view name, std::string_view value) {
  out.print("<div><dt>{}</dt><dd>{}</dd></div>\n", name, value);
}

void print_facts(Output& out, const PackPlan& plan) {
  const PackReport& report = plan.report;
  const auto number = [](std::int64_t value) { return grouped(static_cast<std::uint64_t>(value)); };
  out.write("<dl>\n");
  print_fact(out, "fill", fmt::format("{:.2f} %", 100 * report.fill));
  print_fact(out, "bins of " + number(plan.options.capacity) + " tokens", number(report.bins));
  print_fact(out, "bins at least", number(report.lower_bound));
  print_fact(out, "documents", number(report.documents));
  print_fact(out, "tokens", number(report.tokens));
  print_fact(out, "documents split", number(report.split_documents));
  print_fact(out, "documents truncated", number(report.truncated_documents));
  print_fact(out, "documents dropped", number(report.dropped_documents));
  print_fact(out, "tokens lost", number(report.truncated_tokens + report.dropped_tokens));
  out.write("</dl>\n");
}

class BinPrinter {
 public:
  BinPrinter(Output& out, const PackPlan& plan, const std::vector<std::string>& names)
      : out_(out), plan_(plan), names_(names) {
    for (const std::int64_t document : plan.document) ++pieces_[document];
  }

  void print(std::int64_t bin) {
    const auto begin = static_cast<std::size_t>(plan_.bin_offsets[static_cast<std::size_t>(bin)]);
    const auto end = static_cast<std::size_t>(plan_.bin_offsets[static_cast<std::size_t>(bin) + 1]);
    std::int64_t tokens = 0;
    out_.print("<li><span>{}</span><div class=bin>", bin);
    for (std::size_t piece = begin; piece < end; ++piece) {
      tokens += plan_.length[piece];
      if (percent(plan_.length[piece]) < kThin) {
        thin_tokens_ += plan_.length[piece];
        ++thin_;
        if (percent(thin_tokens_) < kThin) continue;
        print_thin();
      } else {
        print_thin();
        print_piece(piece);
      }
    }
    print_thin();
    out_.print("</div><span>{:.1f} %</span></li>\n", percent(tokens));
  }

 private:
  double percent(std::int64_t tokens) const {
    return 100.0 * static_cast<double>(tokens) / static_cast<double>(plan_.options.capacity);
  }

  void print_piece(std::size_t piece) {
    const std::int64_t document = plan_.document[piece];
    const bool split = pieces_[document] > 1;
    const std::int64_t from = plan_.start[piece], to = from + plan_.length[piece];
    out_.print("<b class=\"c{}{}\" style=\"width:{:.3f}%\" title=\"{} · {}\"></b>", document % 6,
               split ? " split" : "", percent(plan_.length[piece]),
               escape_html(printable(names_[static_cast<std::size_t>(document)])),
               split ? fmt::format("tokens {} to {}, split", from, to) : fmt::format("{} tokens", to));
  }

  void print_thin() {
    if (thin_ > 0) {
      out_.print("<b class=many style=\"width:{:.3f}%\" title=\"{} small documents · {} tokens\"></b>",
                 percent(thin_tokens_), thin_, thin_tokens_);
    }
    thin_ = thin_tokens_ = 0;
  }

  Output& out_;
  const PackPlan& plan_;
  const std::vector<std::string>& names_;
  std::map<std::int64_t, std::int64_t> pieces_;  // by document
  std::int64_t thin_ = 0, thin_tokens_ = 0;      // that wait to be drawn as one
};

}  // namespace

void show_plan_as_html(Output& out, const PackPlan& plan, const std::vector<std::string>& names) {
  out.write(kHead);
  print_facts(out, plan);
  BinPrinter printer(out, plan, names);
  out.write("<ol>\n");
  const std::int64_t drawn = std::min(plan.report.bins, kMostBins);
  for (std::int64_t bin = 0; bin < drawn; ++bin) printer.print(bin);
  out.write("</ol>\n");
  if (drawn < plan.report.bins) {
    out.print("<p>The first {} of {} bins.</p>\n", grouped(static_cast<std::uint64_t>(drawn)),
              grouped(static_cast<std::uint64_t>(plan.report.bins)));
  }
  out.write("</body>\n</html>\n");
}

}  // namespace polyglyph::cli
