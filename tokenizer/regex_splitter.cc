// The pattern goes to RE2 with every set written out as ranges, so that no table of RE2's own decides
// anything.
//
// \s{n,}(?!\S) asks what follows, which RE2 cannot. But a run of whitespace either ends the text or is
// followed by a character that is not whitespace, so there are two cases alone:
//   - at the end of the text, all of the run matches;
//   - before another character, the last of the run is given back, and there has to be more than n.
// Hence \s{n,}(?!\S) is written \s{n+1,}|\s{n}\z, and a match of the first form gives back its last character
// unless it ends the text. The two begin at the same places as the original and stand at the same place among
// the alternatives, so all that leftmost-first matching decides by comes out the same.
//
// Which alternative matched is known without asking RE2 for groups, which would cost more than the match. A
// match of more than n characters, all whitespace, with something else behind it, is a run that the first
// form matches too; so it is that form's unless an earlier alternative matches there. Only those earlier ones
// that can match nothing but whitespace come into question (`rivals`); often there are none.
//
// What a stream may not touch yet: `open` writes the pattern of those texts after which an attempt to match,
// having read all of them, would read on. By parts,
//
//   open(set)          = the empty text                     it has yet to read its character
//   open(A B)          = open(A) | A open(B)
//   open(A | B)        = open(A) | open(B)
//   open(A{n,m})       = A{0,m-1} open(A)
//   open($), open(\z)  = the empty text                     they look at whether there is more
//   open(^), open(\A)  = nothing                            they look back
//
// and for \s{n,}(?!\S) what it is for \s{n,}: the lookahead reads on only behind a run that ends the text,
// and all such runs are among these. An attempt at p reads past the end if and only if text[p, end) is among
// these texts (an attempt that would stop earlier because a preferred alternative has matched is counted too,
// which is on the safe side). The leftmost such p is a search for the pattern anchored at the end of the
// text, which RE2 does by reading backwards from the end for as long as it can still extend, so it costs
// about what it finds.
//
// Cost: RE2 is linear in what it reads for one match. From match to match it can read again what it read
// before, if the pattern makes it look far ahead for short matches (a|a*b on aaaa...); so do the references.
// Known patterns have scanners instead.
#include "tokenizer/regex_splitter.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "polyglyph/error.h"
#include "tokenizer/regex_check.h"
#include "tokenizer/regex_syntax.h"
#include "unicode/char_class.h"
#include "unicode/utf8.h"

