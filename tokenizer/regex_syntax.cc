// Recursive descent, as deep as the pattern nests and no deeper than kMaxPatternDepth; nothing here depends
// on text.
//
// What the dialects disagree on was settled by asking the references themselves (tokenizers 0.23.3, tiktoken
// 0.14.0), the classes over every scalar value:
//
//                        Oniguruma                          Rust
//   ^ $                  begin and end of a line            begin and end of the text
//   X{2,3}+              (X{2,3})+                          possessive
//   X{2}?                (X{2})? - refused                  X{2}
//   a(?i)b|c             a(?i:b|c)                          a(?i:b)|(?i:c)
//   \w                   with U+00B2 and others, but not    as UTS #18 has it
//                        inside a class; no joiners
//   (?i:ss)              also the one character U+00DF      only what folds one to one
//   \pL \< \>            letters                            \p{L}, word boundaries - refused
//
// Case folding is written out for ASCII letters, where it adds U+017F to s and U+212A to k; a
// case-insensitive pattern that names other characters with case is refused, and so is one whose neighbouring
// letters could match one character in Oniguruma (regex_check.cc looks for those).
#include "tokenizer/regex_syntax.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "polyglyph/error.h"
#include "unicode/age.h"
#include "unicode/property.h"
#include "unicode/utf8.h"

namespace polyglyph::tokenizer {
namespace {

using Kind = RegexNode::Kind;
using Mode = RegexNode::Mode;

constexpr char32_t kLastCodePoint = 0x10FFFF;

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char32_t c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

std::optional<unsigned> hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') return lower - 'a' + 10;
  return std::nullopt;
}

CodeSet union_of(std::initializer_list<std::string_view> properties) {
  CodeSet all;
  for (const std::string_view name : properties) all |= CodeSet(unicode::property(name));
  return all;
}

// What \p{name} stands for; empty for a name that is not known. Both references also take long and loosely
// spelled names, which no public pattern uses.
CodeSet property_named(std::string_view name) {
  if (name == "L") return union_of({"Lu", "Ll", "Lt", "Lm", "Lo"});
  if (name == "LC") return union_of({"Lu", "Ll", "Lt"});
  if (name == "M") return union_of({"Mn", "Mc", "Me"});
  if (name == "N") return union_of({"Nd", "Nl", "No"});
  if (name == "P") return union_of({"Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po"});
  if (name == "S") return union_of({"Sm", "Sc", "Sk", "So"});
  if (name == "Z") return union_of({"Zs", "Zl", "Zp"});
  if (name == "C") return union_of({"Cc", "Cf", "Cs", "Co", "Cn"});
  if (name.empty() || name[0] < 'A' || name[0] > 'Z') return {};  // the tables' own names are in lower case
  return CodeSet(unicode::property(name));
}

// What only Unicode 16.0 assigns, which llama.cpp's tables, those of 15.1, do not know. No character that
// both have changed its category.
const CodeSet& unknown_to_llama_cpp() {
  static const CodeSet set = [] {
    CodeSet all;
    for (std::size_t i = 0; i + 1 < unicode::kAgeRangeCount; ++i) {
      const unicode::AgeRange& range = unicode::kAgeRanges[i];
      if (range.age >= 16 << 8) all |= CodeSet(range.first, unicode::kAgeRanges[i + 1].first - 1);
    }
    return all;
  }();
  return set;
}

// \w. Oniguruma's does not count the two joiners, and it counts the superscript digits and fractions of
// Latin-1 where \w stands by itself, for there it asks a table of Latin-1, but not inside a class.
CodeSet word(bool oniguruma, bool in_class) {
  CodeSet set(unicode::property("word"));
  if (!oniguruma) return set;
  set = set & ~CodeSet(0x200C, 0x200D);
  return in_class ? set : set | CodeSet(0xB2, 0xB3) | CodeSet(0xB9) | CodeSet(0xBC, 0xBE);
}

class Parser {
 public:
  Parser(std::string_view pattern, vocab::Reference dialect, const std::string& where)
      : pattern_(pattern),
        oniguruma_(dialect == vocab::Reference::hugging_face),
        llama_cpp_(dialect == vocab::Reference::llama_cpp),
        where_(where) {}

