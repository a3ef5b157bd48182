#include "json/writer.h"

namespace polyglyph::json {

Writer& Writer::key(std::string_view name) {
  separate();
  quote(name);
  out_ += ": ";
  after_key_ = true;
  return *this;
}

void Writer::string(std::string_view text) {
  separate();
  quote(text);
}

void Writer::literal(std::string_view text) {
  separate();
  out_ += text;
}

void Writer::begin(char bracket, bool flat) {
  separate();
  out_ += bracket;
  levels_.push_back({flat || (!levels_.empty() && levels_.back().flat)});
}

void Writer::end(char bracket) {
  const Level level = levels_.back();
  levels_.pop_back();
  if (!level.empty && !level.flat) new_line();
  out_ += bracket;
}

void Writer::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (levels_.empty()) return;
  Level& level = levels_.back();
  if (!level.empty) out_ += level.flat ? ", " : ",";
  level.empty = false;
  if (!level.flat) new_line();
}

void Writer::new_line() {
  out_ += '\n';
  out_.append(2 * levels_.size(), ' ');
}

void Writer::quote(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  out_ += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
    } else if (c == '\n') {
      out_ += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      out_ += "\\u00";
      out_ += digits[byte >> 4];
      out_ += digits[byte & 15];
    } else {
      out_ += c;
    }
  }
  out_ += '"';
}

}  // namespace polyglyph::json
