// JSON files, read-only: the one place that knows the parser behind it (simdjson).
//
//   auto document = json::Document::parse(text, "tokenizer.json");
//   document.root().at("steps").for_each([&](const json::Field& step) { use(step.at("name").string()); });
//
// Two layers. A Value is a place in the document, two words, read at the parser's own speed: for tables of a
// hundred thousand entries. A Field is a Value that knows its name, and each of its readers throws
// Error(malformed) that says where: "tokenizer.json: steps[3].name: must be a string, but is null".
//
// A document is whole and valid before anything is read from it: one malformed byte anywhere is an error with
// its offset. Nesting is limited to kMaxDepth, and a file that would unfold to more than four times its size
// and 64 MiB is refused before it is parsed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "polyglyph/error.h"

namespace polyglyph::json {

inline constexpr std::size_t kMaxDepth = 128;

enum class Type : std::uint8_t { null, boolean, number, string, array, object };

const char* to_string(Type type) noexcept;

class Elements;
class Members;

// Valid as long as its Document. The readers give nothing when the value is of another type.
class Value {
 public:
  Type type() const;
  bool is_null() const { return type() == Type::null; }
  std::optional<bool> boolean() const;
  std::optional<std::uint64_t> unsigned_integer() const;  // nothing for -1, 1.0 and 1e3
  std::optional<double> number() const;
  std::optional<std::string_view> string() const;

  Elements elements() const;  // of an array, else empty
  Members members() const;    // of an object, else empty; repeated keys are all there
  std::size_t size() const;   // elements or members, not counted beyond 2^24 - 1: a hint

 private:
  friend class Document;
  friend class Elements;
  friend class Members;
  const void* document_ = nullptr;
  std::size_t index_ = 0;
};

struct Member {
  std::string_view key;
  Value value;
};

// Forward ranges over an array and an object, in the file's order.
class Elements {
 public:
  class Iterator {
   public:
    Value operator*() const { return at_; }
    Iterator& operator++();
    bool operator==(const Iterator& other) const { return at_.index_ == other.at_.index_; }

   private:
    friend class Value;
    Value at_;
  };
  Iterator begin() const { return begin_; }
  Iterator end() const { return end_; }

 private:
  friend class Value;
  Iterator begin_, end_;
};

class Members {
 public:
  class Iterator {
   public:
    Member operator*() const;
    Iterator& operator++();
    bool operator==(const Iterator& other) const { return at_.index_ == other.at_.index_; }

   private:
    friend class Value;
    Value at_;  // the key
  };
  Iterator begin() const { return begin_; }
  Iterator end() const { return end_; }

 private:
  friend class Value;
  Iterator begin_, end_;
};

// A value with its name: the file and the path in it.
class Field {
 public:
  Field(Value value, std::string file, std::string path);

  const Value& value() const { return value_; }
  const std::string& file() const { return file_; }
  const std::string& path() const { return path_; }  // "model.merges[3]", empty for the whole document
  std::string where() const;                         // file and path, as errors show them
  bool is_null() const { return value_.is_null(); }

  void expect(Type type) const;  // throws when the value is of another type
  bool boolean() const;
  std::string_view string() const;
  std::uint64_t unsigned_integer() const;
  double number() const;

  // Calls visit(field) for each element; the value must be an array.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    expect(Type::array);
    std::size_t index = 0;
    for (const Value element : value_.elements()) visit(child(index++, element));
  }

  Field at(std::string_view key) const;                   // throws when the object has no such member
  std::optional<Field> find(std::string_view key) const;  // nothing when it has none, or null
  Field child(std::string_view key, Value value) const;
  Field child(std::size_t index, Value value) const;

  // Throws Error(malformed) unless the value is an object with none of the keys `known` twice, and
  // Error(unsupported) if it has any other: a field that nobody reads could mean anything.
  void expect_members(std::initializer_list<std::string_view> known) const;

  [[noreturn]] void fail(ErrorCode code, const std::string& what) const;
  // `advice`: what to do about it.
  [[noreturn]] void malformed(const std::string& what,
                              std::string_view advice = "correct it, or get the file again") const {
    fail(ErrorCode::malformed, what + "; " + std::string(advice));
  }
  // For what the file may well ask for, but cannot be had here.
  [[noreturn]] void unsupported(const std::string& what) const {
    fail(ErrorCode::unsupported, what + "; load another file of the same model, one that does without it");
  }

 private:
  Value value_;
  std::string file_;
  std::string path_;
};

class Document {
 public:
  // `file` names the text in errors. The text is not needed afterwards. Throws Error(malformed, limit).
  static Document parse(std::string_view text, const std::string& file);

  Field root() const;

  // Reads all fractional numbers of the document again, from the text that it was parsed from, as serde_json
  // does: see json/decimal.h.
  void read_numbers_like_serde(std::string_view text);

  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

 private:
  struct Parsed;
  explicit Document(std::unique_ptr<Parsed> parsed);
  std::unique_ptr<Parsed> parsed_;
};

// `text` in double quotes with escapes, on one line, shortened to about sixty characters: for names in error
// messages.
std::string excerpt(std::string_view text);

}  // namespace polyglyph::json
