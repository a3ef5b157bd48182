// Layout of the file, all integers little-endian:
//
//   Header            magic, version, sizes, the checksum of all that follows it
//   Section[kCount]   offset and size in bytes of each table, in the order of the enum below
//   tables            each begins at a multiple of 64
//
// The pipeline section is a short byte string written and read field by field by Writer and Reader; Reader
// checks every length against what is left, so a damaged section ends in an Error, not in a wild read.
#include "vocab/image.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <tuple>
#include <utility>

#include "polyglyph/error.h"
#include "vocab/memory.h"

namespace polyglyph::vocab {
namespace {

static_assert(std::endian::native == std::endian::little,
              "images are mapped as they are, in little-endian order");

constexpr char kMagic[8] = {'p', 'o', 'l', 'y', 'g', 'l', 'y', 'p'};
constexpr std::size_t kAlignment = 64;

enum SectionIndex {
  kName,
  kPipeline,
  kPool,
  kStarts,
  kKinds,
  kDerivations,
  kEdges,
  kPairs,
  kFilter,
  kWords,
  kTrie,
  kScores,
  kJoints,
  kDecoded,
  kDecodedStarts,
  kCount,
};

struct Section {
  std::uint64_t offset;
  std::uint64_t size;
};

struct Header {
  char magic[8];
  std::uint32_t version;
  std::uint32_t trie_root;
  std::uint64_t file_size;
  std::uint64_t checksum;        // of every byte after the header
  std::uint64_t fingerprint[2];  // of every table but the name
  Section sections[kCount];
};

// Writer and Reader have the same members, so that one list of fields serves both ways.
class Writer {
 public:
  template <class T>
  void number(const T& value) {
    static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T>);
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  template <class T>
  void choice(const T& value, T) {
    number(value);
  }
  template <class... Flags>
  void flags(const Flags&... values) {
    (number(static_cast<std::uint8_t>(values)), ...);
  }
  template <class... Texts>
  void text(const Texts&... values) {
    ((number(static_cast<std::uint32_t>(values.size())), out_ += values), ...);
  }
  template <class T, class Each>
  void list(const std::vector<T>& values, Each each) {
    number(static_cast<std::uint32_t>(values.size()));
    for (const T& value : values) each(value);
  }
  template <class T, class Each>
  void optional(const std::optional<T>& value, Each each) {
    flags(value.has_value());
    if (value) each(*value);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

class Reader {
 public:
  Reader(std::string_view data, const std::string& where) : data_(data), where_(where) {}

  template <class T>
  void number(T& value) {
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
  }
  template <class T>
  void choice(T& value, T last) {
    number(value);
    if (value > last) fail();
  }
  template <class... Flags>
  void flags(Flags&... values) {
    ((values = take(1).front() != 0), ...);
  }
  template <class... Texts>
  void text(Texts&... values) {
    (read_text(values), ...);
  }
  template <class T, class Each>
  void list(std::vector<T>& values, Each each) {
    std::uint32_t count;
    number(count);
    if (count > data_.size()) fail();  // every element takes at least a byte
    values.resize(count);
    for (T& value : values) each(value);
  }
  template <class T, class Each>
  void optional(std::optional<T>& value, Each each) {
    bool has = false;
    flags(has);
    if (has) each(value.emplace());
  }

 private:
  void read_text(std::string& value) {
    std::uint32_t size;
    number(size);
    value = take(size);
  }
  std::string_view take(std::size_t size) {
    if (size > data_.size()) fail();
    const std::string_view taken = data_.substr(0, size);
    data_.remove_prefix(size);
    return taken;
  }
  [[noreturn]] void fail() const {
    throw Error(ErrorCode::malformed, "the image's pipeline section is damaged; write the image anew",
                where_);
  }

  std::string_view data_;
  const std::string& where_;
};

// The pipeline's fields in the order of the file.
template <class Archive, class P>
void pipeline_fields(Archive& a, P& p) {
  const auto id = [&](auto& value) { a.number(value); };
  const auto text = [&](auto& value) { a.text(value); };
  const auto part = [&](auto& t) {
    a.choice(t.kind, TemplatePart::Kind::second);
    a.number(t.id);
    a.number(t.type);
  };
  a.text(p.format);
  a.choice(p.reference, Reference::llama_cpp);
  a.list(p.normalizers, [&](auto& n) {
    a.choice(n.kind, unicode::NormalStep::Kind::llama_cpp);
    a.text(n.pattern, n.text, n.charsmap);
    a.list(n.kept, text);
    a.number(n.options);
  });
  a.list(p.splits, [&](auto& s) {
    a.choice(s.kind, SplitStep::Kind::prefix);
    a.text(s.pattern);
    a.choice(s.behavior, SplitBehavior::contiguous);
    a.flags(s.invert, s.individual, s.split);
    a.choice(s.prepend, PrependScheme::first);
    a.number(s.length);
  });
  a.choice(p.model, ModelKind::wordlevel);
  a.flags(p.characters, p.names_use_byte_alphabet, p.merges_by_rank, p.ignore_merges, p.fuse_unknown);
  a.text(p.subword_prefix, p.word_suffix);
  a.number(p.max_word_characters);
  a.list(p.byte_tokens, id);
  a.number(p.unknown);
  a.list(p.added_tokens, [&](auto& t) {
    a.number(t.id);
    a.text(t.content);
    a.flags(t.single_word, t.lstrip, t.rstrip, t.normalized, t.special, t.control);
  });
  a.list(p.decoders, [&](auto& d) {
    a.choice(d.kind, DecodeStep::Kind::join_spaces);
    a.text(d.pattern, d.text);
    a.number(d.start);
    a.number(d.stop);
    a.choice(d.prepend, PrependScheme::first);
    a.flags(d.cleanup);
  });
  a.list(p.single, part);
  a.list(p.pair, part);
  a.flags(p.trim_offsets, p.trim_keeps_prefix_space);
  a.optional(p.truncation, [&](auto& t) {
    a.number(t.max_length);
    a.number(t.stride);
    a.choice(t.strategy, Truncation::Strategy::only_second);
    a.choice(t.side, Side::right);
  });
  a.optional(p.padding, [&](auto& t) {
    a.optional(t.length, [&](auto& length) { a.number(length); });
    a.number(t.multiple_of);
    a.number(t.id);
    a.number(t.type);
    a.text(t.token);
    a.choice(t.side, Side::right);
  });
  a.list(p.roles, [&](auto& role) {
    a.text(role.first);
    a.number(role.second);
  });
  a.list(p.chat_templates, [&](auto& named) { a.text(named.first, named.second); });
  a.list(p.prefix, id);
  a.list(p.suffix, id);
  a.flags(p.longest_match);
  a.text(p.longest_match_reason);
  a.list(p.knots, text);
  a.number(p.merges);
  a.number(p.model_entries);
  a.number(p.unreachable);
}

std::string_view raw(const std::string& text) {
  return text;
}
template <class T>
std::string_view raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

template <class Part>
void give_back(Part& part) {
  Part().swap(part);
}

}  // namespace

std::string write_image(ImageParts parts) {
  Writer writer;
  pipeline_fields(writer, parts.pipeline);
  std::string pipeline = writer.take();
  const auto sections = std::tie(parts.name, pipeline, parts.pool, parts.starts, parts.kinds,
                                 parts.derivations, parts.edges, parts.pairs, parts.filter, parts.words,
                                 parts.trie, parts.scores, parts.joints, parts.decoded, parts.decoded_starts);
  static_assert(std::tuple_size_v<decltype(sections)> == kCount);
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.version = kImageVersion;
  header.trie_root = parts.trie_root;
  std::uint64_t end = sizeof(Header);
  int next = 0;
  const auto lay_out = [&](std::string_view section) {
    end = (end + kAlignment - 1) / kAlignment * kAlignment;
    header.sections[next] = {end, section.size()};
    end += section.size();
    if (next++ == kName) return;
    const std::uint64_t hash = hash_bytes(section);
    for (std::uint64_t seed : {0, 1})
      header.fingerprint[seed] = hash_words(header.fingerprint[seed] + seed, hash);
  };
  std::apply([&](const auto&... section) { (lay_out(raw(section)), ...); }, sections);
  header.file_size = end;

  std::string out;
  out.reserve(end);
  out.append(sizeof(Header), '\0');
  next = 0;
  const auto write = [&](auto& section) {
    out.append(header.sections[next++].offset - out.size(), '\0');
    out += raw(section);
    const bool large = raw(section).size() > (1u << 20);
    give_back(section);
    if (large) give_memory_back();
  };
  give_memory_back();
  std::apply([&](auto&... section) { (write(section), ...); }, sections);
  header.checksum = hash_bytes(std::string_view(out).substr(sizeof(Header)));
  std::memcpy(out.data(), &header, sizeof header);
  return out;
}

std::shared_ptr<const Image> Image::map(const std::filesystem::path& path) {
  const std::string where = path.string();
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0)
    throw Error(
        ErrorCode::io,
        fmt::format("cannot open the image: {}; check the path and its permissions", std::strerror(errno)),
        where);
  struct stat status;
  const bool sized = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
  const std::size_t size = sized ? static_cast<std::size_t>(status.st_size) : 0;
  void* mapping = sized ? ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0) : MAP_FAILED;
  ::close(file);
  if (mapping == MAP_FAILED)
    throw Error(ErrorCode::io, "cannot map the image: it is empty or no regular file; write the image anew",
                where);

