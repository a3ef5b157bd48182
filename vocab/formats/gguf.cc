// The layout: "GGUF", a version, how many tensors and how many pairs of key and value there are, and then the
// pairs. A text is its length and its bytes; an array is the type of its elements, how many there are, and
// the elements. All numbers are little-endian; since version 2 counts and lengths take 64 bits.
//
// Arrays of arrays are walked with a list of what is still to come, not by recursion, and to a depth that no
// file needs. A value is remembered by the bytes that it takes up; its elements are read when somebody asks.
#include "vocab/formats/gguf.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "json/json.h"
#include "polyglyph/error.h"

namespace polyglyph::vocab {
namespace {

using json::excerpt;
using Type = GgufHeader::Type;

static_assert(std::endian::native == std::endian::little, "numbers are copied out of the file as they are");

constexpr std::uint32_t kOldest = 2, kNewest = 3;
constexpr std::size_t kMaxDepth = 8;  // of arrays in arrays

// A pair takes at least the length of its key, its type and a byte.
constexpr std::uint64_t kSmallestPair = 8 + 4 + 1;
constexpr std::uint64_t kMaxKeyBytes = 65535;  // as the format says

// How many bytes a value takes; 0 where that is not fixed.
std::size_t size_of(Type type) {
  switch (type) {
    case Type::uint8:
    case Type::int8:
    case Type::boolean:
      return 1;
    case Type::uint16:
    case Type::int16:
      return 2;
    case Type::uint32:
    case Type::int32:
    case Type::float32:
      return 4;
    case Type::uint64:
    case Type::int64:
    case Type::float64:
      return 8;
    case Type::text:
    case Type::array:
      break;
  }
  return 0;
}

template <class T>
T load(const char* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return value;
}

template <class T>
std::vector<T> copy_of(std::string_view bytes) {
  std::vector<T> numbers(bytes.size() / sizeof(T));
  if (!numbers.empty()) std::memcpy(numbers.data(), bytes.data(), bytes.size());
  return numbers;
}

}  // namespace

class GgufHeader::Reader {
 public:
  Reader(const std::string& file, std::string_view data, std::uint64_t file_size)
      : file_(file), data_(data), file_size_(file_size) {}

  // Whether it is whole; if not, more data is needed.
  bool read(GgufHeader& header) {
    try {
      read_start();
      for (std::uint64_t i = 0; i < pairs_; ++i) header.values_.push_back(read_pair());
    } catch (const EndOfData&) {
      return false;
    }
    header.size_ = at_;
    return true;
  }

 private:
  struct EndOfData {};

  [[noreturn]] void fail(ErrorCode code, const std::string& what) const {
    throw Error(code, what, fmt::format("{}: {}byte {}", file_, place_, at_));
  }

  // The next `size` bytes.
  std::string_view take(std::uint64_t size) {
    if (size > file_size_ - at_) {
      fail(ErrorCode::malformed,
           fmt::format("{} more bytes are announced, but the file ends after {}; was it downloaded whole?",
                       size, file_size_ - at_));
    }
    if (size > data_.size() - at_) throw EndOfData{};
    const std::string_view taken = data_.substr(at_, size);
    at_ += size;
    return taken;
  }
  template <class T>
  T number() {
    return load<T>(take(sizeof(T)).data());
  }
  std::string_view text() { return take(number<std::uint64_t>()); }

  Type type() {
    const auto number = this->number<std::uint32_t>();
    if (number > static_cast<std::uint32_t>(Type::float64)) {
      at_ -= sizeof number;
      fail(ErrorCode::malformed, fmt::format("there is no type {}; get the file again", number));
    }
    return static_cast<Type>(number);
  }

  void read_start() {
    if (take(kGgufMagic.size()) != kGgufMagic)
      fail(ErrorCode::malformed, "is no GGUF file; name another one");
    const auto version = number<std::uint32_t>();
    if (version < kOldest || version > kNewest) {
      const bool swapped = (version & 0xFFFF) == 0 && version != 0;
      fail(ErrorCode::unsupported, swapped ? "is a big-endian GGUF file; convert it to little-endian"
                                           : fmt::format("is GGUF version {}; versions {} and {} can be read",
                                                         version, kOldest, kNewest));
    }
    number<std::uint64_t>();  // tensors
    pairs_ = number<std::uint64_t>();
    if (pairs_ > (file_size_ - at_) / kSmallestPair) {
      fail(ErrorCode::malformed,
           fmt::format("{} keys are announced, more than the rest of the file could hold; is it damaged?",
                       pairs_));
    }
  }

  Value read_pair() {
    place_.clear();
    Value value{};
    const auto size = number<std::uint64_t>();
    if (size > kMaxKeyBytes)
      fail(ErrorCode::malformed,
           fmt::format("a key of {} bytes, where the limit is {}; is the file damaged?", size, kMaxKeyBytes));
    value.key = take(size);
    place_ = fmt::format("{}: ", excerpt(value.key));
    value.type = type();
    const std::size_t begin = at_;
    if (value.type == Type::array) {
      value.element = type();
      value.count = number<std::uint64_t>();
      const std::size_t elements = at_;
      skip_elements(value.element, value.count);
      value.bytes = data_.substr(elements, at_ - elements);
      return value;
    }
    skip(value.type);
    value.bytes = data_.substr(begin, at_ - begin);
    return value;
  }

  void skip(Type type) {
    if (type == Type::text) {
      text();
    } else {
      take(size_of(type));
    }
  }

