// Whole texts are walked eight ASCII bytes at a time, since most of any markup, code and prose is ASCII; the
// rest goes through decode(), whose policy for ill-formed bytes is therefore the only one.
#include "unicode/utf8.h"

#include <cstring>

namespace polyglyph::unicode {
namespace {

// Advances p over ASCII bytes, in whole words.
const char* skip_ascii(const char* p, const char* end) noexcept {
  while (end - p >= 8) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    if (word & 0x8080808080808080u) break;
    p += 8;
  }
  return p;
}

}  // namespace

Decoded decode_any(const char* p, const char* end) noexcept {
  const auto* s = reinterpret_cast<const unsigned char*>(p);
  const auto left = static_cast<std::size_t>(end - p);
  const unsigned char lead = s[0];
  const auto bits = [&](int i, int shift) { return static_cast<char32_t>(s[i] & 0x3Fu) << shift; };
  if (lead < 0x80) return {lead, 1, true};
  const std::uint32_t size = sequence_size(lead);
  if (size == 0 || left < 2 || !second_byte_fits(lead, s[1])) return {kReplacement, 1, false};
  if (size == 2) return {(lead & 0x1Fu) << 6 | bits(1, 0), 2, true};
  if (left < 3 || (s[2] & 0xC0) != 0x80) return {kReplacement, 2, false};
  if (size == 3) return {(lead & 0x0Fu) << 12 | bits(1, 6) | bits(2, 0), 3, true};
  if (left < 4 || (s[3] & 0xC0) != 0x80) return {kReplacement, 3, false};
  return {(lead & 0x07u) << 18 | bits(1, 12) | bits(2, 6) | bits(3, 0), 4, true};
}

std::size_t unfinished_tail(std::string_view text) noexcept {
  // The lead byte of an unfinished character is among the last three bytes, and decode() consumes from it to
  // the end exactly when those bytes are a prefix of something well-formed.
  const char* const end = text.data() + text.size();
  for (std::size_t size = 1; size <= 3 && size <= text.size(); ++size) {
    const auto lead = static_cast<unsigned char>(end[-static_cast<std::ptrdiff_t>(size)]);
    if ((lead & 0xC0) == 0x80) continue;
    if (sequence_size(lead) <= size) return 0;
    return decode(end - size, end).size == size ? size : 0;
  }
  return 0;
}

void append(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

void append_lossy(std::string& out, std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  const char* good = p;  // [good, p) is well-formed and not copied yet
  while ((p = skip_ascii(p, end)) != end) {
    const Decoded c = decode(p, end);
    if (!c.valid) {
      out.append(good, p);
      append(out, kReplacement);
      good = p + c.size;
    }
    p += c.size;
  }
  out.append(good, end);
}

bool is_valid(std::string_view text) noexcept {
  const char* p = text.data();
  const char* const end = p + text.size();
  while ((p = skip_ascii(p, end)) != end) {
    const Decoded c = decode(p, end);
    if (!c.valid) return false;
    p += c.size;
  }
  return true;
}

std::size_t count_characters(std::string_view text) noexcept {
  std::size_t count = 0;
  const char* p = text.data();
  const char* const end = p + text.size();
  for (;;) {
    const char* const ascii_end = skip_ascii(p, end);
    count += static_cast<std::size_t>(ascii_end - p);
    if ((p = ascii_end) == end) return count;
    p += decode(p, end).size;
    ++count;
  }
}

}  // namespace polyglyph::unicode
