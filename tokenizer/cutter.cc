// A text is a row of items, each matched or not: the matches of a pattern and the gaps between them, or
// single characters that have a property and the runs of those that do not. Whether there is a cut between
// two neighbours, and whether an item is dropped, follows from the two alone. That covers the five behaviours
// of the reference:
//
//   isolated               a cut between any two
//   removed                the same, and what is matched is dropped
//   contiguous             a cut where matched and not matched meet
//   merged with previous   a cut unless something matched follows something that is not
//   merged with next       a cut unless something matched comes before something that is not
//
// (The reference joins from the left or, for "next", from the right; what one joining sees of the last one is
// only whether it was matched.) So everything runs in one pass, and a piece is final as soon as its right
// neighbour is known, or cannot matter.
//
// ClassCutter does it for characters, with up to three classes in place of matched or not, so that BERT's two
// splits in a row are one pass as well: what they cut between characters depends on their classes alone.
#include "tokenizer/cutter.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "tokenizer/regex_splitter.h"
#include "tokenizer/scanner.h"
#include "unicode/split_class.h"
#include "unicode/utf8.h"

namespace polyglyph::tokenizer {
namespace {

using unicode::Decoded;
using vocab::SplitBehavior;
using vocab::SplitStep;

constexpr std::string_view kReplacementBytes = "\xEF\xBF\xBD";

// Whether there is a cut between two items, the first matched or not, the second matched or not.
bool cuts(SplitBehavior behavior, bool first, bool second) {
  switch (behavior) {
    case SplitBehavior::contiguous:
      return first != second;
    case SplitBehavior::merged_with_previous:
      return first || !second;
    case SplitBehavior::merged_with_next:
      return !first || second;
    case SplitBehavior::isolated:
    case SplitBehavior::removed:
      break;
  }
  return true;
}

// Which cuts there are between characters of up to eight classes: bit b of cut[a] for a cut between a and b.
struct Rules {
  std::array<std::uint8_t, 8> cut{};
  std::uint8_t dropped = 0;
};

constexpr std::uint8_t kText = 0, kSpace = 1, kOther = 2;  // the classes of the rules below
constexpr Rules kSpaces{{0b010, 0b001}, 0b010};
constexpr Rules kBertRules{{0b110, 0b101, 0b111}, 0b010};        // kOther: punctuation
constexpr Rules kWhitespaceRules{{0b110, 0b101, 0b011}, 0b010};  // kOther: \w

// For classes 0, not matched, and 1, matched. Neighbours that are not matched are one item.
Rules rules_of(SplitBehavior behavior) {
  Rules rules;
  for (const bool first : {false, true}) {
    for (const bool second : {false, true}) {
      if ((first || second) && cuts(behavior, first, second)) rules.cut[first] |= 1u << second;
    }
  }
  if (behavior == SplitBehavior::removed) rules.dropped = 0b10;
  return rules;
}

// Classes from the sets of unicode::SplitClass.
class SetClasses {
 public:
  // `class_of` says which class the characters of a set have.
  template <class ClassOf>
  explicit SetClasses(ClassOf class_of) {
    for (std::uint8_t set = 0; set < 16; ++set) classes_[set] = class_of(set);
    for (char32_t c = 0; c < 128; ++c) ascii_[c] = classes_[unicode::split_class(c)];
  }
  std::uint8_t ascii(unsigned char byte) const { return ascii_[byte]; }
  std::uint8_t operator()(char32_t c) const { return classes_[unicode::split_class(c)]; }

 private:
  std::array<std::uint8_t, 16> classes_;
  std::array<std::uint8_t, 128> ascii_;
};

// Class 1 is a single character.
class CharacterClass {
 public:
  explicit CharacterClass(char32_t character) : character_(character) {}
  std::uint8_t ascii(unsigned char byte) const { return byte == character_; }
  std::uint8_t operator()(char32_t c) const { return c == character_; }

