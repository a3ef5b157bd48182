// Finding where two tokenizers part.
//
// Shrinking comes first: a difference in a megabyte says little, one in three characters speaks for itself. A
// text is halved as long as one of its halves still differs, then parts are left out, large ones before
// single characters (delta debugging), as long as the rest differs. How much is encoded for that is bounded,
// so that a text that resists comes out larger than it might be rather than late.
//
// Then the traces of both are compared stage by stage, in the order of the pipeline: the first stage at which
// they part is why the ids differ, for on a text that cannot be made smaller everything before it is the
// same.
#include "polyglyph/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "unicode/age.h"
#include "unicode/property.h"
#include "unicode/utf8.h"

namespace polyglyph {
namespace {

constexpr std::size_t kBudget = 64;  // so many times the text's length may be encoded to shrink it
constexpr std::size_t kLeastBudget = std::size_t{1} << 20;

// The border of a character at or before `at`.
std::size_t border_before(std::string_view text, std::size_t at) {
  for (int back = 0; back < 3 && at > 0 && at < text.size() && (text[at] & 0xC0) == 0x80; ++back) --at;
  return at;
}

class Shrinker {
 public:
  Shrinker(const EncodeFunction& left, const EncodeFunction& right, std::string_view text)
      : left_(left), right_(right), text_(text), budget_(std::max(kBudget * text.size(), kLeastBudget)) {}

  std::string shrink() {
    halve();
    for (std::size_t part = text_.size() / 2; part > 0; part /= 2) leave_out(part);
    while (leave_out(1)) {
    }
    return std::move(text_);
  }

 private:
  bool differs(std::string_view text) {
    if (text.size() + kCall > budget_) return false;
    budget_ -= text.size() + kCall;
    return left_(text) != right_(text);
  }

  void halve() {
    for (;;) {
      const std::size_t middle = border_before(text_, text_.size() / 2);
      if (middle == 0) return;
      if (differs(std::string_view(text_).substr(0, middle)))
        text_.resize(middle);
      else if (differs(std::string_view(text_).substr(middle)))
        text_.erase(0, middle);
      else
        return;
    }
  }

  // Goes over the text once; true if something could be left out.
  bool leave_out(std::size_t part) {
    bool any = false;
    for (std::size_t at = 0; at < text_.size();) {
      std::size_t end = border_before(text_, std::min(at + part, text_.size()));
      if (end <= at) end = at + unicode::decode(text_.data() + at, text_.data() + text_.size()).size;
      std::string rest = text_;
      rest.erase(at, end - at);
      if (!rest.empty() && differs(rest)) {
        text_ = std::move(rest);
        any = true;
      } else {
        at = end;
      }
    }
    return any;
  }

  static constexpr std::size_t kCall = 16;  // what a call costs, in bytes of text

  const EncodeFunction& left_;
  const EncodeFunction& right_;
  std::string text_;
  std::size_t budget_;
};

std::string category_of(char32_t cp) {
  constexpr const char* categories[] = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl",
                                        "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc",
                                        "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn"};
  return *std::ranges::find_if(
      categories, [&](const char* name) { return unicode::contains(unicode::property(name), cp); });
}

// Later versions have greater numbers; what no version assigns is newest of all.
unsigned newness(char32_t cp) {
  const std::string age = unicode::age_of(cp);
  if (age.empty()) return ~0u;
  const std::size_t point = age.find('.');
  return static_cast<unsigned>(std::stoul(age) << 8 | std::stoul(age.substr(point + 1)));
}

// Of several as new, the one with the greatest code point: a mark says more than the letter it sits on.
char32_t newest_character(std::string_view text) {
  std::pair<unsigned, char32_t> newest{0, 0};
  for (const char *p = text.data(), *const end = p + text.size(); p < end;) {
    const unicode::Decoded c = unicode::decode(p, end);
    newest = std::max(newest, {newness(c.code_point), c.code_point});
    p += c.size;
  }
  return newest.second;
}

// Names the character of the differing `part` that is most likely behind the difference.
void blame(std::string_view part, Difference& difference) {
  difference.code_point = newest_character(part);
  difference.category = category_of(difference.code_point);
  difference.age = unicode::age_of(difference.code_point);
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  unicode::append_lossy(out, text);
  return out + '"';
}

// With its code points where the eye may be misled.
std::string spelled(std::string_view text) {
  constexpr std::size_t kMost = 8;
  std::string points;
  std::size_t count = 0;
  bool ascii = true;
  for (const char *p = text.data(), *const end = p + text.size(); p < end && count <= kMost; ++count) {
    const unicode::Decoded c = unicode::decode(p, end);
    fmt::format_to(std::back_inserter(points), "{}U+{:04X}", count == 0 ? "" : " ",
                   static_cast<std::uint32_t>(c.code_point));
    ascii = ascii && c.code_point < 0x80;
    p += c.size;
  }
  return ascii || count > kMost ? in_quotes(text) : fmt::format("{} ({})", in_quotes(text), points);
}

// Pieces with bars between them.
std::string joined(const std::vector<Trace::Piece>& pieces) {
  std::string out;
  for (const Trace::Piece& piece : pieces) out += (out.empty() ? "" : "|") + piece.bytes;
  return in_quotes(out);
}

std::string names(const Tokenizer& tokenizer, const std::vector<TokenId>& ids) {
  std::string out;
  for (const TokenId id : ids)
    out += fmt::format("{}{} ({})", out.empty() ? "" : ", ", in_quotes(tokenizer.vocab().token_name(id)), id);
  return out.empty() ? "nothing" : out;
}

class Explainer {
 public:
  Explainer(const Tokenizer& left, const Tokenizer& right, Difference& difference,
            const EncodeOptions& options)
      : left_(left), right_(right), difference_(difference) {
    left_trace_ = left.trace(difference.text, options);
    right_trace_ = right.trace(difference.text, options);
  }