namespace polyglyph::tokenizer {
namespace {

using Kind = RegexNode::Kind;
using Mode = RegexNode::Mode;

// For one pattern: what its program and its automata, which are built as text asks for them, may take. RE2
// makes do with less by forgetting states.
constexpr std::int64_t kMaxMemory = 64 << 20;

constexpr const char* kNothing = "[^\\x{0}-\\x{10FFFF}]";

// A tree in RE2's syntax. check_regex has bounded its size.
namespace write {

std::string set(const CodeSet& set) {
  if (set.empty()) return kNothing;
  std::string all = "[";
  for (const unicode::CodeRange& range : set.ranges()) {
    all += fmt::format("\\x{{{:X}}}", static_cast<std::uint32_t>(range.first));
    if (range.last > range.first) all += fmt::format("-\\x{{{:X}}}", static_cast<std::uint32_t>(range.last));
  }
  return all + "]";
}

// A group, so that what is put around it cannot change what is inside.
std::string whole(const RegexNode& node);

std::string whole(std::span<const RegexNode> parts, std::string_view separator) {
  std::string all = "(?:";
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) all += separator;
    all += whole(parts[i]);
  }
  return all + ")";
}

std::string repeat(const RegexNode& body, int least, int most, Mode mode) {
  const std::string counts =
      most == kUnbounded ? fmt::format("{{{},}}", least) : fmt::format("{{{},{}}}", least, most);
  return "(?:" + whole(body) + counts + (mode == Mode::lazy ? "?)" : ")");
}

std::string whole(const RegexNode& node) {
  switch (node.kind) {
    case Kind::set:
      return set(node.set);
    case Kind::sequence:
      return whole(node.parts, "");
    case Kind::choice:
      return whole(node.parts, "|");
    case Kind::repeat:
      return repeat(node.parts[0], node.least, node.most, node.mode);
    case Kind::line_begin:
      return "(?m:^)";
    case Kind::line_end:
      return "(?m:$)";
    case Kind::text_begin:
      return "\\A";
    case Kind::text_end:
      return "\\z";
    case Kind::space_ahead:
      break;  // check_regex leaves none in the tree
  }
  return kNothing;
}

std::string open(const RegexNode& node);

// In halves, so that the groups of a long sequence nest only as deep as its logarithm.
std::string open_sequence(std::span<const RegexNode> parts) {
  if (parts.empty()) return kNothing;
  if (parts.size() == 1) return open(parts[0]);
  const std::span<const RegexNode> left = parts.first(parts.size() / 2), right = parts.subspan(left.size());
  return "(?:" + open_sequence(left) + "|" + whole(left, "") + open_sequence(right) + ")";
}

std::string open(const RegexNode& node) {
  switch (node.kind) {
    case Kind::set:
      return "(?:)";
    case Kind::sequence:
      return open_sequence(node.parts);
    case Kind::choice: {
      std::string all = "(?:" + open(node.parts[0]);
      for (std::size_t i = 1; i < node.parts.size(); ++i) all += '|' + open(node.parts[i]);
      return all + ")";
    }
    case Kind::repeat: {
      if (node.most == 0) return kNothing;
      const int before = node.most == kUnbounded ? kUnbounded : node.most - 1;
      return "(?:" + repeat(node.parts[0], 0, before, Mode::greedy) + open(node.parts[0]) + ")";
    }
    case Kind::line_begin:
    case Kind::text_begin:
      return kNothing;
    case Kind::line_end:
    case Kind::text_end:
      return "(?:)";
    case Kind::space_ahead:
      break;
  }
  return kNothing;
}

}  // namespace write

// Whether the node can match a text of whitespace alone.
bool can_be_space(const RegexNode& node) {
  switch (node.kind) {
    case Kind::set:
      return !(node.set & whitespace()).empty();
    case Kind::sequence:
      return std::ranges::all_of(node.parts, can_be_space);
    case Kind::choice:
      return std::ranges::any_of(node.parts, can_be_space);
    case Kind::repeat:
      return node.least == 0 || can_be_space(node.parts[0]);
    default:
      return true;
  }
}

std::unique_ptr<re2::RE2> build(const std::string& pattern, const std::string& where) {
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(kMaxMemory);
  auto re = std::make_unique<re2::RE2>(pattern, options);
  if (re->ok()) return re;
  // The syntax is the writer's own, so what is left is size.
  throw Error(ErrorCode::limit,
              fmt::format("pattern: it is too large to be compiled ({}); use smaller counts", re->error()),
              where);
}

// What a part of the pattern is compiled to, as soon as it is needed.
class Program {
 public:
  Program(std::string (*write)(const std::vector<RegexAlternative>&), const std::string& where)
      : write_(write), where_(where) {}

  const re2::RE2& get(const std::vector<RegexAlternative>& alternatives) const {
    std::call_once(once_, [&] { compiled_ = build(write_(alternatives), where_); });
    return *compiled_;
  }

 private:
  std::string (*write_)(const std::vector<RegexAlternative>&);
  std::string where_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<re2::RE2> compiled_;
};

bool asks_for_begin(const RegexNode& node) {
  return node.kind == Kind::line_begin || node.kind == Kind::text_begin ||
         std::ranges::any_of(node.parts, asks_for_begin);
}

std::string join(const std::vector<std::string>& alternatives) {
  return fmt::format("{}", fmt::join(alternatives, "|"));
}

// The pattern itself. What stands before a lookahead matches one character more than there are to be, which
// give_back takes back, or the end of the text.
std::string write_pattern(const std::vector<RegexAlternative>& alternatives) {
  std::vector<std::string> all;
  for (const auto& [node, run] : alternatives) {
    const std::string space = run == 0 ? "" : write::set(whitespace());
    all.push_back(run == 0 ? write::whole(node)
                           : fmt::format("{0}{{{1},}}|{0}{{{2}}}\\z", space, run + 1, run));
  }
  return join(all);
}

