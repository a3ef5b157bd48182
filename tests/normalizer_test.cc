// The normalizer against ICU's own, restricted to the characters of Unicode 9.0 and run on whole texts;
// against Unicode's vectors; and, for what ICU does not have, against the promises of
// normalizers/step.h.
#include "normalizers/form_step.h"

// ICU has a header unicode/utf8.h too, and its headers would find ours.
#define U_NO_DEFAULT_INCLUDE_UTF_HEADERS 1
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uset.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "normalizers/normal_data.h"
#include "normalizers/normalizer.h"
#include "unicode/utf8.h"

namespace polyglyph::normalizers {
namespace {

using unicode::NormalForm;
using unicode::OffsetMap;

constexpr std::array kForms = {NormalForm::nfc, NormalForm::nfd, NormalForm::nfkc, NormalForm::nfkd};
constexpr char32_t kCodePoints = 0x110000;

bool is_surrogate(char32_t c) {
  return c >= 0xD800 && c < 0xE000;
}

std::string utf8(const std::u32string& text) {
  std::string bytes;
  for (const char32_t c : text) unicode::append(bytes, c);
  return bytes;
}

std::unique_ptr<Step> normalizer_of(NormalForm form) {
  return make_form_step(std::span(&form, 1));
}

const Step& normalizer(NormalForm form) {
  static const std::array<std::unique_ptr<Step>, 4> all = {
      normalizer_of(NormalForm::nfc), normalizer_of(NormalForm::nfd), normalizer_of(NormalForm::nfkc),
      normalizer_of(NormalForm::nfkd)};
  return *all[static_cast<std::size_t>(form)];
}

std::string normalized(NormalForm form, std::string_view text, OffsetMap* map = nullptr) {
  std::string out;
  normalizer(form).apply(text, {}, out, map);
  return out;
}

// The oracle.

const UNormalizer2* icu(NormalForm form) {
  static const std::array<const UNormalizer2*, 4> all = [] {
    UErrorCode status = U_ZERO_ERROR;
    USet* const known = uset_openPattern(u"[:age=9.0:]", -1, &status);
    uset_freeze(known);  // makes it fast
    const std::array whole = {unorm2_getNFCInstance(&status), unorm2_getNFDInstance(&status),
                              unorm2_getNFKCInstance(&status), unorm2_getNFKDInstance(&status)};
    std::array<const UNormalizer2*, 4> filtered;
    std::transform(whole.begin(), whole.end(), filtered.begin(),
                   [&](const UNormalizer2* form) { return unorm2_openFiltered(form, known, &status); });
    if (U_FAILURE(status)) throw std::runtime_error(u_errorName(status));
    return filtered;
  }();
  return all[static_cast<std::size_t>(form)];
}

void append_by_icu(NormalForm form, std::string_view text, std::string& out) {
  if (text.empty()) return;
  UErrorCode status = U_ZERO_ERROR;
  std::u16string units(text.size(), 0);
  std::int32_t size = 0;
  u_strFromUTF8(units.data(), static_cast<std::int32_t>(units.size()), &size, text.data(),
                static_cast<std::int32_t>(text.size()), &status);
  UErrorCode too_short = U_ZERO_ERROR;
  const std::int32_t result_size = unorm2_normalize(icu(form), units.data(), size, nullptr, 0, &too_short);
  std::u16string result(static_cast<std::size_t>(result_size), 0);
  unorm2_normalize(icu(form), units.data(), size, result.data(), result_size, &status);
  std::string bytes(result.size() * 3, 0);
  u_strToUTF8(bytes.data(), static_cast<std::int32_t>(bytes.size()), &size, result.data(), result_size,
              &status);
  if (U_FAILURE(status)) throw std::runtime_error(u_errorName(status));
  out.append(bytes, 0, static_cast<std::size_t>(size));
}

std::string expected(NormalForm form, std::string_view text) {
  std::string out;
  std::size_t well_formed = 0;
  for (std::size_t at = 0; at < text.size();) {
    const unicode::Decoded c = unicode::decode(text.data() + at, text.data() + text.size());
    if (!c.valid) {
      append_by_icu(form, text.substr(well_formed, at - well_formed), out);
      out.append(text.substr(at, c.size));
      well_formed = at + c.size;
    }
    at += c.size;
  }
  append_by_icu(form, text.substr(well_formed), out);
  return out;
}

// The promises.

std::string hex(std::string_view text) {
  std::string out;
  char digits[4];
  for (const char byte : text) {
    std::snprintf(digits, sizeof digits, "%02X ", static_cast<unsigned char>(byte));
    out += digits;
  }
  return out;
}

// For each place in the text, whether it lies between characters.
std::vector<bool> character_ends(std::string_view text) {
  std::vector<bool> ends(text.size() + 1);
  for (std::size_t at = 0; at < text.size();
       at += unicode::decode(text.data() + at, text.data() + text.size()).size) {
    ends[at] = true;
  }
  ends[text.size()] = true;
  return ends;
}

void check_prefix(NormalForm form, std::string_view text, const std::string& whole) {
  const std::size_t prefix = normalizer(form).unchanged_prefix(text);
  REQUIRE(prefix <= text.size());
  REQUIRE((prefix == text.size()) == (whole == text));
  REQUIRE(std::string(text.substr(0, prefix)) + normalized(form, text.substr(prefix)) == whole);
}

void check_map(NormalForm form, std::string_view text) {
  OffsetMap map;
  const std::string out = normalized(form, text, &map);
  REQUIRE(map.empty() == (out == text));
  REQUIRE(map.to_input({0, out.size()}) == Span{0, out.empty() ? 0 : text.size()});
  const std::vector<bool> ends = character_ends(text);
  std::size_t reached = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Span in = map.to_input({i, i + 1});
    REQUIRE(in.begin <= reached);  // nothing is left out
    REQUIRE(in.end >= reached);
    reached = in.end;
    if (in.end - in.begin == 1) {
      REQUIRE(out[i] == text[in.begin]);
    } else {
      REQUIRE((ends[in.begin] && ends[in.end]));
    }
  }
  REQUIRE(reached == text.size());
}

void check_settled(NormalForm form, std::string_view text, std::string_view later) {
  std::string now;
  const std::size_t settled = normalizer(form).apply_settled(text, {}, now);
  REQUIRE(settled <= text.size());
  const std::string whole = std::string(text) + std::string(later);
  REQUIRE(now + normalized(form, whole.substr(settled)) == normalized(form, whole));
}

void check_all(std::string_view text) {
  INFO(hex(text));
  for (const NormalForm form : kForms) {
    CAPTURE(static_cast<int>(form));
    const std::string whole = expected(form, text);
    REQUIRE(hex(normalized(form, text)) == hex(whole));
    check_prefix(form, text, whole);
    check_prefix(form, whole, whole);
    check_map(form, text);
  }
}

// Characters that take part in something, one from each kind and a few from large ones; and bystanders.
const std::vector<char32_t>& hostile_characters() {
  static const std::vector<char32_t> all = [] {
    std::vector<char32_t> chosen = {0x0,   'a',     'e',     0xAC01,  0x4E00,  0xE000, 0xFFFD,  0xFFFF,
                                    0x8D3, 0x1E2AE, 0x1611E, 0x113C2, 0x16D67, 0x11A7, 0xE0100, 0x10FFFF};
    std::vector<unsigned> seen(1u << 16);
    for (char32_t c = 0; c < kPropertyLimit; ++c) {
      const Property p = property_of(c);
      if (p == 0 || is_surrogate(c)) continue;
      unsigned& count = seen[(p ^ p >> 13) & 0xFFFF];
      if (count++ < 4 || (p & kSecond)) chosen.push_back(c);
    }
    return chosen;
  }();
  return all;
}

TEST_CASE("the table agrees with the ICU that is linked") {
  for (char32_t c = 0; c < kCodePoints; ++c) {
    if (is_surrogate(c)) continue;
    const auto code_point = static_cast<UChar32>(c);
    const Property p = property_of(c);
    bool same = combining_class(p) == unorm2_getCombiningClass(icu(NormalForm::nfc), code_point);
    for (unsigned i = 0; i < kForms.size(); ++i) {
      const bool boundary = unorm2_hasBoundaryBefore(icu(kForms[i]), code_point);
      same = same && boundary == ((p & kInsideNfc << i) == 0);
    }
    if (!same) FAIL_CHECK("U+" << std::hex << static_cast<unsigned>(c));
  }
}

TEST_CASE("the smallest cases") {
  const struct {
    const char* what;
    std::u32string text, nfc, nfd, nfkc, nfkd;
  } cases[] = {
      {"nothing", U"", U"", U"", U"", U""},
      {"letter and mark", U"e\u0301", U"\u00E9", U"e\u0301", U"\u00E9", U"e\u0301"},
      {"composed letter", U"\u00E9", U"\u00E9", U"e\u0301", U"\u00E9", U"e\u0301"},
      {"marks out of order", U"x\u0301\u0316", U"x\u0316\u0301", U"x\u0316\u0301", U"x\u0316\u0301",
       U"x\u0316\u0301"},
      {"a mark slips under a composed letter", U"\u1EA5\u0323", U"\u1EAD\u0301", U"a\u0323\u0302\u0301",
       U"\u1EAD\u0301", U"a\u0323\u0302\u0301"},
      {"a mark of the same class blocks", U"a\u0316\u0323", U"a\u0316\u0323", U"a\u0316\u0323",
       U"a\u0316\u0323", U"a\u0316\u0323"},
      {"Hangul", U"\u1100\u1161\u11A8", U"\uAC01", U"\u1100\u1161\u11A8", U"\uAC01", U"\u1100\u1161\u11A8"},
      {"Hangul syllable and jamo", U"\uAC00\u11A8", U"\uAC01", U"\u1100\u1161\u11A8", U"\uAC01",
       U"\u1100\u1161\u11A8"},
      {"U+11A7 is no trailing jamo", U"\uAC00\u11A7", U"\uAC00\u11A7", U"\u1100\u1161\u11A7", U"\uAC00\u11A7",
       U"\u1100\u1161\u11A7"},
      {"composition exclusion", U"\u0958", U"\u0915\u093C", U"\u0915\u093C", U"\u0915\u093C",
       U"\u0915\u093C"},
      {"vowel signs", U"\u09C7\u09BE\u09BE", U"\u09CB\u09BE", U"\u09C7\u09BE\u09BE", U"\u09CB\u09BE",
       U"\u09C7\u09BE\u09BE"},
      {"a starter that decomposes to marks", U"\u0F40\u0F74\u0F73", U"\u0F40\u0F71\u0F72\u0F74",
       U"\u0F40\u0F71\u0F72\u0F74", U"\u0F40\u0F71\u0F72\u0F74", U"\u0F40\u0F71\u0F72\u0F74"},
      {"halfwidth voiced sound mark", U"\uFF76\uFF9E", U"\uFF76\uFF9E", U"\uFF76\uFF9E", U"\u30AC",
       U"\u30AB\u3099"},
      {"halfwidth jamo", U"\uFFA1\uFFC2", U"\uFFA1\uFFC2", U"\uFFA1\uFFC2", U"\uAC00", U"\u1100\u1161"},
      {"ligature", U"\uFB01", U"\uFB01", U"\uFB01", U"fi", U"fi"},
      {"mark at the beginning", U"\u0301\u0316", U"\u0316\u0301", U"\u0316\u0301", U"\u0316\u0301",
       U"\u0316\u0301"},
      {"NUL is a starter like others", U"\U00000000\u0301", U"\U00000000\u0301", U"\U00000000\u0301",
       U"\U00000000\u0301", U"\U00000000\u0301"},
      {"marks newer than Unicode 9.0 are starters", U"a\u0301\u08D3\u0316", U"\u00E1\u08D3\u0316",
       U"a\u0301\u08D3\u0316", U"\u00E1\u08D3\u0316", U"a\u0301\u08D3\u0316"},
      {"characters newer than Unicode 9.0 do not compose", U"\U000113C2\U000113C2", U"\U000113C2\U000113C2",
       U"\U000113C2\U000113C2", U"\U000113C2\U000113C2", U"\U000113C2\U000113C2"},
  };
  for (const auto& row : cases) {
    INFO(row.what);
    CHECK(hex(normalized(NormalForm::nfc, utf8(row.text))) == hex(utf8(row.nfc)));
    CHECK(hex(normalized(NormalForm::nfd, utf8(row.text))) == hex(utf8(row.nfd)));
    CHECK(hex(normalized(NormalForm::nfkc, utf8(row.text))) == hex(utf8(row.nfkc)));
    CHECK(hex(normalized(NormalForm::nfkd, utf8(row.text))) == hex(utf8(row.nfkd)));
    check_all(utf8(row.text));
  }
}

TEST_CASE("ill-formed UTF-8 stays as it is and joins nothing") {
  for (const char* text :
       {"\x80", "e\xCC", "e\xCC\xCC\x81", "\xE1\x84\xE1\x85\xA1", "\xED\xA0\x80\xCC\x81\xCC\x96",
        "\xC0\xAF\xCC\x81", "e\xFF\xCC\x81", "\xF4\x90\x80\x80\xCC\x81", "\xE3\x81\xCC\x81\xCC\x96"}) {
    check_all(text);
  }
  CHECK(normalized(NormalForm::nfc, "e\xFF\xCC\x81") == "e\xFF\xCC\x81");
}

TEST_CASE("every code point, alone and between others") {
  // Sixty-four to a text, so that ICU is called less. Beyond the table, which the first test above has been
  // through, nothing happens to a character whatever its neighbours.
  for (char32_t block = 0; block < kCodePoints; block += 64) {
    std::string text;
    for (char32_t c = block; c < block + 64; ++c) {
      if (is_surrogate(c)) continue;
      text += utf8({U'a', c, 0x316, 0x301, U'\n'});
      if (c >= kPropertyLimit) continue;
      text += utf8({c, U'\n', c, c, 0x301, U'\n', U'a', 0x301, c, 0x316, U'\n', 0x9C7, c, 0x9BE, U'\n',
                    0x1100, c, 0x11A8, U'\n'});
    }
    for (const NormalForm form : kForms) {
      const std::string whole = expected(form, text);
      const std::string out = normalized(form, text);
      if (out != whole)
        FAIL_CHECK("form " << static_cast<int>(form) << ", block " << static_cast<unsigned>(block));
      if (normalizer(form).unchanged_prefix(out) != out.size()) {
        FAIL_CHECK("not proved: form " << static_cast<int>(form) << ", block "
                                       << static_cast<unsigned>(block));
      }
    }
  }
}

TEST_CASE("all starters before all characters that compose or move") {
  std::vector<char32_t> behind;
  for (const char32_t c : hostile_characters()) {
    if (property_of(c) & (kSecond | kCombiningClassMask | kInsideNfkc)) behind.push_back(c);
  }
  for (char32_t c = 0; c < kPropertyLimit; ++c) {
    const Property p = property_of(c);
    if (!(p & (kFirst | kTrailingClassMask)) || (p & kCombiningClassMask)) continue;
    if (c >= 0xAC00 && c < 0xD7A4 && c % 7) continue;
    std::string text;
    for (const char32_t mark : behind)
      text += utf8({c, mark, U'\n', c, 0x316, mark, U'\n', c, mark, 0x327, U'\n'});
    for (const NormalForm form : {NormalForm::nfc, NormalForm::nfkc}) {
      const std::string out = normalized(form, text);
      const bool right = out == expected(form, text) && normalizer(form).unchanged_prefix(out) == out.size();
      if (!right)
        FAIL_CHECK("form " << static_cast<int>(form) << ", U+" << std::hex << static_cast<unsigned>(c));
    }
  }
}

std::string random_text(std::mt19937& random, unsigned limit) {
  const auto& characters = hostile_characters();
  std::string text;
  for (unsigned left = random() % limit; left > 0; --left) {
    const unsigned kind = random() % 16;
    if (kind < 11) {
      unicode::append(text, characters[random() % characters.size()]);
    } else if (kind < 13) {
      text += static_cast<char>('a' + random() % 26);
    } else if (kind < 14) {
      unicode::append(text, 0x300 + random() % 0x40);
    } else if (kind < 15) {
      text.append(random() % 20, " \n,x"[random() % 4]);
    } else {
      text += static_cast<char>(0x80 + random() % 0x80);
    }
  }
  return text;
}

TEST_CASE("random hostile texts") {
  std::mt19937 random(3);
  for (int round = 0; round < 20000; ++round) check_all(random_text(random, round % 4 ? 8 : 40));
}

TEST_CASE("what is settled is changed by nothing that follows") {
  std::mt19937 random(4);
  for (int round = 0; round < 10000; ++round) {
    const std::string text = random_text(random, 12);
    const std::string later = random_text(random, 6);
    INFO(hex(text) << "| " << hex(later));
    for (const NormalForm form : kForms) {
      check_settled(form, text, later);
      // Cut anywhere, inside characters too.
      if (!text.empty()) {
        const std::size_t cut = random() % text.size();
        check_settled(form, text.substr(0, cut), text.substr(cut));
      }
    }
  }
}

TEST_CASE("what is held back is no more than what could change") {
  const struct {
    NormalForm form;
    std::u32string text, held;
  } cases[] = {
      {NormalForm::nfc, U"some text", U"t"},
      {NormalForm::nfc, U"some text ", U""},
      {NormalForm::nfc, U"\u4E2D\u6587", U""},
      {NormalForm::nfc, U"ab\u0301\u0316", U"b\u0301\u0316"},
      {NormalForm::nfc, U"\uD55C\uAC00", U"\uAC00"},
      {NormalForm::nfc, U"\uD55C\uAC01", U""},
      {NormalForm::nfd, U"some text", U""},
      {NormalForm::nfd, U"caf\u00E9", U"\u00E9"},
      {NormalForm::nfkc, U"\uFF76\uFF9E", U"\uFF76\uFF9E"},
  };
  for (const auto& row : cases) {
    const std::string text = utf8(row.text);
    CAPTURE(hex(text));
    std::string now;
    CHECK(text.substr(normalizer(row.form).apply_settled(text, {}, now)) == utf8(row.held));
  }
  std::string now;
  CHECK(normalizer(NormalForm::nfc).apply_settled("\xE4\xB8\xAD\xE6\x96", {}, now) == 3);
}

TEST_CASE("edits are as small as can be") {
  const struct {
    NormalForm form;
    std::u32string text;
    std::u32string out;             // of the new text
    std::size_t begin, size;        // of `out` there, in characters
    std::size_t in_begin, in_size;  // of the old text
  } cases[] = {
      {NormalForm::nfc, U"cafe\u0301s", U"caf\u00E9s", 3, 1, 3, 2},
      {NormalForm::nfc, U"cafe\u0301s", U"caf\u00E9s", 4, 1, 5, 1},
      {NormalForm::nfc, U"e\u0301e\u0301", U"\u00E9\u00E9", 1, 1, 2, 2},
      {NormalForm::nfc, U"xe\u0316\u0301z", U"x\u00E9\u0316z", 1, 2, 1, 3},
      {NormalForm::nfc, U"x\u0301\u0316z", U"x\u0316\u0301z", 0, 1, 0, 1},  // the letter itself stayed
      {NormalForm::nfc, U"x\u0301\u0316z", U"x\u0316\u0301z", 1, 1, 1, 2},
      {NormalForm::nfc, U"e\u0301\u0301z", U"\u00E9\u0301z", 1, 1, 2, 1},
      {NormalForm::nfc, U"\u1100\u1161\u11A8\u1100\u1161", U"\uAC01\uAC00", 1, 1, 3, 2},
      {NormalForm::nfd, U"\u00E9\u00E9", U"e\u0301e\u0301", 2, 1, 1, 1},
      {NormalForm::nfkd, U"a\uFB01b", U"afib", 2, 1, 1, 1},
  };
  for (const auto& row : cases) {
    OffsetMap map;
    const std::string text = utf8(row.text);
    CAPTURE(hex(text), row.begin);
    const std::string out = normalized(row.form, text, &map);
    REQUIRE(hex(out) == hex(utf8(row.out)));
    const auto span_of = [](const std::u32string& whole, std::size_t begin, std::size_t size) {
      const std::size_t at = utf8(whole.substr(0, begin)).size();
      return Span{at, at + utf8(whole.substr(begin, size)).size()};
    };
    CHECK(map.to_input(span_of(row.out, row.begin, row.size)) ==
          span_of(row.text, row.in_begin, row.in_size));
  }
}

TEST_CASE("spans count from the beginning of what is appended") {
  std::string out = "before";
  OffsetMap map;
  normalizer(NormalForm::nfc).apply("ae\xCC\x81", {}, out, &map);
  CHECK(out == "beforea\xC3\xA9");
  CHECK(map.to_input({1, 3}) == Span{1, 4});
}

TEST_CASE("forms in a row are one form") {
  std::mt19937 random(5);
  std::vector<std::string> texts;
  for (int i = 0; i < 1000; ++i) texts.push_back(random_text(random, 20));
  for (char32_t block = 0; block < kPropertyLimit; block += 64) {
    std::string& text = texts.emplace_back();
    for (char32_t c = block; c < block + 64; ++c) {
      if (!is_surrogate(c)) text += utf8({c, U' ', c, 0x301, 0x323, 0x1161, U'\n'});
    }
  }
  for (const NormalForm a : kForms) {
    for (const NormalForm b : kForms) {
      for (const NormalForm c : kForms) {
        const std::array forms = {a, b, c};
        const auto sequence = make_form_normalizer(forms);
        for (std::size_t i = c == a ? 0 : 900; i < texts.size(); i += c == a ? 1 : 17) {
          std::string out;
          sequence->normalize(texts[i], out, nullptr);
          REQUIRE(out == normalized(c, normalized(b, normalized(a, texts[i]))));
        }
      }
    }
  }
  CHECK(make_normalizer({}, {}) == nullptr);
}

TEST_CASE("hostile runs take no longer than others") {
  // Each of two million bytes: seconds, if anything were quadratic in a run; hours, in most cases.
  const struct {
    const char* what;
    std::u32string begin, repeated, end;
  } cases[] = {
      {"alternating classes", U"a", U"\u0301\u0316", U"b"},
      {"alternating classes, no starter", U"", U"\u0301\u0316", U""},
      {"three classes", U"\u1EA5", U"\u0345\u0301\u0316", U""},
      {"composing marks", U"a", U"\u0301", U"\u0316"},
      {"starters that decompose to marks", U"\u0F40", U"\u0F74\u0F73", U""},
      {"decomposing marks", U"a", U"\u0344\u0316", U""},
      {"leading jamo", U"", U"\u1100", U"\u1161"},
      {"vowel jamo", U"", U"\u1161", U"\u1100"},
      {"jamo syllables", U"", U"\u1100\u1161\u11A8\u11A8", U""},
      {"vowel signs", U"\u0995", U"\u09BE", U"\u09C7\u09BE"},
      {"composing vowel signs", U"", U"\u09C7\u09BE\u09BE", U""},
      {"clusters", U"", U"e\u0301\u0316", U""},
      {"long decompositions", U"", U"\uFDFA", U""},
  };
  for (const auto& row : cases) {
    INFO(row.what);
    std::string text = utf8(row.begin);
    const std::string repeated = utf8(row.repeated);
    while (text.size() < 2'000'000) text += repeated;
    text += utf8(row.end);
    for (const NormalForm form : kForms) {
      OffsetMap map;
      const std::string out = normalized(form, text, &map);
      CHECK(normalizer(form).unchanged_prefix(out) == out.size());
      CHECK(map.to_input({0, out.size()}) == Span{0, text.size()});
    }
    // ICU's reordering is quadratic: it gets a shorter one of the same kind.
    std::string shorter = utf8(row.begin);
    for (int i = 0; i < 300; ++i) shorter += repeated;
    check_all(shorter + utf8(row.end));
  }
  // Classes that descend, so that each mark moves to the front.
  std::vector<char32_t> marks;
  for (const char32_t c : hostile_characters()) {
    if (combining_class(property_of(c)) && !(property_of(c) & kNotNfkd)) marks.push_back(c);
  }
  std::sort(marks.begin(), marks.end(), [](char32_t a, char32_t b) {
    return combining_class(property_of(a)) > combining_class(property_of(b));
  });
  std::string text = "a";
  for (const char32_t c : marks) {
    for (int i = 0; i < 5000; ++i) unicode::append(text, c);
  }
  const std::string out = normalized(NormalForm::nfc, text);
  CHECK(normalizer(NormalForm::nfc).unchanged_prefix(out) == out.size());
}

#ifdef POLYGLYPH_NORMALIZATION_TEST
TEST_CASE("Unicode's vectors, those of characters that Unicode 9.0 knows") {
  std::ifstream file(POLYGLYPH_NORMALIZATION_TEST);
  REQUIRE(file);
  int rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#' || line[0] == '@') continue;
    std::array<std::string, 5> columns;
    bool known = true;
    const char* at = line.c_str();
    for (std::string& column : columns) {
      for (char* after; *at != ';'; at = after) {
        const auto c = static_cast<char32_t>(std::strtoul(at, &after, 16));
        UVersionInfo age;
        u_charAge(static_cast<UChar32>(c), age);
        known = known && age[0] > 0 && age[0] <= 9;
        unicode::append(column, c);
      }
      ++at;
    }
    if (!known) continue;
    ++rows;
    // The columns are a text and its NFC, NFD, NFKC and NFKD; and each normalizes as UAX #15 says.
    for (std::size_t i = 0; i < columns.size(); ++i) {
      CAPTURE(line, i);
      REQUIRE(normalized(NormalForm::nfc, columns[i]) == columns[i < 3 ? 1 : 3]);
      REQUIRE(normalized(NormalForm::nfd, columns[i]) == columns[i < 3 ? 2 : 4]);
      REQUIRE(normalized(NormalForm::nfkc, columns[i]) == columns[3]);
      REQUIRE(normalized(NormalForm::nfkd, columns[i]) == columns[4]);
    }
  }
  CHECK(rows > 18000);
}
#endif

}  // namespace
}  // namespace polyglyph::normalizers