  void explain() {
    part_ = difference_.text;
    if (!sections() && !pieces()) {
      say(Stage::special_tokens, "gives " + names(left_, difference_.left),
          "gives " + names(right_, difference_.right));
    }
    blame(part_, difference_);
  }

 private:
  void say(Stage stage, const std::string& left, const std::string& right) {
    difference_.stage = stage;
    difference_.explanation = fmt::format("the left one {}, the right one {}", left, right);
  }

  static std::string section_in_words(const Trace::Section* section) {
    if (section == nullptr) return "finds no more";
    return section->added_token ? "takes the added token " + in_quotes(section->normalized)
                                : "takes ordinary text";
  }

  // Whether the traces part at the added tokens or at normalizing.
  bool sections() {
    const auto &left = left_trace_.sections, &right = right_trace_.sections;
    for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
      const Trace::Section* const l = i < left.size() ? &left[i] : nullptr;
      const Trace::Section* const r = i < right.size() ? &right[i] : nullptr;
      if (l == nullptr || r == nullptr || l->added_token != r->added_token || l->span != r->span) {
        say(Stage::added_tokens, section_in_words(l), section_in_words(r));
        return true;
      }
      if (l->normalized != r->normalized) {
        part_ = difference_.text.substr(l->span.begin, l->span.end - l->span.begin);
        say(Stage::normalizer, "makes " + spelled(l->normalized) + " of " + in_quotes(part_),
            "makes " + spelled(r->normalized));
        return true;
      }
    }
    return false;
  }

  // Whether they part at pieces, or at what the model makes of one. Sections are known to be the same.
  bool pieces() {
    for (std::size_t i = 0; i < left_trace_.sections.size(); ++i) {
      const auto &left = left_trace_.sections[i].pieces, &right = right_trace_.sections[i].pieces;
      const std::size_t shorter = std::min(left.size(), right.size());
      for (std::size_t j = 0; j < std::max(left.size(), right.size()); ++j) {
        const bool both = j < shorter;
        if (!both || left[j].bytes != right[j].bytes || left[j].added_token != right[j].added_token) {
          const bool added =
              (j < left.size() && left[j].added_token) || (j < right.size() && right[j].added_token);
          say(added ? Stage::added_tokens : Stage::pretokenizer, "cuts " + joined(left),
              "cuts " + joined(right));
          return true;
        }
        if (left[j].ids != right[j].ids) {
          part_ = difference_.text.substr(left[j].span.begin, left[j].span.end - left[j].span.begin);
          model(left[j], right[j]);
          return true;
        }
      }
    }
    return false;
  }

  void model(const Trace::Piece& left, const Trace::Piece& right) {
    const auto same_token = [&](TokenId l, TokenId r) {
      return left_.vocab().token_bytes(l) == right_.vocab().token_bytes(r);
    };
    const bool same = std::ranges::equal(left.ids, right.ids, same_token);
    say(same ? Stage::numbering : Stage::model,
        fmt::format("makes {} of {}", names(left_, left.ids), in_quotes(left.bytes)),
        "makes " + names(right_, right.ids));
  }

  const Tokenizer& left_;
  const Tokenizer& right_;
  Difference& difference_;
  Trace left_trace_, right_trace_;
  std::string part_;  // of the text: what is treated differently
};

}  // namespace

const char* to_string(Stage stage) noexcept {
  constexpr const char* stages[] = {"special tokens", "added tokens", "normalizer", "pretokenizer",
                                    "model",          "numbering",    "unknown"};
  return stages[static_cast<std::size_t>(stage)];
}

std::optional<Difference> find_difference(const EncodeFunction& left, const EncodeFunction& right,
                                          std::string_view text) {
  if (left(text) == right(text)) return std::nullopt;
  Difference difference;
  difference.text = Shrinker(left, right, text).shrink();
  difference.left = left(difference.text);
  difference.right = right(difference.text);
  blame(difference.text, difference);
  return difference;
}

std::optional<Difference> find_difference(const Tokenizer& left, const Tokenizer& right,
                                          std::string_view text, EncodeOptions options) {
  const auto encode = [&](const Tokenizer& tokenizer) {
    return [&](std::string_view part) { return tokenizer.encode(part, options); };
  };
  auto difference = find_difference(encode(left), encode(right), text);
  if (difference) Explainer(left, right, *difference, options).explain();
  return difference;
}

}  // namespace polyglyph
