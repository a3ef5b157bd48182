// The pattern goes to RE2 with every set written out as ranges, so that no table of RE2's own decides anything.
//
// \s{n,}(?!\S) asks what follows, which RE2 cannot. But a run of whitespace either ends the text or is followed by
// a character that is not whitespace, so there are two cases alone:
//   - at the end of the text, all of the run matches;
//   - before another character, the last of the run is given back, and there has to be more than n.
// Hence \s{n,}(?!\S) is (\s{n+1,})|\s{n}\z, where a match of the group gives back its last character unless it ends
// the text. Both forms begin at the same places as the original and stand at the same place among the alternatives,
// so all that leftmost-first matching decides by comes out the same.
//
// What a stream may not touch yet: `open` writes the pattern of those texts after which an attempt to match, having
// read all of them, would read on. By parts,
//
//   open(set)          = the empty text                     it has yet to read its character
//   open(A B)          = open(A) | A open(B)
//   open(A | B)        = open(A) | open(B)
//   open(A{n,m})       = A{0,m-1} open(A)
//   open($), open(\z)  = the empty text                     they look at whether there is more
//   open(^), open(\A)  = nothing                            they look back
//
// and for \s{n,}(?!\S) what it is for \s{n,}: the lookahead reads on only behind a run that ends the text, and all
// such runs are among these. An attempt at p reads past the end if and only if text[p, end) is among these
// texts (an attempt that would stop earlier because a preferred alternative has matched is counted too, which is on
// the safe side). The leftmost such p is a search for the pattern anchored at the end of the text, which RE2 does by
// reading backwards from the end for as long as it can still extend, so it costs about what it finds.
//
// Cost: RE2 is linear in what it reads for one match. From match to match it can read again what it read before, if
// the pattern makes it look far ahead for short matches (a|a*b on aaaa...); so do the references. Known patterns
// have scanners instead.
#include "tokenizer/regex_splitter.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <span>
#include <utility>
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

// For one pattern: what its program and its automata, which are built as text asks for them, may take. RE2 makes do
// with less by forgetting states.
constexpr std::int64_t kMaxMemory = 64 << 20;

// \p{L} takes about 10,000 characters to write out; a pattern that names it thousands of times is not for splitting.
constexpr std::size_t kMaxWritten = 8 << 20;

constexpr const char* kNothing = "[^\\x{0}-\\x{10FFFF}]";

bool is_space(char32_t c) { return unicode::class_mask(c) & unicode::kSpaceMask; }

// The last character before `end`.
std::size_t last_character_size(std::string_view text, std::size_t end) {
  std::size_t size = 1;
  while ((static_cast<unsigned char>(text[end - size]) & 0xC0) == 0x80) ++size;
  return size;
}

char32_t character_at(std::string_view text, std::size_t at) {
  return unicode::decode(text.data() + at, text.data() + text.size()).code_point;
}

// A tree in RE2's syntax.
class Writer {
 public:
  explicit Writer(const std::string& where) : where_(where) {}

  std::string pattern(const std::vector<RegexAlternative>& alternatives) {
    std::string all;
    for (const auto& [node, run] : alternatives) {
      if (!all.empty()) all += '|';
      if (run == 0) {
        all += whole(node);
      } else {
        const std::string space = set(whitespace());
        all += fmt::format("({}{{{},}})|{}{{{}}}\\z", space, run + 1, space, run);
      }
    }
    return checked(std::move(all));
  }

  std::string open_pattern(const std::vector<RegexAlternative>& alternatives) {
    std::string all;
    for (const RegexAlternative& alternative : alternatives) {
      if (!all.empty()) all += '|';
      all += open(alternative.node);
    }
    return checked("(?:" + all + ")\\z");
  }

 private:
  // Every string that is built passes here, so none grows far beyond the limit.
  std::string checked(std::string written) const {
    if (written.size() > kMaxWritten) {
      throw Error(ErrorCode::limit, "split pattern: its classes take too much room when written out; use fewer", where_);
    }
    return written;
  }

  std::string set(const CodeSet& set) const {
    if (set.empty()) return kNothing;
    std::string all = "[";
    for (const unicode::CodeRange& range : set.ranges()) {
      all += fmt::format("\\x{{{:X}}}", static_cast<std::uint32_t>(range.first));
      if (range.last > range.first) all += fmt::format("-\\x{{{:X}}}", static_cast<std::uint32_t>(range.last));
    }
    return checked(all + "]");
  }

  // A group, so that what is put around it cannot change what is inside.
  std::string whole(const RegexNode& node) const {
    switch (node.kind) {
      case Kind::set: return set(node.set);
      case Kind::sequence: return whole(std::span(node.parts));
      case Kind::choice: {
        std::string all = "(?:";
        for (const RegexNode& part : node.parts) {
          if (&part != &node.parts.front()) all += '|';
          all += whole(part);
        }
        return checked(all + ")");
      }
      case Kind::repeat:
        return repeated(node.parts[0], node.least, node.most) + (node.mode == Mode::lazy ? "?)" : ")");
      case Kind::line_begin: return "(?m:^)";
      case Kind::line_end: return "(?m:$)";
      case Kind::text_begin: return "\\A";
      case Kind::text_end: return "\\z";
      case Kind::space_ahead: break;  // check_regex leaves none in the tree
    }
    return {};
  }