 private:
  char32_t character_;
};

template <class Classes>
class ClassCutter final : public Cutter {
 public:
  ClassCutter(Classes classes, Rules rules, unsigned class_count)
      : classes_(classes), rules_(rules), all_((1u << class_count) - 1) {}

  std::size_t cut(std::string_view text, bool final, std::size_t base,
                  std::vector<Span>& pieces) const override {
    const char* const end = text.data() + text.size();
    const char* begin = text.data();
    unsigned cut = 0, dropped = 0;  // the rules for the last character's class
    const auto give = [&](const char* until) {
      if (dropped || begin == until) return;
      pieces.push_back({base + static_cast<std::size_t>(begin - text.data()),
                        base + static_cast<std::size_t>(until - text.data())});
    };
    for (const char* p = begin; p != end;) {
      const auto byte = static_cast<unsigned char>(*p);
      unsigned size = 1, now;
      if (byte < 0x80) {
        now = classes_.ascii(byte);
      } else {
        const Decoded c = unicode::decode(p, end);
        now = classes_(c.code_point);
        size = c.size;
      }
      if (cut >> now & 1) {
        give(p);
        begin = p;
      }
      cut = rules_.cut[now];
      dropped = rules_.dropped >> now & 1;
      p += size;
    }
    if (!final && !dropped && cut != all_) return static_cast<std::size_t>(begin - text.data());
    give(end);
    return text.size();
  }

 private:
  Classes classes_;
  Rules rules_;
  unsigned all_;
};

template <class ClassOf>
std::unique_ptr<Cutter> set_cutter(const Rules& rules, unsigned class_count, ClassOf class_of) {
  return std::make_unique<ClassCutter<SetClasses>>(SetClasses(class_of), rules, class_count);
}

std::unique_ptr<Cutter> matched_set_cutter(SplitBehavior behavior, unicode::SplitClass matched) {
  return set_cutter(rules_of(behavior), 2, [&](unsigned set) { return (set & matched) != 0; });
}

// Cuts where the script changes. Characters of script 0 go with what is before them; at the beginning, where
// nothing is, the reference drops them.
class ScriptCutter final : public Cutter {
 public:
  std::size_t cut(std::string_view text, bool final, std::size_t base,
                  std::vector<Span>& pieces) const override {
    std::size_t begin = text.size();
    std::uint8_t last = 0;
    for (std::size_t i = 0; i < text.size();) {
      const Decoded c = unicode::decode(text.data() + i, text.data() + text.size());
      const std::uint8_t script = unicode::script_of(c.code_point);
      if (script != 0 && script != last) {
        if (last != 0) pieces.push_back({base + begin, base + i});
        begin = i;
        last = script;
      }
      i += c.size;
    }
    if (!final) return begin;
    if (last != 0) pieces.push_back({base + begin, base + text.size()});
    return text.size();
  }
};

// Cuts after every `length` characters; or drops everything.
class LengthCutter final : public Cutter {
 public:
  LengthCutter(std::uint32_t length, bool drop) : length_(length), drop_(drop) {}

  std::size_t cut(std::string_view text, bool final, std::size_t base,
                  std::vector<Span>& pieces) const override {
    if (drop_) return text.size();
    std::size_t begin = 0;
    std::uint32_t count = 0;
    for (std::size_t i = 0; i < text.size();) {
      i += unicode::decode(text.data() + i, text.data() + text.size()).size;
      if (++count < length_) continue;
      pieces.push_back({base + begin, base + i});
      begin = i;
      count = 0;
    }
    if (!final || begin == text.size()) return begin;
    pieces.push_back({base + begin, base + text.size()});
    return text.size();
  }

 private:
  std::uint32_t length_;
  bool drop_;
};

class ScannerCutter final : public Cutter {
 public:
  explicit ScannerCutter(Scanner scanner) : scanner_(scanner) {}

