// RE2 finds the match that a backtracking engine finds: leftmost, and of those that begin there the first one
// in the order of preference that alternation, greedy and lazy quantifiers give. That holds for everything in
// the tree but for four things, which are settled here:
//
//   Possessive quantifiers. X*+ takes all it can and gives nothing back. Giving back changes a match only if
//   what comes after, K, fails behind the longest run of X and succeeds behind a shorter one, that is, before
//   a character of X. So X*+ equals X* if K never fails, or if K cannot succeed before any character of X.
//   Continuation below is those two facts about K, and K reaches to the end of the match.
//
//   Empty matches. The references step over them in ways of their own, and a loop around something empty ends
//   differently in each engine.
//
//   Anchors. Behind a final \n Oniguruma does not see another line, so ^ is taken only where a character must
//   follow. \s{n,}(?!\S) is an alternative of its own (regex_splitter.cc), and elsewhere the lookahead is
//   refused.
//
//   Case folding of several characters. In Oniguruma (?i:ss) matches U+00DF, and (?i:st) U+FB06: neighbours
//   that could fold into one character are refused. Of ASCII letters these are ss, st, ff, fi and fl.
//
// The recursion is as deep as the tree, which parse_regex bounds.
#include "tokenizer/regex_check.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "polyglyph/error.h"

namespace polyglyph::tokenizer {
namespace {

using Kind = RegexNode::Kind;
using Mode = RegexNode::Mode;

// What the rest of a pattern can do, looked at from one place in it.
struct Continuation {
  CodeSet before;  // it may succeed when the next character is one of these; not exact, but never too small
  bool sure = false;  // it always succeeds, whatever comes
};

// Case-insensitive letters at the ends of what a node matches, a bit a letter.
struct FoldedEnds {
  std::uint32_t first = 0, last = 0;
};

bool can_be_empty(const RegexNode& node) {
  switch (node.kind) {
    case Kind::set:
      return false;
    case Kind::sequence:
      for (const RegexNode& part : node.parts) {
        if (!can_be_empty(part)) return false;
      }
      return true;
    case Kind::choice:
      for (const RegexNode& part : node.parts) {
        if (can_be_empty(part)) return true;
      }
      return false;
    case Kind::repeat:
      return node.least == 0 || can_be_empty(node.parts[0]);
    default:
      return true;
  }
}

std::uint32_t folded_letters(const RegexNode& node) {
  std::uint32_t letters = 0;
  for (char32_t c = 'a'; node.folded && c <= 'z'; ++c) {
    if (node.set.contains(c)) letters |= 1u << (c - 'a');
  }
  return letters;
}

bool fold_together(std::uint32_t last, std::uint32_t first) {
  constexpr auto bit = [](char c) { return 1u << (c - 'a'); };
  return ((last & bit('s')) && (first & (bit('s') | bit('t')))) ||
         ((last & bit('f')) && (first & (bit('f') | bit('i') | bit('l'))));
}

struct Size {
  std::size_t sets = 0, ranges = 0;
};

// Stops counting soon behind the bounds, so that nothing overflows.
Size size_of(const RegexNode& node) {
  if (node.kind == Kind::set) return {1, node.set.ranges().size()};
  Size size;
  for (const RegexNode& part : node.parts) {
    const auto [sets, ranges] = size_of(part);
    size.sets = std::min(size.sets + sets, kMaxRegexSets + 1);
    size.ranges = std::min(size.ranges + ranges, kMaxRegexRanges + 1);
  }
  if (node.kind == Kind::repeat) {
    const auto times =
        static_cast<std::size_t>(std::max(1, node.most == kUnbounded ? node.least : node.most));
    size.sets *= times;
    size.ranges *= times;
  }
  return size;
}

class Checker {
 public:
  Checker(vocab::Reference dialect, const std::string& where)
      : oniguruma_(dialect == vocab::Reference::hugging_face), where_(where) {}

  void check(const RegexNode& alternative) {
    check_anchors(alternative, true);
    check_repeats(alternative, {{}, true});
    if (oniguruma_) folded_ends(alternative);
    if (can_be_empty(alternative)) refuse("it matches the empty string");
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(
        ErrorCode::unsupported,
        "pattern: " + what + ", which cannot be matched exactly here; the pattern has to do without it",
        where_);
  }

 private:
  void check_anchors(const RegexNode& node, bool at_begin) {
    const bool begins = node.kind == Kind::line_begin || node.kind == Kind::text_begin;
    if (begins && !at_begin) refuse("^ or \\A stands elsewhere than at the beginning of an alternative");
    if (node.kind == Kind::space_ahead)
      refuse("(?!\\S) stands elsewhere than in an alternative like \\s+(?!\\S)");
    for (std::size_t i = 0; i < node.parts.size(); ++i) {
      check_anchors(node.parts[i], at_begin && i == 0 && node.kind == Kind::sequence);
    }
  }