  std::shared_ptr<Image> image(new Image);
  image->mapping_ = mapping;
  image->open({static_cast<const char*>(mapping), size}, where);
  return image;
}

std::shared_ptr<const Image> Image::adopt(std::string bytes, const std::string& where) {
  std::shared_ptr<Image> image(new Image);
  image->owned_ = std::move(bytes);
  image->open(image->owned_, where);
  return image;
}

Image::~Image() {
  if (mapping_ != nullptr) ::munmap(mapping_, bytes_.size());
}

void Image::open(std::string_view bytes, const std::string& where) {
  bytes_ = bytes;
  where_ = where;
  const auto damaged = [&](const char* what) {
    return Error(ErrorCode::malformed,
                 fmt::format("{}; write the image anew from the tokenizer's own file", what), where);
  };
  Header header;
  if (bytes.size() < sizeof header) throw damaged("too short for an image");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) throw damaged("not an image of polyglyph");
  if (header.version != kImageVersion) {
    throw Error(
        ErrorCode::unsupported,
        fmt::format("image version {} where this library reads version {}; write the image anew from the "
                    "tokenizer's own file",
                    header.version, kImageVersion),
        where);
  }
  if (header.file_size != bytes.size()) throw damaged("the image is cut short or has bytes appended");
  const auto section = [&](SectionIndex i) {
    const auto [offset, size] = header.sections[i];
    if (offset % kAlignment != 0 || offset > bytes.size() || size > bytes.size() - offset) {
      throw damaged("a table of the image lies outside of it");
    }
    return bytes.substr(offset, size);
  };
  const auto table = [&]<class T>(SectionIndex i, std::span<const T>& span) {
    const std::string_view s = section(i);
    if (s.size() % sizeof(T) != 0) throw damaged("a table of the image has a broken size");
    span = {reinterpret_cast<const T*>(s.data()), s.size() / sizeof(T)};
  };
  const auto bits = [&](std::size_t size) {
    if (!std::has_single_bit(size) || size < 2) throw damaged("a table of the image has a broken size");
    return std::countr_zero(size);
  };
  name_ = section(kName);
  pool_ = section(kPool);
  table(kStarts, starts_);
  table(kKinds, kinds_);
  table(kDerivations, derivations_);
  table(kEdges, edges_);
  table(kPairs, pairs_);
  table(kFilter, filter_);
  table(kWords, words_);
  table(kTrie, trie_);
  table(kScores, scores_);
  std::span<const std::uint64_t> joints;
  table(kJoints, joints);
  if (!joints.empty() && !std::has_single_bit(joints.size()))
    throw damaged("a table of the image has a broken size");
  joints_ = Joints(joints);
  decoded_ = section(kDecoded);
  table(kDecodedStarts, decoded_starts_);
  pair_shift_ = 64 - bits(pairs_.size());
  filter_shift_ = 64 - bits(filter_.size());
  word_mask_ = (std::size_t{1} << bits(words_.size())) - 1;
  trie_root_ = header.trie_root;
  if (starts_.size() != kinds_.size() + 1 ||
      (!decoded_starts_.empty() && decoded_starts_.size() != starts_.size()) ||
      kinds_.size() > kMaxTokenId + std::size_t{1}) {
    throw damaged("two tables of the image disagree");
  }
  Reader reader(section(kPipeline), where);
  pipeline_fields(reader, pipeline_);
  const auto known = [&](TokenId id) { return id < kinds_.size(); };
  const auto& p = pipeline_;
  const auto known_or_none = [&](TokenId id) { return id == kNoToken || known(id); };
  const auto known_part = [&](const TemplatePart& part) { return known_or_none(part.id); };
  if (!std::ranges::all_of(p.prefix, known) || !std::ranges::all_of(p.suffix, known) ||
      !std::ranges::all_of(p.added_tokens, known, &AddedToken::id) || !known_or_none(p.unknown) ||
      !std::ranges::all_of(p.byte_tokens, known_or_none) || (p.byte_tokens.size() % 256) != 0 ||
      !std::ranges::all_of(p.single, known_part) || !std::ranges::all_of(p.pair, known_part) ||
      !std::ranges::all_of(p.roles, known, &std::pair<std::string, TokenId>::second)) {
    throw damaged("the image names an id outside its vocabulary");
  }
  for (TokenId id = 0; id < kinds_.size(); ++id) {
    if (is_literal(id)) literals_.push_back(id);
  }
}