  std::size_t cut(std::string_view text, bool final, std::size_t base,
                  std::vector<Span>& pieces) const override {
    return scan_pieces(scanner_, text, final, [&](const char* begin, const char* end) {
      pieces.push_back({base + static_cast<std::size_t>(begin - text.data()),
                        base + static_cast<std::size_t>(end - text.data())});
      return true;
    });
  }

 private:
  Scanner scanner_;
};

// Puts items together to pieces.
class Joiner {
 public:
  Joiner(SplitBehavior behavior, std::size_t base, std::vector<Span>& pieces)
      : behavior_(behavior), base_(base), pieces_(pieces) {}

  void add(Span item, bool matched) {
    if (open_ && cuts(behavior_, matched_, matched)) give();
    if (!open_) piece_ = item;
    piece_.end = item.end;
    matched_ = matched;
    open_ = true;
  }
  void give() {
    if (open_ && !(behavior_ == SplitBehavior::removed && matched_)) {
      pieces_.push_back({base_ + piece_.begin, base_ + piece_.end});
    }
    open_ = false;
  }
  bool cuts_before(bool matched) const { return !open_ || cuts(behavior_, matched_, matched); }
  std::size_t settled(std::size_t items_end) const { return open_ ? piece_.begin : items_end; }

 private:
  SplitBehavior behavior_;
  std::size_t base_;
  std::vector<Span>& pieces_;
  Span piece_{};  // being put together
  bool matched_ = false;
  bool open_ = false;
};

// Split: a regular expression or a text.
class MatchCutter final : public Cutter {
 public:
  MatchCutter(const SplitStep& step, std::unique_ptr<RegexSplitter> regex)
      : step_(step), regex_(std::move(regex)) {
    lossy_ = regex_ != nullptr || step.pattern.find(kReplacementBytes) != std::string::npos;
  }

  // Patterns see ill-formed UTF-8 as U+FFFD, so such text is cut in a copy, and the places are carried back.
  std::size_t cut(std::string_view text, bool final, std::size_t base,
                  std::vector<Span>& pieces) const override {
    // What follows a cut would be matched as if the text began with it: wait for all of it.
    if (!final && regex_ != nullptr && regex_->looks_back()) return 0;
    if (!lossy_ || unicode::is_valid(text)) return cut_sound(text, final, base, pieces);
    std::string copy;
    unicode::append_lossy(copy, text);
    const std::size_t first = pieces.size();
    const std::size_t settled = cut_sound(copy, final, 0, pieces);
    std::size_t lossy = 0, own = 0;
    const auto to_own = [&](std::size_t place) {
      while (lossy < place && own < text.size()) {
        const Decoded c = unicode::decode(text.data() + own, text.data() + text.size());
        lossy += c.valid ? c.size : kReplacementBytes.size();
        own += c.size;
      }
      return own;
    };
    for (std::size_t i = first; i < pieces.size(); ++i) {
      const std::size_t begin = base + to_own(pieces[i].begin);
      pieces[i] = {begin, base + to_own(pieces[i].end)};
    }
    return to_own(settled);
  }

 private:
  std::size_t cut_sound(std::string_view text, bool final, std::size_t base,
                        std::vector<Span>& pieces) const {
    const bool matched = !step_.invert;
    Joiner joiner(step_.behavior, base, pieces);
    std::size_t at = 0;
    const std::size_t decided = final ? text.size() : undecided(text);
    for (Span match; at < text.size() && find(text, at, match) && match.begin < decided; at = match.end) {
      if (at < match.begin) joiner.add({at, match.begin}, !matched);
      joiner.add(match, matched);
    }
    if (final) {
      if (at < text.size()) joiner.add({at, text.size()}, !matched);
      joiner.give();
      return text.size();
    }
    // What follows the last match is a gap that may go on, unless the next match may follow at once.
    const bool gap_follows = at < decided;
    if (joiner.cuts_before(!matched) && (gap_follows || joiner.cuts_before(matched))) {
      joiner.give();
      if (gap_follows && !matched && step_.behavior == SplitBehavior::removed) return decided;
    }
    return joiner.settled(at);
  }