  void skip_elements(Type element, std::uint64_t count) {
    struct Pending {
      Type element;
      std::uint64_t count;
    };
    std::vector<Pending> pending{{element, count}};
    while (!pending.empty()) {
      Pending& last = pending.back();
      if (const std::size_t size = size_of(last.element); size != 0) {
        if (last.count > std::numeric_limits<std::uint64_t>::max() / size)
          fail(ErrorCode::malformed,
               fmt::format("an array of {} elements; is the file damaged?", last.count));
        take(last.count * size);
        last.count = 0;
      }
      if (last.count == 0) {
        pending.pop_back();
        continue;
      }
      --last.count;
      if (last.element == Type::text) {
        text();
        continue;
      }
      if (pending.size() == kMaxDepth)
        fail(ErrorCode::limit,
             fmt::format("arrays are nested deeper than {}; is the file damaged?", kMaxDepth));
      const Type inner = type();
      pending.push_back({inner, number<std::uint64_t>()});
    }
  }

  const std::string& file_;
  std::string_view data_;
  std::uint64_t file_size_;
  std::size_t at_ = 0;
  std::string place_;  // the key that is being read
  std::uint64_t pairs_ = 0;
};

std::optional<GgufHeader> GgufHeader::parse(const std::string& file, std::string_view data,
                                            std::uint64_t file_size) {
  GgufHeader header;
  header.file_ = file;
  if (!Reader(file, data, file_size).read(header)) return std::nullopt;
  std::ranges::sort(header.values_, {}, &Value::key);
  const auto twice = std::ranges::adjacent_find(header.values_, {}, &Value::key);
  if (twice != header.values_.end()) header.malformed(twice->key, "the key is there twice");
  return header;
}

void GgufHeader::malformed(std::string_view key, const std::string& what) const {
  fail(ErrorCode::malformed, key, what + "; get the file again, or convert the model anew");
}

void GgufHeader::fail(ErrorCode code, std::string_view key, const std::string& what) const {
  throw Error(code, what, fmt::format("{}: {}", file_, key));
}

const GgufHeader::Value* GgufHeader::find(std::string_view key) const {
  const auto value = std::ranges::lower_bound(values_, key, {}, &Value::key);
  return value != values_.end() && value->key == key ? &*value : nullptr;
}

const GgufHeader::Value* GgufHeader::find(std::string_view key, Type type, const char* name) const {
  const Value* value = find(key);
  if (value != nullptr && value->type != type) malformed(key, fmt::format("must be {}", name));
  return value;
}

const GgufHeader::Value* GgufHeader::find_array(std::string_view key, std::initializer_list<Type> elements,
                                                const char* name) const {
  const Value* value = find(key, Type::array, name);
  if (value != nullptr && std::ranges::find(elements, value->element) == elements.end())
    malformed(key, fmt::format("must be {}", name));
  return value;
}

std::optional<std::string_view> GgufHeader::find_text(std::string_view key) const {
  const Value* value = find(key, Type::text, "a string");
  if (value == nullptr) return std::nullopt;
  return value->bytes.substr(sizeof(std::uint64_t));
}

std::optional<bool> GgufHeader::find_boolean(std::string_view key) const {
  const Value* value = find(key, Type::boolean, "a boolean");
  if (value == nullptr) return std::nullopt;
  return value->bytes.front() != 0;
}

std::optional<std::uint64_t> GgufHeader::find_unsigned(std::string_view key) const {
  const Value* value = find(key);
  if (value == nullptr) return std::nullopt;
  const char* const p = value->bytes.data();
  std::int64_t number = -1;
  switch (value->type) {
    case Type::uint8:
      return load<std::uint8_t>(p);
    case Type::uint16:
      return load<std::uint16_t>(p);
    case Type::uint32:
      return load<std::uint32_t>(p);
    case Type::uint64:
      return load<std::uint64_t>(p);
    case Type::int8:
      number = load<std::int8_t>(p);
      break;
    case Type::int16:
      number = load<std::int16_t>(p);
      break;
    case Type::int32:
      number = load<std::int32_t>(p);
      break;
    case Type::int64:
      number = load<std::int64_t>(p);
      break;
    default:
      malformed(key, "must be an integer");
  }
  if (number < 0) malformed(key, fmt::format("is {}, but must not be negative", number));
  return static_cast<std::uint64_t>(number);
}

std::vector<std::string_view> GgufHeader::find_texts(std::string_view key) const {
  std::vector<std::string_view> texts;
  const Value* value = find_array(key, {Type::text}, "an array of strings");
  if (value == nullptr) return texts;
  texts.reserve(value->count);
  for (std::size_t at = 0; at < value->bytes.size(); at += texts.back().size()) {
    const auto size = load<std::uint64_t>(value->bytes.data() + at);
    at += sizeof size;
    texts.push_back(value->bytes.substr(at, size));
  }
  return texts;
}

std::vector<std::int32_t> GgufHeader::find_integers(std::string_view key) const {
  const Value* value = find_array(key, {Type::int32, Type::uint32}, "an array of 32-bit integers");
  if (value == nullptr) return {};
  return copy_of<std::int32_t>(value->bytes);
}

std::vector<float> GgufHeader::find_floats(std::string_view key) const {
  const Value* value = find_array(key, {Type::float32, Type::int32}, "an array of 32-bit floats or integers");
  if (value == nullptr) return {};
  if (value->element == Type::int32) {
    const std::vector<std::int32_t> integers = find_integers(key);
    return {integers.begin(), integers.end()};
  }
  return copy_of<float>(value->bytes);
}

std::string_view GgufHeader::find_bytes(std::string_view key) const {
  const Value* value = find_array(key, {Type::uint8, Type::int8}, "an array of bytes");
  return value == nullptr ? std::string_view{} : value->bytes;
}

}  // namespace polyglyph::vocab
