// What a rule does to ASCII is asked once, when the step is made: text is skipped over by table where it does
// nothing. Ill-formed parts are no characters and stay.
#include "normalizers/character_step.h"

#include <array>
#include <span>
#include <string_view>

#include "normalizers/character_table.h"
#include "normalizers/form.h"
#include "unicode/age.h"
#include "unicode/byte_alphabet.h"
#include "unicode/char_class.h"
#include "unicode/utf8.h"

namespace polyglyph::normalizers {
namespace {

using unicode::Decoded;
using unicode::OffsetMap;

class CharacterStep final : public Step {
 public:
  explicit CharacterStep(CharacterRule rule) : rule_(rule) {
    std::string ignored;
    for (char32_t c = 0; c < 128; ++c) changes_[c] = rule(c, ignored);
  }

  std::size_t unchanged_prefix(std::string_view text) const override {
    std::string ignored;
    const char* const end = text.data() + text.size();
    for (const char* p = text.data(); (p = skip(p, end)) != end;) {
      const Decoded c = unicode::decode(p, end);
      if (c.valid && rule_(c.code_point, ignored)) return static_cast<std::size_t>(p - text.data());
      p += c.size;
    }
    return text.size();
  }

  void apply(std::string_view text, Ends, std::string& out, OffsetMap* map) const override {
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    const char* same = begin;  // [same, p) stays and is not copied yet
    std::string become;
    std::size_t written = 0;
    for (const char* p = begin; (p = skip(p, end)) != end;) {
      const Decoded c = unicode::decode(p, end);
      if (c.valid && rule_(c.code_point, become)) {
        out.append(same, p);
        out += become;
        written += static_cast<std::size_t>(p - same) + become.size();
        if (map != nullptr) {
          const auto at = static_cast<std::size_t>(p - begin);
          map->add({written - become.size(), written}, {at, at + c.size});
        }
        become.clear();
        same = p + c.size;
      }
      p += c.size;
    }
    out.append(same, end);
  }

  std::size_t apply_settled(std::string_view text, Ends ends, std::string& out) const override {
    const std::size_t whole = text.size() - unicode::unfinished_tail(text);
    apply(text.substr(0, whole), ends, out, nullptr);
    return whole;
  }

 private:
  // The next character that may change.
  const char* skip(const char* p, const char* end) const {
    while (p != end && static_cast<unsigned char>(*p) < 128 && !changes_[static_cast<unsigned char>(*p)]) ++p;
    return p;
  }

  CharacterRule rule_;
  std::array<bool, 128> changes_;
};

bool in_any(char32_t c, std::span<const unicode::CodeRange> ranges) {
  return unicode::contains(ranges, c);
}

// The list that Hugging Face tokenizers has, U+2B820 to U+2B91F left out as there; llama.cpp follows it.
bool is_chinese(char32_t c) {
  static constexpr unicode::CodeRange chinese[] = {{0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xF900, 0xFAFF},
                                                   {0x20000, 0x2A6DF}, {0x2A700, 0x2B81F}, {0x2B920, 0x2CEAF},
                                                   {0x2F800, 0x2FA1F}};
  return in_any(c, chinese);
}

void set_apart(char32_t c, std::string& out) {
  out += ' ';
  unicode::append(out, c);
  out += ' ';
}

// None for characters that are newer than its Unicode.
unicode::ClassMask llama_cpp_class(char32_t c) {
  const std::uint16_t age = c < 128 ? 1 : unicode::age_number(c);
  return age == 0 || age > (15 << 8 | 1) ? 0 : unicode::class_mask(c);
}

}  // namespace

std::unique_ptr<Step> make_character_step(CharacterRule rule) {
  return std::make_unique<CharacterStep>(rule);
}

bool lowercase(char32_t c, std::string& out) {
  const char32_t lower = lowercase_of(c);
  if (lower == c) return false;
  unicode::append(out, lower);
  if (c == 0x130) unicode::append(out, 0x307);  // the one character that becomes two
  return true;
}

bool strip_mark(char32_t c, std::string&) {
  return in_any(c, kMarks);
}

bool strip_nonspacing_mark(char32_t c, std::string&) {
  return in_any(c, kNonspacingMarks);
}

bool clean_for_bert(char32_t c, std::string& out) {
  if (c == ' ') return false;
  const bool space = unicode::class_mask(c) & unicode::kSpaceMask;
  if (in_any(c, kControls) && c != '\t' && c != '\n' && c != '\r') return true;
  if (c == unicode::kReplacement) return true;
  if (!space) return false;
  out += ' ';
  return true;
}

bool set_apart_for_bert(char32_t c, std::string& out) {
  if (!is_chinese(c)) return false;
  set_apart(c, out);
  return true;
}

bool begin_decomposition(char32_t c, std::string& out) {
  static const Form nfd(unicode::NormalForm::nfd);
  char32_t first;
  if (c == 0x11938) {  // the one decomposition that Unicode got between 9.0, which Form knows, and 15.1
    first = 0x11935;
  } else {
    char32_t buffer[Form::kBufferSize];
    first = nfd.decompose(c, property_of(c), buffer)[0];
  }
  if (first == c) return false;
  unicode::append(out, first);
  return true;
}

bool clean_for_llama_cpp(char32_t c, std::string& out) {
  if (c == ' ') return false;
  const unicode::ClassMask mask = llama_cpp_class(c);
  if (mask & unicode::kSpaceMask) {
    out += ' ';
    return true;
  }
  if (c == unicode::kReplacement || mask & unicode::mask_of(unicode::CharClass::other)) return true;
  const bool sign = c < 0x7F && mask & unicode::kSymbolMask;
  if (!(mask & unicode::kPunctMask) && !sign && !is_chinese(c)) return false;
  set_apart(c, out);
  return true;
}

bool strip_mark_for_llama_cpp(char32_t c, std::string&) {
  return llama_cpp_class(c) & unicode::kMarkMask;
}

bool lowercase_for_llama_cpp(char32_t c, std::string& out) {
  const char32_t lower = lowercase_of(c);
  if (lower == c || llama_cpp_class(c) == 0) return false;
  unicode::append(out, lower);
  return true;
}

bool clean_for_nmt(char32_t c, std::string& out) {
  static constexpr unicode::CodeRange dropped[] = {{0x01, 0x08}, {0x0B, 0x0B}, {0x0E, 0x1F},
                                                   {0x7F, 0x7F}, {0x8F, 0x8F}, {0x9F, 0x9F}};
  static constexpr unicode::CodeRange spaces[] = {{0x09, 0x0A},     {0x0C, 0x0D},     {0x1680, 0x1680},
                                                  {0x200B, 0x200F}, {0x2028, 0x2029}, {0x2581, 0x2581},
                                                  {0xFEFF, 0xFEFF}, {0xFFFD, 0xFFFD}};
  if (in_any(c, dropped)) return true;
  if (!in_any(c, spaces)) return false;
  out += ' ';
  return true;
}

bool spell_bytes(char32_t c, std::string& out) {
  if (c > ' ' && c < 0x7F) return false;
  std::string bytes;
  unicode::append(bytes, c);
  out += unicode::name_from_bytes(bytes);
  return true;
}

}  // namespace polyglyph::normalizers