// Where an attempt to match reads past the end.
std::string write_open(const std::vector<RegexAlternative>& alternatives) {
  std::vector<std::string> all;
  for (const auto& alternative : alternatives) all.push_back(write::open(alternative.node));
  return "(?:" + join(all) + ")\\z";
}

// The alternatives in front of the lookahead that match whitespace alone; empty if there are none.
std::string write_rivals(const std::vector<RegexAlternative>& alternatives) {
  std::vector<std::string> all;
  for (const auto& [node, run] : alternatives) {
    if (run > 0) return join(all);
    if (can_be_space(node)) all.push_back(write::whole(node));
  }
  return "";
}

class Re2Splitter final : public RegexSplitter {
 public:
  Re2Splitter(std::vector<RegexAlternative> alternatives, const std::string& where, Compile when)
      : alternatives_(std::move(alternatives)),
        pattern_(write_pattern, where),
        open_(write_open, where),
        rivals_(write_rivals, where) {
    bool has_rivals = false;
    for (const auto& [node, run] : alternatives_) {
      looks_back_ = looks_back_ || asks_for_begin(node);
      if (run > 0) run_ = static_cast<std::size_t>(run);
      has_rivals = has_rivals || (run_ == 0 && can_be_space(node));
    }
    has_rivals_ = run_ > 0 && has_rivals;
    if (when == Compile::when_used) return;
    pattern_.get(alternatives_);
    open_.get(alternatives_);
    if (has_rivals_) rivals_.get(alternatives_);
  }

  bool find(std::string_view text, std::size_t from, Span& match) const override {
    if (from >= text.size()) return false;
    // Nearly always there is a match at once, and to find its end alone takes half the work.
    re2::StringPiece found;
    if (!run(pattern_.get(alternatives_), text, from, re2::RE2::ANCHOR_START, &found) &&
        !run(pattern_.get(alternatives_), text, from, re2::RE2::UNANCHORED, &found)) {
      return false;
    }
    match.begin = static_cast<std::size_t>(found.data() - text.data());
    match.end = match.begin + found.size();
    if (run_ > 0) give_back(text, match);
    return true;
  }

  bool looks_back() const override { return looks_back_; }

  std::size_t undecided(std::string_view text, std::size_t from) const override {
    re2::StringPiece found;
    if (from >= text.size() || !run(open_.get(alternatives_), text, from, re2::RE2::UNANCHORED, &found))
      return text.size();
    return static_cast<std::size_t>(found.data() - text.data());
  }

 private:
  static bool run(const re2::RE2& re, std::string_view text, std::size_t from, re2::RE2::Anchor anchor,
                  re2::StringPiece* found) {
    return re.Match(re2::StringPiece(text.data(), text.size()), from, text.size(), anchor, found,
                    found ? 1 : 0);
  }

  // Takes the last character from a match of \s{n+1,} that does not end the text.
  void give_back(std::string_view text, Span& match) const {
    if (match.end == text.size() || is_space(text, match.end)) return;
    std::size_t spaces = 0, last = match.begin;
    for (std::size_t at = match.begin; at < match.end; ++spaces) {
      if (!is_space(text, at)) return;
      last = at;
      at += unicode::sequence_size(static_cast<unsigned char>(text[at]));
    }
    if (spaces <= run_) return;
    if (has_rivals_ && run(rivals_.get(alternatives_), text, match.begin, re2::RE2::ANCHOR_START, nullptr))
      return;
    match.end = last;
  }

  static bool is_space(std::string_view text, std::size_t at) {
    const char32_t c = unicode::decode(text.data() + at, text.data() + text.size()).code_point;
    return unicode::class_mask(c) & unicode::kSpaceMask;
  }

  std::vector<RegexAlternative> alternatives_;
  Program pattern_, open_, rivals_;
  bool has_rivals_ = false;
  bool looks_back_ = false;
  std::size_t run_ = 0;  // the n of \s{n,}(?!\S); 0 without it
};

}  // namespace

std::unique_ptr<RegexSplitter> RegexSplitter::compile(std::string_view pattern, vocab::Reference dialect,
                                                      const std::string& where, Compile when) {
  return std::make_unique<Re2Splitter>(check_regex(parse_regex(pattern, dialect, where), dialect, where),
                                       where, when);
}

}  // namespace polyglyph::tokenizer
