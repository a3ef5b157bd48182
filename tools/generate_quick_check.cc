// Writes normalizers/quick_check_table.cc, the properties that normalizers/quick_check.h describes.
//
//   c++ -std=c++20 -I. tools/generate_quick_check.cc -licuuc -o generate_quick_check
//   ./generate_quick_check > normalizers/quick_check_table.cc
//
// It asks ICU about each code point, through a filter that knows the characters of Unicode 9.0 alone, and
// checks the facts that normalizers/ builds on. The run-time code reads ICU without the filter, which is slow
// to set up: the table says which characters ICU is asked about.
#include <unicode/unorm2.h>
#include <unicode/uset.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "normalizers/quick_check.h"

namespace {

using namespace polyglyph::normalizers;

enum { kNfc, kNfd, kNfkc, kNfkd, kForms };  // in the order of unicode::NormalForm

void check(bool fact, const char* what, UChar32 c = 0) {
  if (fact) return;
  std::fprintf(stderr, "generate_quick_check: not so: %s (U+%04X)\n", what, static_cast<unsigned>(c));
  std::exit(1);
}

const UNormalizer2* forms[kForms];

void open_forms() {
  UErrorCode status = U_ZERO_ERROR;
  USet* const known = uset_openPattern(u"[:age=9.0:]", -1, &status);
  const UNormalizer2* const whole[] = {unorm2_getNFCInstance(&status), unorm2_getNFDInstance(&status),
                                       unorm2_getNFKCInstance(&status), unorm2_getNFKDInstance(&status)};
  for (int form = 0; form < kForms; ++form) forms[form] = unorm2_openFiltered(whole[form], known, &status);
  check(U_SUCCESS(status), u_errorName(status));
}

UNormalizationCheckResult quick_check(int form, UChar32 c) {
  UChar text[2];
  int32_t size = 0;
  U16_APPEND_UNSAFE(text, size, c);
  UErrorCode status = U_ZERO_ERROR;
  const auto result = unorm2_quickCheck(forms[form], text, size, &status);
  check(U_SUCCESS(status), u_errorName(status), c);
  return result;
}

// The canonical combining class of the last character of c's canonical decomposition.
unsigned last_class(UChar32 c) {
  UChar text[32];
  UErrorCode status = U_ZERO_ERROR;
  const int32_t size = unorm2_getDecomposition(forms[kNfd], c, text, 32, &status);
  check(U_SUCCESS(status), u_errorName(status), c);
  if (size > 0) U16_GET(text, 0, size - 1, size, c);
  return unorm2_getCombiningClass(forms[kNfd], c);
}

Property property(UChar32 c) {
  Property p = unorm2_getCombiningClass(forms[kNfc], c) | last_class(c) << 8;
  for (int form = 0; form < kForms; ++form) {
    if (quick_check(form, c) == UNORM_NO) p |= kNotNfc << form;
    if (!unorm2_hasBoundaryBefore(forms[form], c)) p |= kInsideNfc << form;
  }
  const bool second = quick_check(kNfc, c) == UNORM_MAYBE;
  check(second == (quick_check(kNfkc, c) == UNORM_MAYBE), "NFC and NFKC compose the same characters", c);
  if (second) p |= kSecond;
  return p;
}

void check_facts(UChar32 c, Property p) {
  for (int form = 0; form < kForms; ++form) {
    const bool composes = form == kNfc || form == kNfkc;
    const bool plain = combining_class(p) == 0 && !(p & kNotNfc << form) && !(composes && p & kSecond);
    check(!plain || !(p & kInsideNfc << form), "an allowed starter that joins nothing is a boundary", c);
    check(p & kInsideNfkc || !(p & kInsideNfc << form), "a boundary of NFKC is one of every form", c);
  }
  check(!(p & kFirst) || combining_class(p) == 0, "only starters begin a composition", c);
  check(!(p & kSecond) || !(p & kNotNfkd), "what composes backwards does not decompose", c);
  check(c < static_cast<UChar32>(kPropertyLimit) || p == 0, "beyond the limit there are no properties", c);
}

int lead_byte(UChar32 c) {
  if (c < 0x80) return c;
  if (c < 0x800) return 0xC0 | c >> 6;
  return c < 0x10000 ? 0xE0 | c >> 12 : 0xF0 | c >> 18;
}

template <typename Numbers>
void print_array(const char* declaration, const Numbers& numbers, const char* format) {
  std::printf("\nconst %s = {", declaration);
  std::size_t column = 110;
  for (const auto number : numbers) {
    char text[16];
    std::snprintf(text, sizeof text, format, static_cast<unsigned>(number));
    const std::string item = std::string(text) + ",";
    if (column + item.size() > 110) {
      std::printf("\n    ");
      column = 4;
    }
    std::printf("%s", item.c_str());
    column += item.size();
  }
  std::printf("\n};\n");
}

}  // namespace