  bool find(std::string_view text, std::size_t from, Span& match) const {
    if (regex_ != nullptr) return regex_->find(text, from, match);
    match.begin = text.find(step_.pattern, from);
    match.end = match.begin + step_.pattern.size();
    return match.begin != text.npos;
  }

  // The first place where a match may begin that reaches beyond the end.
  std::size_t undecided(std::string_view text) const {
    if (regex_ != nullptr) return regex_->undecided(text, 0);
    const std::size_t size = step_.pattern.size();
    std::size_t place = text.size() - std::min(text.size(), size - 1);
    if (size > 64) return place;  // no need to be exact
    while (place < text.size() && !std::string_view(step_.pattern).starts_with(text.substr(place))) ++place;
    return place;
  }

  SplitStep step_;
  std::unique_ptr<RegexSplitter> regex_;
  bool lossy_;
};

std::unique_ptr<Cutter> make_match_cutter(const SplitStep& step, vocab::Reference reference,
                                          const std::string& where, bool stepwise, Compile when) {
  // An empty pattern matches between any two characters.
  if (step.pattern.empty()) {
    const bool drop = step.behavior == SplitBehavior::removed && step.invert;
    return std::make_unique<LengthCutter>(1, drop);
  }
  if (step.kind == SplitStep::Kind::literal) return std::make_unique<MatchCutter>(step, nullptr);
  if (!stepwise) {
    if (const auto scanner = find_scanner({&step, 1}, reference)) {
      return std::make_unique<ScannerCutter>(*scanner);
    }
  }
  return std::make_unique<MatchCutter>(step, RegexSplitter::compile(step.pattern, reference, where, when));
}

}  // namespace

std::unique_ptr<Cutter> make_cutter(const SplitStep& step, vocab::Reference reference,
                                    const std::string& where, bool stepwise, Compile when) {
  using Kind = SplitStep::Kind;
  switch (step.kind) {
    case Kind::regex:
    case Kind::literal:
      return make_match_cutter(step, reference, where, stepwise, when);
    case Kind::digits:
      return matched_set_cutter(step.individual ? SplitBehavior::isolated : SplitBehavior::contiguous,
                                unicode::kSplitNumeric);
    case Kind::punctuation:
      return matched_set_cutter(step.behavior, unicode::kSplitPunctuation);
    case Kind::whitespace_split:
      return set_cutter(kSpaces, 2, [](unsigned set) { return set & unicode::kSplitSpace ? kSpace : kText; });
    case Kind::bert:
      return set_cutter(kBertRules, 3, [](unsigned set) {
        return set & unicode::kSplitSpace ? kSpace : set & unicode::kSplitPunctuation ? kOther : kText;
      });
    case Kind::whitespace:
      return set_cutter(kWhitespaceRules, 3, [](unsigned set) {
        return set & unicode::kSplitWord ? kOther : set & unicode::kSplitSpace ? kSpace : kText;
      });
    case Kind::char_delimiter: {
      const char* const text = step.pattern.data();
      const char32_t c = unicode::decode(text, text + step.pattern.size()).code_point;
      return std::make_unique<ClassCutter<CharacterClass>>(CharacterClass(c), kSpaces, 2);
    }
    case Kind::unicode_scripts:
      return std::make_unique<ScriptCutter>();
    case Kind::fixed_length:
      return std::make_unique<LengthCutter>(std::max<std::uint32_t>(1, step.length), false);
    case Kind::byte_level_prefix:
    case Kind::byte_alphabet:
    case Kind::metaspace:
    case Kind::prefix:
      break;
  }
  return nullptr;
}

}  // namespace polyglyph::tokenizer