  // What `node` followed by `after` can do.
  static Continuation with(const RegexNode& node, const Continuation& after) {
    switch (node.kind) {
      case Kind::set:
        return {node.set, false};
      case Kind::sequence: {
        Continuation all = after;
        for (std::size_t i = node.parts.size(); i-- > 0;) all = with(node.parts[i], all);
        return all;
      }
      case Kind::choice: {
        Continuation all;
        for (const RegexNode& part : node.parts) {
          const Continuation one = with(part, after);
          all.before |= one.before;
          all.sure |= one.sure;
        }
        return all;
      }
      case Kind::repeat: {
        Continuation once = with(node.parts[0], after);
        if (node.least > 0) return once;
        return {once.before | after.before, after.sure};
      }
      case Kind::line_end:
        return {CodeSet('\n'), false};
      case Kind::text_end:
        return {{}, false};
      default:
        return after;  // ^ and \A stand first, (?!\S) stands alone: neither continues anything
    }
  }

  void check_repeats(const RegexNode& node, const Continuation& after) {
    switch (node.kind) {
      case Kind::sequence: {
        Continuation rest = after;
        for (std::size_t i = node.parts.size(); i-- > 0;) {
          check_repeats(node.parts[i], rest);
          if (i > 0) rest = with(node.parts[i], rest);
        }
        return;
      }
      case Kind::choice:
        for (const RegexNode& part : node.parts) check_repeats(part, after);
        return;
      case Kind::repeat: {
        const RegexNode& body = node.parts[0];
        if (node.mode == Mode::possessive) {
          const bool same = after.sure || (after.before & single(body)).empty();
          if (!same) refuse("a possessive quantifier is not the same as a greedy one");
        }
        if (node.most > 1 && can_be_empty(body)) refuse("something that can be empty is repeated");
        Continuation next = after;
        if (node.most > 1) {
          next.before |= with(body, {}).before;
          next.sure &= node.least <= 1;
        }
        check_repeats(body, next);
        return;
      }
      default:
        return;
    }
  }

  // The set that a possessive repetition is of.
  const CodeSet& single(const RegexNode& body) const {
    const RegexNode* node = &body;
    while ((node->kind == Kind::choice || node->kind == Kind::sequence) && node->parts.size() == 1) {
      node = &node->parts[0];
    }
    if (node->kind != Kind::set) refuse("a possessive quantifier follows more than one character");
    return node->set;
  }

  FoldedEnds folded_ends(const RegexNode& node) const {
    FoldedEnds ends;
    switch (node.kind) {
      case Kind::set:
        ends.first = ends.last = folded_letters(node);
        break;
      case Kind::sequence: {
        bool begins = true;
        for (const RegexNode& part : node.parts) {
          const FoldedEnds next = folded_ends(part);
          refuse_folding(ends.last, next.first);
          if (begins) ends.first |= next.first;
          if (!can_be_empty(part)) ends.last = 0, begins = false;
          ends.last |= next.last;
        }
        break;
      }
      case Kind::choice:
        for (const RegexNode& part : node.parts) {
          const FoldedEnds one = folded_ends(part);
          ends.first |= one.first;
          ends.last |= one.last;
        }
        break;
      case Kind::repeat:
        ends = folded_ends(node.parts[0]);
        if (node.most > 1) refuse_folding(ends.last, ends.first);
        break;
      default:
        break;
    }
    return ends;
  }

  void refuse_folding(std::uint32_t last, std::uint32_t first) const {
    if (fold_together(last, first)) refuse("(?i) is asked of letters that also match one character together");
  }

  bool oniguruma_;
  const std::string& where_;
};

// (A|B) is A|B.
RegexNode without_outer_groups(RegexNode node) {
  while (node.parts.size() == 1 && (node.kind == Kind::choice || node.kind == Kind::sequence)) {
    RegexNode inner = std::move(node.parts[0]);
    node = std::move(inner);
  }
  return node;
}

// The n of \s{n,}(?!\S), or 0.
int run_before_lookahead(const RegexNode& node) {
  if (node.kind != Kind::sequence || node.parts.size() != 2 || node.parts[1].kind != Kind::space_ahead)
    return 0;
  const RegexNode& repeat = node.parts[0];
  if (repeat.kind != Kind::repeat || repeat.mode != Mode::greedy || repeat.most != kUnbounded) return 0;
  const RegexNode body = without_outer_groups(repeat.parts[0]);
  return body.kind == Kind::set && body.set == whitespace() ? repeat.least : 0;
}

}  // namespace

std::vector<RegexAlternative> check_regex(RegexNode tree, vocab::Reference dialect,
                                          const std::string& where) {
  const Size size = size_of(tree);
  if (size.sets > kMaxRegexSets || size.ranges > kMaxRegexRanges) {
    throw Error(ErrorCode::limit,
                "pattern: it is too large with its repetitions written out; use smaller counts", where);
  }
  Checker checker(dialect, where);
  tree = without_outer_groups(std::move(tree));
  std::vector<RegexNode> nodes;
  if (tree.kind == Kind::choice) {
    nodes = std::move(tree.parts);
  } else {
    nodes.push_back(std::move(tree));
  }
  std::vector<RegexAlternative> alternatives;
  bool has_run = false;
  for (RegexNode& outer : nodes) {
    RegexNode node = without_outer_groups(std::move(outer));
    RegexAlternative alternative;
    alternative.run = run_before_lookahead(node);
    if (alternative.run > 0) {
      if (has_run) checker.refuse("(?!\\S) stands in more than one alternative");
      has_run = true;
      node = RegexNode(std::move(node.parts[0]));
    }
    checker.check(node);
    alternative.node = std::move(node);
    alternatives.push_back(std::move(alternative));
  }
  return alternatives;
}

}  // namespace polyglyph::tokenizer
