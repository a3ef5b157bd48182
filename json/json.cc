// The parser behind json.h: simdjson's DOM, which finds every bracket, comma and string of a text with vector
// instructions and then writes values to one flat tape. A Value is a position on that tape.
//
// simdjson's handles are two words, a document and an index, and are trivially copyable; so is a Value, and
// the two are converted by std::bit_cast. That keeps simdjson out of json.h without an allocation or a
// virtual call a value: the compiler checks the sizes, tests/formats_test.cc the meaning.
#include "json/json.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>
#include <new>
#include <system_error>
#include <type_traits>
#include <utility>

#include "json/decimal.h"
#include "json/fault.h"
#include "unicode/utf8.h"

namespace polyglyph::json {
namespace {

namespace dom = simdjson::dom;

template <typename Handle>
Handle handle_of(const Value& value) {
  static_assert(sizeof(Handle) == sizeof(Value) && std::is_trivially_copyable_v<Handle>);
  return std::bit_cast<Handle>(value);
}

template <typename Handle>
Value value_of(const Handle& handle) {
  static_assert(sizeof(Handle) == sizeof(Value) && std::is_trivially_copyable_v<Handle>);
  return std::bit_cast<Value>(handle);
}

// How many bytes of `text` satisfy is(byte, byte before it). Counting in bytes, in short blocks, is what lets
// a compiler compare sixteen or more at once.
template <typename Is>
std::size_t count(std::string_view text, const Is& is) {
  constexpr std::size_t block = 128;
  std::size_t total = 0;
  std::size_t i = 1;
  for (; i + block <= text.size(); i += block) {
    const char* const p = text.data() + i - 1;
    std::uint8_t found = 0;
    for (std::size_t j = 0; j < block; ++j) found = static_cast<std::uint8_t>(found + is(p[j + 1], p[j]));
    total += found;
  }
  for (; i < text.size(); ++i) total += is(text[i], text[i - 1]);
  return total;
}

// What parsing takes besides the text and its padded copy, at most: four bytes for each bracket, comma, colon
// and value (freed when parsing ends), eight on the tape for each bracket and value and eight more for a
// number, and five for each string besides its bytes. A text that is mostly punctuation would so grow to
// fifteen times its size; no vocabulary comes near that, and a hostile file is refused by counting. What is
// counted inside strings only makes the bound larger.
constexpr std::size_t kAllowance = std::size_t{60} << 20;

void check_expansion(std::string_view text, const std::string& file) {
  constexpr std::size_t worst = 16;  // bytes a byte, for "1,1,1,..."
  if (text.size() < kAllowance / worst) return;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::size_t separators = count(text, [](char c, char) { return (c == ',') | (c == ':'); });
  const std::size_t brackets =
      count(text, [](char c, char) { return ((c | 0x20) == '{') | ((c | 0x20) == '}'); });  // and [ and ]
  const std::size_t numbers =
      count(text, [&](char c, char before) { return is_digit(c) & !is_digit(before); });
  const std::size_t quotes = count(text, [](char c, char) { return c == '"'; });
  const std::size_t most = 12 * brackets + 16 * separators + 8 * numbers + 5 * (quotes / 2);
  if (most > text.size() + text.size() / 2 + kAllowance) {  // leaves half its size to what is made of it
    throw Error(
        ErrorCode::limit,
        fmt::format("holds about {} JSON values in {} bytes, more than parsing it within four times its size "
                    "allows; this is not a vocabulary",
                    separators, text.size()),
        file);
  }
}

// Integers beyond 64 bits, which simdjson refuses and Python writes (transformers' model_max_length is
// 10^30), become floating-point numbers of the same value in place: the last two digits give way to "e2".
// Returns whether there was one.
bool shorten_big_integers(char* text, std::size_t size) {
  const auto in_number = [](char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
  };
  bool any = false;
  bool in_string = false;
  for (std::size_t i = 0; i < size; ++i) {
    if (text[i] == '"') in_string = !in_string;
    if (in_string && text[i] == '\\') ++i;
    if (in_string || !in_number(text[i])) continue;
    char* const begin = text + i;
    while (i + 1 < size && in_number(text[i + 1])) ++i;
    char* const end = text + i + 1;
    std::int64_t as_signed;
    std::uint64_t as_unsigned;
    const auto [stop, error] =
        *begin == '-' ? std::from_chars(begin, end, as_signed) : std::from_chars(begin, end, as_unsigned);
    if (stop == end && error == std::errc::result_out_of_range) {
      end[-2] = 'e';
      end[-1] = '2';
      any = true;
    }
  }
  return any;
}

}  // namespace

const char* to_string(Type type) noexcept {
  switch (type) {
    case Type::null:
      return "null";
    case Type::boolean:
      return "true or false";
    case Type::number:
      return "a number";
    case Type::string:
      return "a string";
    case Type::array:
      return "an array";
    case Type::object:
      return "an object";
  }
  return "a value";
}

Type Value::type() const {
  switch (handle_of<dom::element>(*this).type()) {
    case dom::element_type::ARRAY:
      return Type::array;
    case dom::element_type::OBJECT:
      return Type::object;
    case dom::element_type::STRING:
      return Type::string;
    case dom::element_type::BOOL:
      return Type::boolean;
    case dom::element_type::NULL_VALUE:
      return Type::null;
    default:
      return Type::number;
  }
}

std::optional<bool> Value::boolean() const {
  bool result;
  if (handle_of<dom::element>(*this).get(result)) return std::nullopt;
  return result;
}

std::optional<std::uint64_t> Value::unsigned_integer() const {
  std::uint64_t result;
  if (handle_of<dom::element>(*this).get(result)) return std::nullopt;
  return result;
}

std::optional<double> Value::number() const {
  double result;
  if (handle_of<dom::element>(*this).get(result)) return std::nullopt;
  return result;
}

std::optional<std::string_view> Value::string() const {
  std::string_view result;
  if (handle_of<dom::element>(*this).get(result)) return std::nullopt;
  return result;
}

Elements Value::elements() const {
  dom::array array;
  Elements range;
  if (handle_of<dom::element>(*this).get(array)) return range;
  range.begin_.at_ = value_of(array.begin());
  range.end_.at_ = value_of(array.end());
  return range;
}

Members Value::members() const {
  dom::object object;
  Members range;
  if (handle_of<dom::element>(*this).get(object)) return range;
  range.begin_.at_ = value_of(object.begin());
  range.end_.at_ = value_of(object.end());
  return range;
}

std::size_t Value::size() const {
  const auto element = handle_of<dom::element>(*this);
  if (dom::array array; !element.get(array)) return array.size();
  if (dom::object object; !element.get(object)) return object.size();
  return 0;
}

Elements::Iterator& Elements::Iterator::operator++() {
  at_ = value_of(++handle_of<dom::array::iterator>(at_));
  return *this;
}

Members::Iterator& Members::Iterator::operator++() {
  at_ = value_of(++handle_of<dom::object::iterator>(at_));
  return *this;
}

Member Members::Iterator::operator*() const {
  const auto iterator = handle_of<dom::object::iterator>(at_);
  return {iterator.key(), value_of(iterator.value())};
}

Field::Field(Value value, std::string file, std::string path)
    : value_(value), file_(std::move(file)), path_(std::move(path)) {}

std::string Field::where() const {
  return path_.empty() ? file_ : file_ + ": " + path_;
}

void Field::fail(ErrorCode code, const std::string& what) const {
  throw Error(code, what, where());
}

void Field::expect(Type type) const {
  if (value_.type() != type) {
    malformed(fmt::format("must be {}, but is {}", to_string(type), to_string(value_.type())));
  }
}

bool Field::boolean() const {
  expect(Type::boolean);
  return *value_.boolean();
}

std::string_view Field::string() const {
  expect(Type::string);
  return *value_.string();
}

std::uint64_t Field::unsigned_integer() const {
  expect(Type::number);
  const auto result = value_.unsigned_integer();
  if (!result) malformed("must be an integer, 0 or more");
  return *result;
}

double Field::number() const {
  expect(Type::number);
  return *value_.number();
}

Field Field::child(std::string_view key, Value value) const {
  const bool plain = !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  if (!plain) return {value, file_, path_ + "[" + excerpt(key) + "]"};
  return {value, file_, path_.empty() ? std::string(key) : path_ + "." + std::string(key)};
}

Field Field::child(std::size_t index, Value value) const {
  return {value, file_, fmt::format("{}[{}]", path_, index)};
}

std::optional<Field> Field::find(std::string_view key) const {
  expect(Type::object);
  for (const Member member : value_.members()) {
    if (member.key == key) {
      if (member.value.is_null()) return std::nullopt;
      return child(key, member.value);
    }
  }
  return std::nullopt;
}

Field Field::at(std::string_view key) const {
  expect(Type::object);
  for (const Member member : value_.members()) {
    if (member.key == key) return child(key, member.value);
  }
  malformed(fmt::format("has no field {}, which it must have", excerpt(key)),
            "add it, or get the file again");
}

void Field::expect_members(std::initializer_list<std::string_view> known) const {
  expect(Type::object);
  std::uint64_t seen = 0;
  for (const Member member : value_.members()) {
    const auto place = std::find(known.begin(), known.end(), member.key);
    if (place == known.end()) {
      child(member.key, member.value)
          .unsupported("a field that this version does not know; what it asks for cannot be reproduced");
    }
    const std::uint64_t bit = std::uint64_t{1} << (place - known.begin());
    if (seen & bit) malformed(fmt::format("has the field {} twice", excerpt(member.key)), "remove one");
    seen |= bit;
  }
}

struct Document::Parsed {
  std::string file;
  dom::document document;
};

Document::Document(std::unique_ptr<Parsed> parsed) : parsed_(std::move(parsed)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Document Document::parse(std::string_view text, const std::string& file) {
  if (text.empty())
    throw Error(ErrorCode::malformed, "is empty, where JSON is expected; get the file again", file);
  if (text.size() > std::numeric_limits<std::uint32_t>::max() - 1) {
    throw Error(ErrorCode::limit, "is 4 GiB or larger, more than a JSON file may be; is this a vocabulary?",
                file);
  }
  check_expansion(text, file);

  // simdjson reads up to 64 bytes beyond the text's end.
  std::unique_ptr<char[]> padded(new char[text.size() + simdjson::SIMDJSON_PADDING]);
  std::memcpy(padded.get(), text.data(), text.size());
  std::memset(padded.get() + text.size(), 0, simdjson::SIMDJSON_PADDING);

  auto parsed = std::make_unique<Parsed>();
  parsed->file = file;
  dom::parser parser;
  auto error = parser.allocate(std::max<std::size_t>(text.size(), dom::MINIMAL_DOCUMENT_CAPACITY), kMaxDepth);
  if (!error) error = parser.parse_into_document(parsed->document, padded.get(), text.size(), false).error();
  if (error == simdjson::NUMBER_ERROR && shorten_big_integers(padded.get(), text.size())) {
    error = parser.parse_into_document(parsed->document, padded.get(), text.size(), false).error();
  }
  if (error == simdjson::MEMALLOC) throw std::bad_alloc();
  if (error) {
    const Fault fault = find_fault(text, kMaxDepth);
    const std::string what = fault.what.empty() ? simdjson::error_message(error) : fault.what;
    // Valid by the grammar, but beyond this parser: 1e999, say.
    const std::string where = fault.what.empty() ? file : fmt::format("{}: byte {}", file, fault.offset);
    if (fault.too_deep)
      throw Error(ErrorCode::limit, what + "; no vocabulary is: is the file damaged?", where);
    throw Error(ErrorCode::malformed,
                fmt::format("not valid JSON: {}; correct it, or get the file again", what), where);
  }
  return Document(std::move(parsed));
}

// The numbers of the text and those on the tape are the same in the same order. On the tape, a number is a
// word that says its type and one that holds it, and everything else is one word.
void Document::read_numbers_like_serde(std::string_view text) {
  std::uint64_t* word = parsed_->document.tape.get();
  const std::uint64_t* const end = word + (*word & 0x00FFFFFFFFFFFFFF);
  const auto type = [&] { return static_cast<char>(*word >> 56); };
  const auto is_number = [](char c) { return (c >= '0' && c <= '9') || c == '-'; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      while (text[++i] != '"') i += text[i] == '\\';
      continue;
    }
    if (!is_number(text[i])) continue;
    const std::size_t begin = i;
    while (i < text.size() &&
           (is_number(text[i]) || text[i] == '+' || text[i] == '.' || text[i] == 'e' || text[i] == 'E'))
      ++i;
    while (word < end && type() != 'd' && type() != 'l' && type() != 'u') ++word;
    if (word >= end) return;
    if (type() == 'd') word[1] = std::bit_cast<std::uint64_t>(read_decimal(text.substr(begin, i - begin)));
    word += 2;
    --i;
  }
}

Field Document::root() const {
  return Field(value_of(parsed_->document.root()), parsed_->file, "");
}

std::string excerpt(std::string_view text) {
  constexpr std::size_t limit = 60;
  std::string result = "\"";
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    if (result.size() > limit) {
      result += "...";
      break;
    }
    const auto decoded = unicode::decode(at, end);
    const auto byte = static_cast<unsigned char>(*at);
    if (*at == '"' || *at == '\\') {
      result += '\\';
      result += *at;
    } else if (*at == '\n') {
      result += "\\n";
    } else if (!decoded.valid || byte < 0x20 || byte == 0x7F) {
      for (std::uint32_t i = 0; i < decoded.size; ++i) {
        result += fmt::format("\\x{:02X}", static_cast<unsigned char>(at[i]));
      }
    } else {
      result.append(at, decoded.size);
    }
    at += decoded.size;
  }
  result += '"';
  return result;
}

}  // namespace polyglyph::json
