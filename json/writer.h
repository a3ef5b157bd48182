// JSON text, value after value: the writer puts in commas, colons, escapes and line ends.
//
//   Writer json;
//   json.begin_object();
//   json.key("id").number(3);
//   json.end_object();
//   std::string text = json.take();
//
// Objects and arrays put each member on a line of its own, indented, until `flat` is set for one: then all
// that is in it stays on its line. Strings must be UTF-8.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace polyglyph::json {

class Writer {
 public:
  void begin_object(bool flat = false) { begin('{', flat); }
  void end_object() { end('}'); }
  void begin_array(bool flat = false) { begin('[', flat); }
  void end_array() { end(']'); }

  Writer& key(std::string_view name);
  void string(std::string_view text);
  void number(std::uint64_t value) { literal(std::to_string(value)); }
  void boolean(bool value) { literal(value ? "true" : "false"); }
  void null() { literal("null"); }
  void literal(std::string_view text);  // JSON already

  std::string take() { return std::move(out_) + '\n'; }

 private:
  struct Level {
    bool flat;
    bool empty = true;
  };
  void begin(char bracket, bool flat);
  void end(char bracket);
  void separate();  // what stands before a value or a key
  void new_line();
  void quote(std::string_view text);

  std::string out_;
  std::vector<Level> levels_;
  bool after_key_ = false;
};

}  // namespace polyglyph::json