  RegexNode parse() {
    if (pattern_.size() > kMaxPatternSize) {
      fail(ErrorCode::limit, fmt::format("it is longer than {} bytes", kMaxPatternSize));
    }
    if (!unicode::is_valid(pattern_)) fail(ErrorCode::malformed, "it is not UTF-8");
    RegexNode tree = choice(false);
    if (at_ < pattern_.size()) malformed("a ) closes no group", "write \\) for the character");
    return tree;
  }

 private:
  // Groups and classes count the levels that they are in.
  class Level {
   public:
    explicit Level(Parser& parser) : parser_(parser) {
      if (++parser_.depth_ > kMaxPatternDepth) {
        parser_.fail(ErrorCode::limit,
                     fmt::format("groups or classes are nested deeper than {}", kMaxPatternDepth));
      }
    }
    ~Level() { --parser_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Parser& parser_;
  };

  // What an escape stands for: one character, or a class.
  struct Escape {
    std::optional<char32_t> character;
    CodeSet set;
  };

  struct Interval {
    int least, most;
    bool exact;
    std::size_t size;  // in the pattern
  };

  [[noreturn]] void fail(ErrorCode code, const std::string& what) const {
    throw Error(code, fmt::format("pattern, byte {}: {}", at_, what), where_);
  }
  [[noreturn]] void malformed(const std::string& what, const char* advice = "correct the pattern") const {
    fail(ErrorCode::malformed, what + "; " + advice);
  }
  [[noreturn]] void unsupported(const std::string& what) const {
    fail(ErrorCode::unsupported,
         what + ", which cannot be matched exactly here; the pattern has to do without it");
  }

  bool at_end() const { return at_ == pattern_.size(); }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : '\0';
  }
  bool ahead(std::string_view token) const { return pattern_.substr(at_).starts_with(token); }
  bool take(std::string_view token) {
    if (!ahead(token)) return false;
    at_ += token.size();
    return true;
  }
  char32_t next_character() {
    const unicode::Decoded c = unicode::decode(pattern_.data() + at_, pattern_.data() + pattern_.size());
    at_ += c.size;
    return c.code_point;
  }

  RegexNode choice(bool fold);
  RegexNode quantified(bool fold);
  RegexNode atom(bool fold);
  RegexNode group(bool fold);
  RegexNode lookahead(bool fold);
  std::optional<Interval> interval() const;
  RegexNode literal(char32_t c, bool fold);
  Escape escape(bool in_class);
  char32_t hex(std::size_t digits);
  CodeSet named_property();
  CodeSet bracketed(bool fold, bool& folded);
  CodeSet class_item(bool begins);
  CodeSet fold_case(CodeSet set, bool& folded);

  static RegexNode of_kind(Kind kind) {
    RegexNode node;
    node.kind = kind;
    return node;
  }
  static RegexNode of_set(CodeSet set, bool folded = false) {
    RegexNode node = of_kind(Kind::set);
    node.set = std::move(set);
    node.folded = folded;
    return node;
  }

