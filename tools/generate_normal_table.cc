// Writes normalizers/normal_table.cc, the tables that normalizers/normal_data.h describes.
//
//   c++ -std=c++20 -I. tools/generate_normal_table.cc -licuuc -o generate_normal_table
//   ./generate_normal_table > normalizers/normal_table.cc
//
// It asks ICU about each code point, through a filter that knows the characters of Unicode 9.0 alone, and
// checks the facts that normalizers/ builds on.
#include <unicode/unorm2.h>
#include <unicode/uset.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "normalizers/normal_data.h"

namespace {

using namespace polyglyph::normalizers;

enum { kNfc, kNfd, kNfkc, kNfkd, kForms };  // in the order of unicode::NormalForm

void check(bool fact, const char* what, UChar32 c = 0) {
  if (fact) return;
  std::fprintf(stderr, "generate_normal_table: not so: %s (U+%04X)\n", what, static_cast<unsigned>(c));
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

bool is_hangul_syllable(UChar32 c) {
  return c >= 0xAC00 && c < 0xD7A4;
}

std::vector<UChar32> decomposition(int form, UChar32 c) {
  UChar text[32];
  UErrorCode status = U_ZERO_ERROR;
  const int32_t size = unorm2_getDecomposition(forms[form], c, text, 32, &status);
  check(U_SUCCESS(status), u_errorName(status), c);
  std::vector<UChar32> parts;
  for (int32_t i = 0; i < size;) {
    UChar32 part;
    U16_NEXT(text, i, size, part);
    parts.push_back(part);
  }
  return parts;
}

Property property(UChar32 c) {
  const auto canonical = decomposition(kNfd, c);
  const UChar32 last = canonical.empty() ? c : canonical.back();
  Property p = unorm2_getCombiningClass(forms[kNfd], c) | unorm2_getCombiningClass(forms[kNfd], last) << 8;
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

// One list of decompositions: entries and parts.
struct DecompositionList {
  std::vector<std::uint32_t> entries;
  std::vector<char32_t> parts;

  void add(UChar32 c, const std::vector<UChar32>& decomposed) {
    entries.push_back(std::uint32_t(c) << kPartsBits | std::uint32_t(parts.size()));
    parts.insert(parts.end(), decomposed.begin(), decomposed.end());
  }
  void end() {
    check(parts.size() < 1u << kPartsBits, "kPartsBits");
    add(static_cast<UChar32>(kPropertyLimit), {});
  }
};

// What is read from ICU.
struct Facts {
  std::vector<Property> properties;
  std::vector<Composition> compositions;
  DecompositionList canonical, compatible;
};

Facts read_facts() {
  Facts facts;
  facts.properties.resize(0x110000);
  std::vector<UChar32> seconds;
  for (UChar32 c = 0; c < 0x110000; ++c) {
    if (U_IS_SURROGATE(c)) continue;
    facts.properties[c] = property(c);
    if (facts.properties[c] & kSecond) seconds.push_back(c);
  }
  for (UChar32 c = 0; c < 0x110000; ++c) {
    if (U_IS_SURROGATE(c)) continue;
    for (const UChar32 second : seconds) {
      const UChar32 composite = unorm2_composePair(forms[kNfc], c, second);
      if (composite < 0) continue;
      facts.properties[c] |= kFirst;
      if (is_hangul_syllable(composite)) continue;
      facts.compositions.push_back({char32_t(c), char32_t(second), char32_t(composite)});
    }
    check_facts(c, facts.properties[c]);
    if (is_hangul_syllable(c)) continue;
    const auto nfd = decomposition(kNfd, c);
    const auto nfkd = decomposition(kNfkd, c);
    if (!nfd.empty()) facts.canonical.add(c, nfd);
    if (nfkd != nfd) facts.compatible.add(c, nfkd);
  }
  facts.canonical.end();
  facts.compatible.end();
  return facts;
}

// The three stages of the property table.
struct Stages {
  std::vector<std::uint8_t> blocks, kinds;
  std::vector<Property> distinct = {0};
};

Stages compress(const std::vector<Property>& properties) {
  Stages stages;
  std::map<Property, std::size_t> kind_of = {{0, 0}};
  std::map<std::vector<std::uint8_t>, std::size_t> block_of;
  for (char32_t first = 0; first < kPropertyLimit; first += 64) {
    std::vector<std::uint8_t> block;
    for (char32_t c = first; c < first + 64; ++c) {
      const auto [kind, is_new] = kind_of.try_emplace(properties[c], stages.distinct.size());
      if (is_new) stages.distinct.push_back(properties[c]);
      block.push_back(static_cast<std::uint8_t>(kind->second));
    }
    const auto [at, is_new] = block_of.try_emplace(block, block_of.size());
    if (is_new) stages.kinds.insert(stages.kinds.end(), block.begin(), block.end());
    stages.blocks.push_back(static_cast<std::uint8_t>(at->second));
  }
  check(stages.distinct.size() <= 256 && block_of.size() <= 256, "kinds and blocks are numbered by a byte");
  return stages;
}

int lead_byte(UChar32 c) {
  if (c < 0x80) return c;
  if (c < 0x800) return 0xC0 | c >> 6;
  return c < 0x10000 ? 0xE0 | c >> 12 : 0xF0 | c >> 18;
}

std::vector<std::uint8_t> suspects(const std::vector<Property>& properties) {
  std::vector<std::uint8_t> found(256);
  for (UChar32 c = 0; c < static_cast<UChar32>(kPropertyLimit); ++c) {
    for (int form = 0; form < kForms; ++form) {
      const Property second = form == kNfc || form == kNfkc ? kSecond : Property{0};
      const bool inert = !(properties[c] & (kCombiningClassMask | kNotNfc << form | second));
      if (!inert) found[lead_byte(c)] |= 1 << form;
    }
  }
  return found;
}

std::string number(std::uint32_t value) {
  return std::to_string(value);
}

std::string number(const Composition& c) {
  return "{" + number(c.first) + "," + number(c.second) + "," + number(c.composite) + "}";
}

template <typename Items>
void print_array(const char* declaration, const Items& items) {
  std::printf("\n%s = {", declaration);
  std::size_t column = 110;
  for (const auto& item : items) {
    const std::string text = number(item) + ",";
    if (column + text.size() > 110) {
      std::printf("\n    ");
      column = 4;
    }
    std::printf("%s", text.c_str());
    column += text.size();
  }
  std::printf("\n};\n");
}

}  // namespace

int main() {
  open_forms();
  const Facts facts = read_facts();
  const Stages stages = compress(facts.properties);
  const auto check_count = [](const char* name, std::size_t declared, std::size_t count) {
    check(declared == count, (name + std::string(" is ") + std::to_string(count)).c_str());
  };
  check_count("kPropertyKindCount", kPropertyKindCount, stages.distinct.size());
  check_count("kCompositionCount", kCompositionCount, facts.compositions.size());

  std::printf(
      "// Generated by tools/generate_normal_table.cc from ICU %s restricted to [:age=9.0:]; do not edit.\n"
      "//\n"
      "//   c++ -std=c++20 -I. tools/generate_normal_table.cc -licuuc -o generate_normal_table\n"
      "//   ./generate_normal_table > normalizers/normal_table.cc\n"
      "#include \"normalizers/normal_data.h\"\n\n"
      "// clang-format off\n"
      "namespace polyglyph::normalizers {\n",
      U_ICU_VERSION);
  print_array("const Property kProperties[kPropertyKindCount]", stages.distinct);
  print_array("const std::uint8_t kSuspects[256]", suspects(facts.properties));
  print_array("const std::uint8_t kPropertyBlocks[kPropertyLimit >> 6]", stages.blocks);
  print_array("const std::uint8_t kPropertyKinds[]", stages.kinds);
  print_array("static const std::uint32_t canonical_entries[]", facts.canonical.entries);
  print_array("static const char32_t canonical_parts[]", facts.canonical.parts);
  print_array("static const std::uint32_t compatibility_entries[]", facts.compatible.entries);
  print_array("static const char32_t compatibility_parts[]", facts.compatible.parts);
  std::printf(
      "\nconst Decompositions kCanonicalDecompositions = {canonical_entries, %zu, canonical_parts};\n"
      "const Decompositions kCompatibilityDecompositions = {compatibility_entries, %zu, "
      "compatibility_parts};\n",
      facts.canonical.entries.size() - 1, facts.compatible.entries.size() - 1);
  print_array("const Composition kCompositions[kCompositionCount]", facts.compositions);
  std::printf("\n}  // namespace polyglyph::normalizers\n");
}
