// A pattern is parsed into nodes. Matching a node at a place calls what is to be matched after it with each
// place where the node can end, the preferred one first, until that succeeds: backtracking as Perl's,
// Oniguruma's and Rust's engines define it.
#include "tests/reference/regex.h"

#include <cctype>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "unicode/char_class.h"
#include "unicode/utf8.h"

namespace polyglyph::reference {
namespace {

using unicode::ClassMask;
using unicode::mask_of;
using Set = std::function<bool(char32_t)>;
using Place = std::size_t;
using After = std::function<bool(Place)>;

Set in_classes(ClassMask classes) {
  return [classes](char32_t c) { return (unicode::class_mask(c) & classes) != 0; };
}

Set in_range(char32_t low, char32_t high) {
  return [low, high](char32_t c) { return low <= c && c <= high; };
}

Set none_of(Set set) {
  return [set = std::move(set)](char32_t c) { return !set(c); };
}

Set any_of(std::vector<Set> sets) {
  return [sets = std::move(sets)](char32_t c) {
    for (const Set& set : sets) {
      if (set(c)) return true;
    }
    return false;
  };
}

// The characters that are equal to `c` when case is ignored, for the ASCII letters. U+017F is a long s,
// U+212A the sign of Kelvin.
Set in_any_case(char32_t c) {
  if (c >= 0x80 || !std::isalpha(static_cast<int>(c))) return in_range(c, c);
  const auto lower = static_cast<char32_t>(std::tolower(static_cast<int>(c)));
  const auto upper = static_cast<char32_t>(std::toupper(static_cast<int>(c)));
  std::vector<Set> sets{in_range(lower, lower), in_range(upper, upper)};
  if (lower == 's') sets.push_back(in_range(0x17F, 0x17F));
  if (lower == 'k') sets.push_back(in_range(0x212A, 0x212A));
  return any_of(std::move(sets));
}

ClassMask classes_named(std::string_view name) {
  using enum unicode::CharClass;
  static const std::pair<std::string_view, ClassMask> kNames[] = {
      {"L", unicode::kLetterMask}, {"Lu", mask_of(lu)},         {"Ll", mask_of(ll)},
      {"Lt", mask_of(lt)},         {"Lm", mask_of(lm)},         {"Lo", mask_of(lo)},
      {"M", unicode::kMarkMask},   {"N", unicode::kNumberMask}, {"P", unicode::kPunctMask},
      {"S", unicode::kSymbolMask}};
  for (const auto& [known, classes] : kNames) {
    if (name == known) return classes;
  }
  throw std::invalid_argument("no class \\p{" + std::string(name) + "} in the oracle");
}

}  // namespace

struct Regex::Node {
  enum class Kind { set, sequence, choice, repeat, not_ahead, end } kind;
  Set set;
  std::vector<std::unique_ptr<Node>> parts;
  std::size_t least = 0, most = 0;
  bool possessive = false;

  bool match(std::string_view text, Place at, const After& after) const {
    switch (kind) {
      case Kind::set: {
        if (at == text.size()) return false;
        const unicode::Decoded c = unicode::decode(text.data() + at, text.data() + text.size());
        return set(c.code_point) && after(at + c.size);
      }
      case Kind::sequence:
        return match_sequence(text, at, 0, after);
      case Kind::choice:
        for (const auto& part : parts) {
          if (part->match(text, at, after)) return true;
        }
        return false;
      case Kind::repeat: {
        if (!possessive) return match_repeat(text, at, 0, after);
        std::optional<Place> end;
        match_repeat(text, at, 0, [&](Place found) {
          end = found;
          return true;
        });
        return end && after(*end);
      }
      case Kind::not_ahead:
        return !parts[0]->match(text, at, [](Place) { return true; }) && after(at);
      case Kind::end:
        return at == text.size() && after(at);
    }
    return false;
  }

 private:
  bool match_sequence(std::string_view text, Place at, std::size_t part, const After& after) const {
    if (part == parts.size()) return after(at);
    return parts[part]->match(text, at,
                              [&](Place next) { return match_sequence(text, next, part + 1, after); });
  }

  bool match_repeat(std::string_view text, Place at, std::size_t done, const After& after) const {
    if (done < most &&
        parts[0]->match(text, at, [&](Place next) { return match_repeat(text, next, done + 1, after); })) {
      return true;
    }
    return done >= least && after(at);
  }
};

namespace {

using Node = Regex::Node;

class Parser {
 public:
  explicit Parser(std::string_view pattern) : pattern_(pattern) {}

  std::unique_ptr<Node> parse() {
    auto node = choice(false);
    if (at_ != pattern_.size()) fail();
    return node;
  }

 private:
  [[noreturn]] void fail() const {
    throw std::invalid_argument("the oracle cannot read " + std::string(pattern_) + " at " +
                                std::to_string(at_));
  }