int main() {
  open_forms();
  std::vector<Property> properties(0x110000);
  std::vector<UChar32> seconds;
  for (UChar32 c = 0; c < 0x110000; ++c) {
    if (U_IS_SURROGATE(c)) continue;
    properties[c] = property(c);
    if (properties[c] & kSecond) seconds.push_back(c);
  }
  for (UChar32 c = 0; c < 0x110000; ++c) {
    const auto composes = [c](UChar32 second) { return unorm2_composePair(forms[kNfc], c, second) >= 0; };
    if (!U_IS_SURROGATE(c) && std::any_of(seconds.begin(), seconds.end(), composes)) properties[c] |= kFirst;
    check_facts(c, properties[c]);
  }

  std::vector<Property> distinct = {0};
  std::map<Property, unsigned> kind_of = {{0, 0}};
  std::vector<std::uint8_t> kinds, blocks;
  std::map<std::vector<std::uint8_t>, unsigned> block_of;
  std::vector<std::uint8_t> suspects(256);
  for (UChar32 first = 0; first < static_cast<UChar32>(kPropertyLimit); first += 64) {
    std::vector<std::uint8_t> block;
    for (UChar32 c = first; c < first + 64; ++c) {
      const Property p = properties[c];
      const auto [kind, is_new] = kind_of.try_emplace(p, distinct.size());
      if (is_new) distinct.push_back(p);
      block.push_back(static_cast<std::uint8_t>(kind->second));
      for (int form = 0; form < kForms; ++form) {
        const Property seen =
            (form == kNfc || form == kNfkc ? kSecond : 0u) | kNotNfc << form | kCombiningClassMask;
        if (p & seen) suspects[lead_byte(c)] |= 1 << form;
      }
    }
    const auto [at, is_new] = block_of.try_emplace(block, block_of.size());
    if (is_new) kinds.insert(kinds.end(), block.begin(), block.end());
    blocks.push_back(static_cast<std::uint8_t>(at->second));
  }
  check(distinct.size() <= 256 && block_of.size() <= 256, "kinds and blocks are numbered by a byte");
  check(distinct.size() == kPropertyKindCount,
        ("kPropertyKindCount is " + std::to_string(distinct.size())).c_str());

  std::printf(
      "// Generated by tools/generate_quick_check.cc from ICU %s restricted to [:age=9.0:]; do not edit. The "
      "command:\n"
      "//   c++ -std=c++20 -I. tools/generate_quick_check.cc -licuuc -o generate_quick_check\n"
      "//   ./generate_quick_check > normalizers/quick_check_table.cc\n"
      "#include \"normalizers/quick_check.h\"\n\n"
      "// clang-format off\n"
      "namespace polyglyph::normalizers {\n",
      U_ICU_VERSION);
  print_array("Property kProperties[kPropertyKindCount]", distinct, "0x%x");
  print_array("std::uint8_t kSuspects[256]", suspects, "%u");
  print_array("std::uint8_t kPropertyBlocks[kPropertyLimit >> 6]", blocks, "%u");
  print_array("std::uint8_t kPropertyKinds[]", kinds, "%u");
  std::printf("\n}  // namespace polyglyph::normalizers\n");
}
