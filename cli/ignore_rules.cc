// A pattern is cut at its slashes. Within one part, "*" stands for any bytes and "?" for one; over the parts,
// "**" stands for any number of them. Both levels are the same problem, a pattern with gaps against a
// sequence, and both are solved by the same greedy loop: on a mismatch, the latest gap takes one element
// more. Earlier gaps never have to be reconsidered: the pieces before the latest gap have been found at their
// leftmost places, which leaves the most for what follows. So a match takes at most length of pattern x
// length of path steps at each level, where the recursive matcher that git has takes exponentially many for
// "*a*a*a*a*b".

#include "cli/ignore_rules.h"

#include <cctype>
#include <optional>

namespace polyglyph::cli {

namespace {

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    std::size_t slash = text.find('/');
    parts.push_back(text.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    text.remove_prefix(slash + 1);
  }
}

// The greedy loop. `is_gap(p)` says whether pattern element p is a gap; `step(p, s)` gives the pattern
// position after element p if it matches element s, else 0. A `pattern_size` of elements must be used up with
// the sequence.
template <class IsGap, class Step>
bool match_with_gaps(std::size_t pattern_size, std::size_t size, IsGap is_gap, Step step) {
  std::size_t p = 0, s = 0;
  std::size_t gap_end = 0;    // position after the latest gap; 0 for none
  std::size_t gap_taken = 0;  // the element up to which that gap reaches
  while (s < size) {
    if (p < pattern_size && is_gap(p)) {
      gap_end = ++p;
      gap_taken = s;
      continue;
    }
    std::size_t next = p < pattern_size ? step(p, s) : 0;
    if (next != 0) {
      p = next;
      ++s;
    } else if (gap_end != 0) {
      p = gap_end;
      s = ++gap_taken;
    } else {
      return false;
    }
  }
  while (p < pattern_size && is_gap(p)) ++p;
  return p == pattern_size;
}

std::optional<bool> in_class(std::string_view name, unsigned char c) {
  if (name == "alnum") return std::isalnum(c) != 0;
  if (name == "alpha") return std::isalpha(c) != 0;
  if (name == "blank") return c == ' ' || c == '\t';
  if (name == "cntrl") return std::iscntrl(c) != 0;
  if (name == "digit") return std::isdigit(c) != 0;
  if (name == "graph") return std::isgraph(c) != 0;
  if (name == "lower") return std::islower(c) != 0;
  if (name == "print") return std::isprint(c) != 0;
  if (name == "punct") return std::ispunct(c) != 0;
  if (name == "space") return std::isspace(c) != 0;
  if (name == "upper") return std::isupper(c) != 0;
  if (name == "xdigit") return std::isxdigit(c) != 0;
  return std::nullopt;
}

// The set "[...]" that begins at `at`. Gives the position behind it if it holds `c`; 0 if not, and also if
// the set never ends or names an unknown class: such a pattern matches nothing.
std::size_t match_set(std::string_view pattern, std::size_t at, unsigned char c) {
  ++at;
  bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (negated) ++at;
  bool found = false;
  int previous = -1;  // the low end of a range that a "-" may continue
  for (bool first = true;; first = false) {
    if (at >= pattern.size()) return 0;
    unsigned char p = static_cast<unsigned char>(pattern[at]);
    if (p == ']' && !first) break;
    if (p == '-' && previous >= 0 && at + 1 < pattern.size() && pattern[at + 1] != ']') {
      if (pattern[++at] == '\\' && ++at >= pattern.size()) return 0;
      found |= c >= previous && c <= static_cast<unsigned char>(pattern[at]);
      previous = -1;
      ++at;
      continue;
    }
    if (p == '[' && at + 1 < pattern.size() && pattern[at + 1] == ':') {
      std::size_t end = pattern.find(']', at + 2);
      if (end == std::string_view::npos) return 0;
      if (end > at + 2 && pattern[end - 1] == ':') {
        std::optional<bool> inside = in_class(pattern.substr(at + 2, end - at - 3), c);
        if (!inside) return 0;
        found |= *inside;
        previous = -1;
        at = end + 1;
        continue;
      }
    }
    if (p == '\\') {
      if (++at >= pattern.size()) return 0;
      p = static_cast<unsigned char>(pattern[at]);
    }
    found |= c == p;
    previous = p;
    ++at;
  }
  return found != negated ? at + 1 : 0;
}

bool match_part(std::string_view pattern, std::string_view part) {
  auto is_gap = [&](std::size_t p) { return pattern[p] == '*'; };
  auto step = [&](std::size_t p, std::size_t s) -> std::size_t {
    switch (pattern[p]) {
      case '?':
        return p + 1;
      case '[':
        return match_set(pattern, p, static_cast<unsigned char>(part[s]));
      case '\\':
        return p + 1 < pattern.size() && pattern[p + 1] == part[s] ? p + 2 : 0;
      default:
        return pattern[p] == part[s] ? p + 1 : 0;
    }
  };
  return match_with_gaps(pattern.size(), part.size(), is_gap, step);
}

// Spaces at the end do not count unless the last has a backslash before it.
std::string_view trim_trailing_spaces(std::string_view line) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size()) {
      end = ++i + 1;
    } else if (line[i] != ' ') {
      end = i + 1;
    }
  }
  return line.substr(0, end);
}

}  // namespace

IgnoreRules IgnoreRules::parse(std::string_view text) {
  IgnoreRules rules;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (end < text.size() && line.ends_with('\r')) line.remove_suffix(1);
    rules.add(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return rules;
}

void IgnoreRules::add(std::string_view line) {
  if (line.starts_with('#')) return;
  line = trim_trailing_spaces(line);
  Rule rule;
  if (line.starts_with('!')) {
    rule.negated = true;
    line.remove_prefix(1);
  }
  if (line.ends_with('/')) {
    rule.directory_only = true;
    line.remove_suffix(1);
  }
  if (line.empty()) return;
  bool anywhere = line.find('/') == std::string_view::npos;
  if (line.starts_with('/')) line.remove_prefix(1);
  for (std::string_view part : split(line)) rule.parts.emplace_back(part);
  // Alone, "**" is a "*" twice; at the end, it is everything inside, not the directory itself.
  if (anywhere) {
    if (rule.parts[0] == "**") rule.parts[0] = "*";
    rule.parts.insert(rule.parts.begin(), "**");
  } else if (rule.parts.back() == "**") {
    rule.parts.push_back("*");
  }
  rules_.push_back(std::move(rule));
}

IgnoreRules::Verdict IgnoreRules::match(std::string_view path, bool is_directory) const {
  if (rules_.empty()) return Verdict::none;
  std::vector<std::string_view> parts = split(path);
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (rule->directory_only && !is_directory) continue;
    auto is_gap = [&](std::size_t p) { return rule->parts[p] == "**"; };
    auto step = [&](std::size_t p, std::size_t s) -> std::size_t {
      return match_part(rule->parts[p], parts[s]) ? p + 1 : 0;
    };
    if (match_with_gaps(rule->parts.size(), parts.size(), is_gap, step)) {
      return rule->negated ? Verdict::keep : Verdict::ignore;
    }
  }
  return Verdict::none;
}

bool IgnoreRules::has_plain() const {
  for (const Rule& rule : rules_) {
    if (!rule.negated) return true;
  }
  return false;
}

}  // namespace polyglyph::cli