std::string Image::fingerprint() const {
  Header header;
  std::memcpy(&header, bytes_.data(), sizeof header);
  return fmt::format("{:016x}{:016x}", header.fingerprint[0], header.fingerprint[1]);
}

void Image::verify() const {
  Header header;
  std::memcpy(&header, bytes_.data(), sizeof header);
  if (hash_bytes(bytes_.substr(sizeof header)) != header.checksum) {
    throw Error(ErrorCode::malformed, "the image's checksum does not fit; write the image anew", where_);
  }
}

bool Image::is_literal(TokenId id) const noexcept {
  return id < kinds_.size() && (kinds_[id] & ImageParts::literal);
}

bool Image::is_entry(TokenId id) const noexcept {
  return id < kinds_.size() && (kinds_[id] & ImageParts::entry);
}

bool Image::is_normal(TokenId id) const noexcept {
  constexpr int kinds = ImageParts::entry | ImageParts::user_defined | ImageParts::unused;
  return id < kinds_.size() && (kinds_[id] & kinds) == ImageParts::entry;
}

bool Image::is_reachable(TokenId id) const noexcept {
  return id < kinds_.size() && (kinds_[id] & ImageParts::reachable);
}

bool Image::is_user_defined(TokenId id) const noexcept {
  return id < kinds_.size() && (kinds_[id] & ImageParts::user_defined);
}

bool Image::is_unused(TokenId id) const noexcept {
  return id < kinds_.size() && (kinds_[id] & ImageParts::unused);
}

TokenId Image::find_entry(std::string_view bytes, std::uint64_t hash) const noexcept {
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  for (std::size_t i = hash & word_mask_, probes = 0; probes <= word_mask_;
       i = (i + 1) & word_mask_, ++probes) {
    const Word& word = words_[i];
    if (word.id == kNoToken) return kNoToken;
    if (word.tag == tag && token(word.id) == bytes && word.id < kinds_.size()) return word.id;
  }
  return kNoToken;
}

}  // namespace polyglyph::vocab