  std::string whole(std::span<const RegexNode> parts) const {
    std::string all = "(?:";
    for (const RegexNode& part : parts) all += whole(part);
    return checked(all + ")");
  }

  // A repetition, with its group not closed yet.
  std::string repeated(const RegexNode& body, int least, int most) const {
    const std::string counts = most == kUnbounded ? fmt::format("{{{},}}", least) : fmt::format("{{{},{}}}", least, most);
    return checked("(?:" + whole(body) + counts);
  }

  std::string open(const RegexNode& node) const {
    switch (node.kind) {
      case Kind::set: return "(?:)";
      case Kind::sequence: return open(std::span(node.parts));
      case Kind::choice: {
        std::string all = "(?:";
        for (const RegexNode& part : node.parts) {
          if (&part != &node.parts.front()) all += '|';
          all += open(part);
        }
        return checked(all + ")");
      }
      case Kind::repeat: {
        const RegexNode& body = node.parts[0];
        if (node.most == 0) return kNothing;
        if (node.most == 1) return open(body);
        const int before = node.most == kUnbounded ? kUnbounded : node.most - 1;
        return checked("(?:" + repeated(body, 0, before) + ")" + open(body) + ")");
      }
      case Kind::line_begin:
      case Kind::text_begin: return kNothing;
      case Kind::line_end:
      case Kind::text_end:
      case Kind::space_ahead: break;
    }
    return "(?:)";
  }

  // In halves, so that the groups of a long sequence nest only as deep as its logarithm.
  std::string open(std::span<const RegexNode> parts) const {
    if (parts.empty()) return kNothing;
    if (parts.size() == 1) return open(parts[0]);
    const std::size_t half = parts.size() / 2;
    const std::string left = open(parts.first(half)), right = open(parts.subspan(half));
    return checked("(?:" + left + "|" + whole(parts.first(half)) + right + ")");
  }

  const std::string& where_;
};

std::unique_ptr<re2::RE2> build(const std::string& pattern, const std::string& where) {
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(kMaxMemory);
  auto re = std::make_unique<re2::RE2>(pattern, options);
  if (re->ok()) return re;
  // The syntax is the writer's own, so what is left is size.
  throw Error(ErrorCode::limit,
              fmt::format("split pattern: it is too large to be compiled ({}); use smaller counts", re->error()), where);
}

class Re2Splitter final : public RegexSplitter {
 public:
  Re2Splitter(std::unique_ptr<re2::RE2> pattern, std::unique_ptr<re2::RE2> open)
      : pattern_(std::move(pattern)), open_(std::move(open)), has_run_(pattern_->NumberOfCapturingGroups() > 0) {}

  bool find(std::string_view text, std::size_t from, Span& match) const override {
    if (from >= text.size()) return false;
    // Nearly always there is a match at once, and to find its end alone takes half the work.
    re2::StringPiece found;
    if (!run(*pattern_, text, from, re2::RE2::ANCHOR_START, &found, 1) &&
        !run(*pattern_, text, from, re2::RE2::UNANCHORED, &found, 1)) {
      return false;
    }
    match.begin = static_cast<std::size_t>(found.data() - text.data());
    match.end = match.begin + found.size();
    if (has_run_ && may_give_back(text, match)) {
      re2::StringPiece groups[2];
      run(*pattern_, text, match.begin, re2::RE2::ANCHOR_START, groups, 2);
      if (groups[1].data() != nullptr) match.end -= last_character_size(text, match.end);
    }
    return true;
  }

  std::size_t undecided(std::string_view text, std::size_t from) const override {
    re2::StringPiece found;
    if (from >= text.size() || !run(*open_, text, from, re2::RE2::UNANCHORED, &found, 1)) return text.size();
    return static_cast<std::size_t>(found.data() - text.data());
  }

 private:
  static bool run(const re2::RE2& re, std::string_view text, std::size_t from, re2::RE2::Anchor anchor,
                  re2::StringPiece* groups, int count) {
    return re.Match(re2::StringPiece(text.data(), text.size()), from, text.size(), anchor, groups, count);
  }

  // Whether the match looks like a run of whitespace with something else behind it: cheap, and rarely true.
  static bool may_give_back(std::string_view text, Span match) {
    if (match.end == text.size() || is_space(character_at(text, match.end))) return false;
    return is_space(character_at(text, match.begin)) &&
           is_space(character_at(text, match.end - last_character_size(text, match.end)));
  }

  std::unique_ptr<re2::RE2> pattern_;
  std::unique_ptr<re2::RE2> open_;
  bool has_run_;
};

}  // namespace

std::unique_ptr<RegexSplitter> RegexSplitter::compile(std::string_view pattern, vocab::Reference dialect,
                                                      const std::string& where) {
  const std::vector<RegexAlternative> alternatives = check_regex(parse_regex(pattern, dialect, where), dialect, where);
  Writer writer(where);
  return std::make_unique<Re2Splitter>(build(writer.pattern(alternatives), where),
                                       build(writer.open_pattern(alternatives), where));
}

}  // namespace polyglyph::tokenizer