  std::string_view pattern_;
  bool oniguruma_;
  bool llama_cpp_;
  const std::string& where_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
};

// Alternatives up to the end of the group or pattern.
RegexNode Parser::choice(bool fold) {
  const Level level(*this);
  RegexNode alternatives = of_kind(Kind::choice);
  do {
    RegexNode sequence = of_kind(Kind::sequence);
    while (!at_end() && peek() != '|' && peek() != ')') {
      const bool on = take("(?i)");
      if (on || take("(?-i)")) {
        fold = on;
        if (!oniguruma_) continue;
        sequence.parts.push_back(choice(fold));  // the rest of the group, with its alternatives
      } else {
        sequence.parts.push_back(quantified(fold));
      }
    }
    alternatives.parts.push_back(std::move(sequence));
  } while (take("|"));
  return alternatives;
}

RegexNode Parser::quantified(bool fold) {
  const std::size_t begin = at_;
  RegexNode what = atom(fold);
  const bool repeatable = what.kind == Kind::set || what.kind == Kind::choice;

  RegexNode repeat = of_kind(Kind::repeat);
  const std::optional<Interval> counts = interval();
  if (counts) {
    repeat.least = counts->least;
    repeat.most = counts->most;
    at_ += counts->size;
  } else if (take("?")) {
    repeat.most = 1;
  } else if (take("*")) {
    repeat.most = kUnbounded;
  } else if (take("+")) {
    repeat.least = 1;
    repeat.most = kUnbounded;
  } else {
    return what;
  }
  if (!repeatable) {
    at_ = begin;
    unsupported("this is a repeated anchor or lookahead");
  }
  repeat.parts.push_back(std::move(what));

  if (peek() == '?') {
    if (oniguruma_ && counts && counts->exact) unsupported("{n}? is an optional {n} in this dialect");
    ++at_;
    repeat.mode = Mode::lazy;
  } else if (peek() == '+') {
    ++at_;
    if (oniguruma_ && counts) {
      RegexNode outer = of_kind(Kind::repeat);
      outer.least = 1;
      outer.most = kUnbounded;
      outer.parts.push_back(std::move(repeat));
      repeat = std::move(outer);
    } else {
      repeat.mode = Mode::possessive;
    }
  }
  if (peek() == '?' || peek() == '*' || peek() == '+' || interval())
    unsupported("these are quantifiers in a row");
  return repeat;
}

// {n}, {n,} or {n,m} here; anything else in braces is literal text in both dialects, but for {,m}.
std::optional<Parser::Interval> Parser::interval() const {
  if (peek() != '{') return std::nullopt;
  std::size_t p = at_ + 1;
  const auto number = [&]() -> std::optional<int> {
    const std::size_t begin = p;
    int value = 0;
    for (; p < pattern_.size() && is_digit(pattern_[p]); ++p) {
      value = std::min(value * 10 + (pattern_[p] - '0'), kMaxRepeat + 1);
    }
    if (p == begin) return std::nullopt;
    return value;
  };
  const auto is = [&](char c) { return p < pattern_.size() && pattern_[p] == c; };

  const std::optional<int> least = number();
  std::optional<int> most = least;
  const bool exact = !is(',');
  if (!exact) {
    ++p;
    most = number();
  }
  if (!is('}') || (!least && exact)) return std::nullopt;
  if (!least) unsupported("this is {,n}");
  if (*least > kMaxRepeat || (most && *most > kMaxRepeat)) {
    fail(ErrorCode::limit, fmt::format("a count is larger than {}; use a smaller one", kMaxRepeat));
  }
  if (most && *most < *least) malformed("the counts in {n,m} are in the wrong order");
  return Interval{*least, most.value_or(kUnbounded), exact, p + 1 - at_};
}

RegexNode Parser::atom(bool fold) {
  switch (peek()) {
    case '(':
      return group(fold);
    case '[': {
      ++at_;
      bool folded = false;
      CodeSet set = bracketed(fold, folded);
      return of_set(std::move(set), folded);
    }
    case '.':
      ++at_;
      return of_set(~CodeSet('\n'));
    case '^':
      ++at_;
      return of_kind(oniguruma_ ? Kind::line_begin : Kind::text_begin);
    case '$':
      ++at_;
      return of_kind(oniguruma_ ? Kind::line_end : Kind::text_end);
    case '*':
    case '+':
    case '?':
      malformed("a quantifier has nothing to repeat", "write a backslash before it for the character");
    case '{':
      if (interval()) malformed("a quantifier has nothing to repeat", "write \\{ for the character");
      break;
    case '\\': {
      if (take("\\A")) return of_kind(Kind::text_begin);
      if (take("\\z")) return of_kind(Kind::text_end);
      Escape escaped = escape(false);
      if (escaped.character) return literal(*escaped.character, fold);
      bool folded = false;
      return of_set(fold ? fold_case(std::move(escaped.set), folded) : std::move(escaped.set), folded);
    }
    default:
      break;
  }
  return literal(next_character(), fold);
}

RegexNode Parser::literal(char32_t c, bool fold) {
  bool folded = false;
  CodeSet set(c);
  if (fold) set = fold_case(std::move(set), folded);
  return of_set(std::move(set), folded);
}

// A group, capturing or not: nothing refers back to it.
RegexNode Parser::group(bool fold) {
  if (ahead("(?!")) return lookahead(fold);
  if (take("(?i:")) {
    fold = true;
  } else if (take("(?-i:")) {
    fold = false;
  } else if (take("(?:")) {
    // as it is
  } else if (!ahead("(?")) {
    take("(");
  } else {
    if (ahead("(?=") || ahead("(?<=") || ahead("(?<!")) unsupported("this is lookaround other than (?!\\S)");
    if (ahead("(?>")) unsupported("this is an atomic group");
    unsupported(
        fmt::format("{}... is not among (?:, (?i:, (?-i:, (?i) and (?!\\S)", pattern_.substr(at_, 3)));
  }
  RegexNode inside = choice(fold);
  if (!take(")")) malformed("a group is not closed: a ) is missing");
  return inside;
}

// (?!\S), or another way to write it.
RegexNode Parser::lookahead(bool fold) {
  const std::size_t begin = at_;
  take("(?!");
  RegexNode inside = choice(fold);
  if (!take(")")) malformed("a lookahead is not closed: a ) is missing");
  const bool single = inside.parts.size() == 1 && inside.parts[0].parts.size() == 1;
  if (!single || inside.parts[0].parts[0].kind != Kind::set ||
      inside.parts[0].parts[0].set != ~whitespace()) {
    at_ = begin;
    unsupported("this is lookaround other than (?!\\S)");
  }
  return of_kind(Kind::space_ahead);
}

// From the backslash.
Parser::Escape Parser::escape(bool in_class) {
  const std::size_t begin = at_++;
  if (at_end()) malformed("the pattern ends with a backslash");
  const char32_t c = next_character();
  switch (c) {
    case 'n':
      return {U'\n', {}};
    case 'r':
      return {U'\r', {}};
    case 't':
      return {U'\t', {}};
    case 'f':
      return {U'\f', {}};
    case 'v':
      return {U'\v', {}};
    case 'a':
      return {U'\a', {}};
    case 'e':
      return {U'\x1B', {}};
    case 's':
      return {{}, whitespace()};
    case 'S':
      return {{}, ~whitespace()};
    case 'd':
      return {{}, CodeSet(unicode::property("Nd"))};
    case 'D':
      return {{}, ~CodeSet(unicode::property("Nd"))};
    case 'w':
      return {{}, word(oniguruma_, in_class)};
    case 'W':
      return {{}, ~word(oniguruma_, in_class)};
    case 'p':
      return {{}, named_property()};
    case 'P':
      return {{}, ~named_property()};
    case 'u':
      return {hex(4), {}};
    case 'x': {
      if (peek() == '{') return {hex(0), {}};
      const char32_t value = hex(2);
      if (oniguruma_ && value >= 0x80)
        unsupported("\\x and two digits is a byte, not a character, in this dialect");
      return {value, {}};
    }
    default:
      break;
  }
  const bool boundary = !oniguruma_ && (c == '<' || c == '>');
  if (c < 0x20 || c >= 0x7F || is_letter(c) || (c < 0x80 && is_digit(static_cast<char>(c))) || boundary) {
    const std::string_view escaped = pattern_.substr(begin, at_ - begin);
    at_ = begin;
    unsupported(fmt::format("this is {}", escaped));
  }
  return {c, {}};
}

// `digits` hexadecimal digits, or for 0 any number of them in braces.
char32_t Parser::hex(std::size_t digits) {
  const bool braces = digits == 0;
  if (braces) take("{");
  char32_t value = 0;
  std::size_t read = 0;
  for (; braces || read < digits; ++read) {
    const std::optional<unsigned> digit = hex_value(peek());
    if (!digit) break;
    value = std::min<char32_t>(value << 4 | *digit, kLastCodePoint + 1);
    ++at_;
  }
  if (braces ? read == 0 || !take("}") : read < digits)
    malformed("\\x or \\u has too few digits, or other characters");
  if (value > kLastCodePoint || (value >= 0xD800 && value < 0xE000)) {
    malformed("\\x or \\u names no Unicode scalar value");
  }
  return value;
}

// What follows \p.
CodeSet Parser::named_property() {
  std::string_view name;
  bool negated = false;
  if (take("{")) {
    negated = take("^");
    const std::size_t end = pattern_.find('}', at_);
    if (end == pattern_.npos) malformed("\\p{ is not closed: a } is missing");
    name = pattern_.substr(at_, end - at_);
    at_ = end + 1;
  } else if (!oniguruma_ && is_letter(static_cast<unsigned char>(peek()))) {
    name = pattern_.substr(at_++, 1);
  } else {
    malformed("\\p wants a name in braces, as in \\p{L}");
  }
  CodeSet set = property_named(name);
  if (set.empty()) {
    fail(ErrorCode::unsupported,
         fmt::format(
             "\\p{{{}}} is not a known property; write a general category by its short name (\\p{{Lu}}) or a "
             "script by its long one (\\p{{Han}})",
             name));
  }
  if (llama_cpp_) set = set & ~unknown_to_llama_cpp();
  return negated ? ~set : set;
}

// From behind the [ to behind its ]. Sets `folded` if letters were added because of `fold`.
CodeSet Parser::bracketed(bool fold, bool& folded) {
  const Level level(*this);
  const std::size_t begin = at_;
  const bool negated = take("^");
  std::optional<CodeSet> intersection;  // of the operands of && so far
  CodeSet operand;
  bool operand_begins = true;  // nothing of the operand was read yet
  bool folded_here = false;
  if (peek() == ']') unsupported("this class is empty, or begins with an unescaped ]");
  while (!take("]")) {
    if (at_end()) malformed("a class is not closed: a ] is missing");
    if (ahead("[:")) unsupported("this is a POSIX class");
    if (ahead("--") || ahead("~~") || ahead("&&&")) unsupported("this is a set operation other than &&");
    if (take("&&")) {
      if (operand_begins || peek() == ']') unsupported("this is an && without operands on both sides");
      intersection = intersection ? *intersection & operand : operand;
      operand = {};
      operand_begins = true;
      continue;
    }
    if (take("[")) {
      operand |= bracketed(fold, folded_here);
    } else {
      CodeSet item = class_item(operand_begins && !intersection);
      operand |= fold ? fold_case(std::move(item), folded_here) : std::move(item);
    }
    operand_begins = false;
  }
  if (folded_here && (negated || intersection)) {
    at_ = begin;
    unsupported("this is a case-insensitive class with ^ or &&");
  }
  folded |= folded_here;
  if (intersection) operand = *intersection & operand;
  return negated ? ~operand : operand;
}

// A character, a range or an escape inside a class. Where a - can stand for itself without doubt: first and
// last.
CodeSet Parser::class_item(bool begins) {
  std::optional<char32_t> first;
  if (peek() == '\\') {
    Escape escaped = escape(true);
    if (!escaped.character && peek() == '-' && peek(1) != ']') {
      unsupported("this is an unescaped - inside a class");
    }
    if (!escaped.character) return escaped.set;
    first = escaped.character;
  } else {
    if (peek() == '-' && peek(1) != ']' && !begins) unsupported("this is an unescaped - inside a class");
    first = next_character();
  }
  if (peek() != '-' || peek(1) == ']') return CodeSet(*first);

  if (ahead("--")) unsupported("this is a set operation other than &&");
  if (ahead("-[") || ahead("-&&")) unsupported("this is an unescaped - inside a class");
  ++at_;
  if (at_end()) malformed("a class is not closed: a ] is missing");
  const Escape last = peek() == '\\' ? escape(true) : Escape{next_character(), {}};
  if (!last.character) malformed("a range in a class ends with a class", "write \\- for the character");
  if (*last.character < *first) malformed("the ends of a range in a class are in the wrong order");
  return CodeSet(*first, *last.character);
}

// `set` and what its ASCII letters are equal to when case is ignored.
CodeSet Parser::fold_case(CodeSet set, bool& folded) {
  static const CodeSet letters = CodeSet('A', 'Z') | CodeSet('a', 'z');
  static const CodeSet cased(unicode::property("folding"));
  const CodeSet affected = set & cased;
  if (affected == cased) return set;  // \S, say
  const CodeSet ascii = set & letters;
  if (affected != ascii) unsupported("(?i) is asked of characters beyond ASCII that have case");
  if (ascii.empty()) return set;
  folded = true;
  for (char32_t lower = 'a'; lower <= 'z'; ++lower) {
    const char32_t upper = lower - 'a' + 'A';
    if (ascii.contains(lower) || ascii.contains(upper)) set |= CodeSet(lower) | CodeSet(upper);
  }
  if (set.contains('s')) set |= CodeSet(0x17F);
  if (set.contains('k')) set |= CodeSet(0x212A);
  return set;
}

}  // namespace

const CodeSet& whitespace() {
  static const CodeSet set = [] {
    CodeSet all = property_named("Z");
    return all | CodeSet(0x09, 0x0D) | CodeSet(0x85);
  }();
  return set;
}

RegexNode parse_regex(std::string_view pattern, vocab::Reference dialect, const std::string& where) {
  return Parser(pattern, dialect, where).parse();
}

}  // namespace polyglyph::tokenizer
