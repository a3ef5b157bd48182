#include "normalizers/end_step.h"

#include <string_view>
#include <utility>

#include "unicode/char_class.h"
#include "unicode/utf8.h"

namespace polyglyph::normalizers {
namespace {

using unicode::OffsetMap;

class PrependStep final : public Step {
 public:
  explicit PrependStep(std::string text) : text_(std::move(text)) {}

  std::size_t unchanged_prefix(std::string_view text) const override {
    return text_.empty() ? text.size() : 0;
  }

  void apply(std::string_view text, Ends ends, std::string& out, OffsetMap* map) const override {
    if (ends.begin && !text.empty() && !text_.empty()) {
      out += text_;
      const std::size_t first = unicode::decode(text.data(), text.data() + text.size()).size;
      if (map != nullptr) map->add({0, text_.size() + first}, {0, first});
    }
    out += text;
  }

  std::size_t apply_settled(std::string_view text, Ends ends, std::string& out) const override {
    apply(text, ends, out, nullptr);
    return text.size();
  }

 private:
  std::string text_;
};

bool is_space(char32_t c) {
  return unicode::class_mask(c) & unicode::kSpaceMask;
}

class StripStep final : public Step {
 public:
  StripStep(bool left, bool right) : left_(left), right_(right) {}

  std::size_t unchanged_prefix(std::string_view text) const override {
    const bool same = leading(text, true) == 0 && trailing(text, true) == 0;
    return same ? text.size() : 0;
  }

  void apply(std::string_view text, Ends ends, std::string& out, OffsetMap* map) const override {
    const std::size_t begin = leading(text, ends.begin);
    const std::size_t end = text.size() - trailing(text.substr(begin), ends.end);
    out += text.substr(begin, end - begin);
    if (map == nullptr) return;
    if (begin > 0) map->add({0, 0}, {0, begin});
    if (end < text.size()) map->add({end - begin, end - begin}, {end, text.size()});
  }

  std::size_t apply_settled(std::string_view text, Ends ends, std::string& out) const override {
    const std::string_view whole = text.substr(0, text.size() - unicode::unfinished_tail(text));
    const std::size_t begin = leading(whole, ends.begin);
    const std::size_t end = whole.size() - trailing(whole.substr(begin), true);
    out += whole.substr(begin, end - begin);
    return end;
  }

 private:
  // How much is dropped at either end, if that is an end of the section.
  std::size_t leading(std::string_view text, bool begins) const {
    if (!left_ || !begins) return 0;
    const char* p = text.data();
    for (const char* const end = p + text.size(); p != end;) {
      const unicode::Decoded c = unicode::decode(p, end);
      if (!is_space(c.code_point)) break;
      p += c.size;
    }
    return static_cast<std::size_t>(p - text.data());
  }
  std::size_t trailing(std::string_view text, bool ends) const {
    if (!right_ || !ends) return 0;
    std::size_t kept = text.size();
    while (kept > 0) {
      std::size_t at = kept - 1;
      while (at > 0 && kept - at < 4 && (text[at] & 0xC0) == 0x80) --at;
      const unicode::Decoded c = unicode::decode(text.data() + at, text.data() + kept);
      if (at + c.size != kept || !is_space(c.code_point)) break;
      kept = at;
    }
    return text.size() - kept;
  }

  bool left_, right_;
};

}  // namespace

std::unique_ptr<Step> make_prepend_step(std::string text) {
  return std::make_unique<PrependStep>(std::move(text));
}

std::unique_ptr<Step> make_strip_step(bool left, bool right) {
  return std::make_unique<StripStep>(left, right);
}

}  // namespace polyglyph::normalizers