  bool take(std::string_view token) {
    if (pattern_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }

  char32_t character() {
    if (at_ == pattern_.size()) fail();
    const unicode::Decoded c = unicode::decode(pattern_.data() + at_, pattern_.data() + pattern_.size());
    at_ += c.size;
    return c.code_point;
  }

  static std::unique_ptr<Node> node(Node::Kind kind) {
    auto made = std::make_unique<Node>();
    made->kind = kind;
    return made;
  }

  std::unique_ptr<Node> choice(bool any_case) {
    auto made = node(Node::Kind::choice);
    do {
      auto alternative = node(Node::Kind::sequence);
      while (at_ != pattern_.size() && pattern_[at_] != '|' && pattern_[at_] != ')') {
        alternative->parts.push_back(quantified(any_case));
      }
      made->parts.push_back(std::move(alternative));
    } while (take("|"));
    return made;
  }

  std::unique_ptr<Node> quantified(bool any_case) {
    auto what = atom(any_case);
    std::size_t least = 0, most = static_cast<std::size_t>(-1);
    if (take("?")) {
      most = 1;
    } else if (take("+")) {
      least = 1;
    } else if (take("{")) {
      least = number();
      most = take(",") ? number() : least;
      if (!take("}")) fail();
    } else if (!take("*")) {
      return what;
    }
    auto made = node(Node::Kind::repeat);
    made->parts.push_back(std::move(what));
    made->least = least;
    made->most = most;
    made->possessive = take("+");
    return made;
  }

  std::size_t number() {
    std::size_t value = 0;
    if (at_ == pattern_.size() || !std::isdigit(static_cast<unsigned char>(pattern_[at_]))) fail();
    while (at_ != pattern_.size() && std::isdigit(static_cast<unsigned char>(pattern_[at_]))) {
      value = value * 10 + static_cast<std::size_t>(pattern_[at_++] - '0');
    }
    return value;
  }

  std::unique_ptr<Node> atom(bool any_case) {
    if (take("$")) return node(Node::Kind::end);
    if (take("(?!")) {
      auto made = node(Node::Kind::not_ahead);
      made->parts.push_back(choice(any_case));
      if (!take(")")) fail();
      return made;
    }
    if (take("(")) {
      if (take("?i:")) {
        any_case = true;
      } else if (!take("?:")) {
        fail();
      }
      auto made = choice(any_case);
      if (!take(")")) fail();
      return made;
    }
    auto made = node(Node::Kind::set);
    if (take("[")) {
      made->set = bracketed();
    } else if (take("\\")) {
      const auto [set, literal] = escaped();
      made->set = set;
    } else if (take("*") || take("+") || take("?") || take(".") || take("^")) {
      fail();
    } else {
      const char32_t c = character();
      made->set = any_case ? in_any_case(c) : in_range(c, c);
    }
    return made;
  }

  // What follows a backslash; the second is the character, if it stands for one.
  std::pair<Set, std::optional<char32_t>> escaped() {
    if (take("p{")) {
      const std::size_t end = pattern_.find('}', at_);
      const std::string_view name = pattern_.substr(at_, end - at_);
      at_ = end + 1;
      return {in_classes(classes_named(name)), std::nullopt};
    }
    if (take("s")) return {in_classes(unicode::kSpaceMask), std::nullopt};
    if (take("S")) return {none_of(in_classes(unicode::kSpaceMask)), std::nullopt};
    char32_t c = character();
    if (c == 'r') {
      c = '\r';
    } else if (c == 'n') {
      c = '\n';
    } else if (c == 't') {
      c = '\t';
    } else if (c < 0x80 && std::isalnum(static_cast<int>(c))) {
      fail();
    }
    return {in_range(c, c), c};
  }

  Set bracketed() {
    const bool negated = take("^");
    std::vector<Set> sets;
    while (!take("]")) {
      std::optional<char32_t> low;
      Set set;
      if (take("\\")) {
        std::tie(set, low) = escaped();
      } else {
        low = character();
        set = in_range(*low, *low);
      }
      if (low && pattern_.substr(at_, 1) == "-" && pattern_.substr(at_ + 1, 1) != "]") {
        ++at_;
        set = in_range(*low, take("\\") ? escaped().second.value() : character());
      }
      sets.push_back(std::move(set));
    }
    return negated ? none_of(any_of(std::move(sets))) : any_of(std::move(sets));
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
};

}  // namespace

Regex::Regex(std::string_view pattern) : root_(Parser(pattern).parse()) {}
Regex::~Regex() = default;

std::vector<Span> Regex::find_all(std::string_view text) const {
  std::vector<Span> found;
  Place at = 0;
  while (at < text.size()) {
    std::optional<Place> end;
    root_->match(text, at, [&](Place place) {
      end = place;
      return true;
    });
    if (end && *end > at) {
      found.push_back({at, *end});
      at = *end;
    } else {
      at += unicode::decode(text.data() + at, text.data() + text.size()).size;
    }
  }
  return found;
}

std::vector<std::string_view> split(const Regex& regex, std::string_view text) {
  std::vector<std::string_view> pieces;
  std::size_t at = 0;
  for (const Span& match : regex.find_all(text)) {
    if (match.begin > at) pieces.push_back(text.substr(at, match.begin - at));
    pieces.push_back(text.substr(match.begin, match.end - match.begin));
    at = match.end;
  }
  if (at < text.size()) pieces.push_back(text.substr(at));
  return pieces;
}

}  // namespace polyglyph::reference
