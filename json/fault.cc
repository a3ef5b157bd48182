// A second, slow parser that only looks for the first mistake.
//
// The fast parser says that a file is broken, but not where. This one is run after it failed, over the same
// bytes: a scanner of RFC 8259's grammar with the open brackets on an explicit stack, so that nesting costs
// heap and not the machine's stack. It stops at the first byte that no valid continuation can explain, which
// for a truncated file is its end.
#include "json/fault.h"

#include <fmt/format.h>

#include <optional>

#include "unicode/utf8.h"

namespace polyglyph::json {
namespace {

class Scanner {
 public:
  Scanner(std::string_view text, std::size_t max_depth) : text_(text), max_depth_(max_depth) {}

  Fault run() {
    skip_space();
    if (at_end()) return {at_, "the text is empty", false};
    if (!values()) return {at_, what_, too_deep_};
    skip_space();
    if (!at_end()) return {at_, "something follows the end of the JSON value", false};
    return {};
  }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return text_[at_]; }

  bool fail(std::string what) {
    what_ = at_end() ? "the file ends early, inside a JSON value; it may have been cut off" : std::move(what);
    return false;
  }

  void skip_space() {
    while (!at_end() && (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t')) ++at_;
  }

  // A whole value, however nested: after each scalar or closing bracket, see what the innermost open bracket
  // wants.
  bool values() {
    for (;;) {
      skip_space();
      if (at_end()) return fail("");
      if (peek() == '{' || peek() == '[') {
        const char bracket = peek();
        if (open_.size() == max_depth_) {
          too_deep_ = true;
          return fail(fmt::format("nested more than {} levels deep", max_depth_));
        }
        open_.push_back(bracket);
        ++at_;
        skip_space();
        if (at_end()) return fail("");
        if (peek() != closing()) {
          if (bracket == '{' && !key()) return false;
          continue;
        }
      } else if (!scalar()) {
        return false;
      }
      if (!close_and_separate()) return false;
      if (open_.empty()) return true;
    }
  }

  // After a value: closes what ends here; true at a place where the next value begins, or at the very end.
  bool close_and_separate() {
    for (;;) {
      if (open_.empty()) return true;
      skip_space();
      if (at_end()) return fail("");
      if (peek() == closing()) {
        open_.pop_back();
        ++at_;
      } else if (peek() == ',') {
        ++at_;
        return open_.back() == '[' || key();
      } else {
        return fail(fmt::format("expected ',' or '{}'", closing()));
      }
    }
  }

  char closing() const { return open_.back() == '{' ? '}' : ']'; }

  bool key() {
    skip_space();
    if (at_end() || peek() != '"') return fail("expected a key in double quotes");
    if (!string()) return false;
    skip_space();
    if (at_end() || peek() != ':') return fail("expected ':' after a key");
    ++at_;
    return true;
  }

  bool scalar() {
    switch (peek()) {
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool word(std::string_view expected) {
    for (const char c : expected) {
      if (at_end() || peek() != c) return fail(fmt::format("expected {}", expected));
      ++at_;
    }
    return true;
  }

  bool digits() {
    const std::size_t begin = at_;
    while (!at_end() && peek() >= '0' && peek() <= '9') ++at_;
    return at_ > begin || fail("expected a value");
  }

  bool number() {
    if (peek() == '-') ++at_;
    const std::size_t begin = at_;
    if (!digits()) return false;
    if (text_[begin] == '0' && at_ > begin + 1) {
      at_ = begin;
      return fail("a number must not begin with 0");
    }
    if (!at_end() && peek() == '.') {
      ++at_;
      if (!digits()) return false;
    }
    if (!at_end() && (peek() == 'e' || peek() == 'E')) {
      ++at_;
      if (!at_end() && (peek() == '+' || peek() == '-')) ++at_;
      if (!digits()) return false;
    }
    return true;
  }

  std::optional<unsigned> four_hex() {
    unsigned code = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      if (at_end()) return std::nullopt;
      const char c = peek();
      unsigned digit = 0;
      if (c >= '0' && c <= '9')
        digit = static_cast<unsigned>(c - '0');
      else if (c >= 'a' && c <= 'f')
        digit = static_cast<unsigned>(c - 'a' + 10);
      else if (c >= 'A' && c <= 'F')
        digit = static_cast<unsigned>(c - 'A' + 10);
      else
        return std::nullopt;
      code = code << 4 | digit;
    }
    return code;
  }

  bool unicode_escape() {
    const auto first = four_hex();
    if (!first) return fail("expected four hexadecimal digits after \\u");
    if (*first < 0xD800 || *first > 0xDFFF) return true;
    const std::size_t after = at_;
    if (*first < 0xDC00 && text_.substr(at_, 2) == "\\u") {
      at_ += 2;
      const auto second = four_hex();
      if (second && *second >= 0xDC00 && *second <= 0xDFFF) return true;
    }
    const std::string_view rest = text_.substr(after);
    if (*first < 0xDC00 && rest.size() < 6 && std::string_view("\\u").starts_with(rest.substr(0, 2))) {
      at_ = text_.size();
      return fail("");
    }
    at_ = after;
    return fail("a surrogate that is not part of a pair");
  }

  bool string() {
    for (++at_; !at_end();) {
      const auto byte = static_cast<unsigned char>(peek());
      if (byte == '"') {
        ++at_;
        return true;
      }
      if (byte < 0x20) return fail("a control character inside a string must be escaped");
      if (byte == '\\') {
        ++at_;
        if (at_end()) return fail("");
        if (peek() == 'u') {
          ++at_;
          if (!unicode_escape()) return false;
          continue;
        }
        if (std::string_view("\"\\/bfnrt").find(peek()) == std::string_view::npos)
          return fail("unknown escape");
        ++at_;
        continue;
      }
      const auto decoded = unicode::decode(text_.data() + at_, text_.data() + text_.size());
      if (!decoded.valid) return fail("bytes that are not UTF-8");
      at_ += decoded.size;
    }
    return fail("");
  }

  std::string_view text_;
  std::size_t max_depth_;
  std::size_t at_ = 0;
  std::string open_;
  std::string what_;
  bool too_deep_ = false;
};

}  // namespace

Fault find_fault(std::string_view text, std::size_t max_depth) {
  return Scanner(text, max_depth).run();
}

}  // namespace polyglyph::json
