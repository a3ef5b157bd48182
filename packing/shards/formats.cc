// Megatron's index (MMIDIDX) and numpy's files (NEP 1), little-endian as this machine is.
#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "packing/shards/files.h"
#include "polyglyph/error.h"
#include "polyglyph/shard.h"
#include "polyglyph/vocab.h"

namespace polyglyph {
namespace {

using packing::NewFile;

static_assert(std::endian::native == std::endian::little);

template <class Item>
void write_items(NewFile& out, std::span<const Item> items) {
  out.write({reinterpret_cast<const char*>(items.data()), items.size_bytes()});
}

template <class Item>
void write_item(NewFile& out, Item item) {
  write_items(out, std::span<const Item>(&item, 1));
}

// The ids as numbers of another width.
template <class Item>
void write_ids(NewFile& out, std::span<const TokenId> ids) {
  std::vector<Item> part;
  while (!ids.empty()) {
    const auto some = ids.first(std::min<std::size_t>(ids.size(), 1 << 16));
    part.assign(some.begin(), some.end());
    write_items<Item>(out, part);
    ids = ids.subspan(some.size());
  }
}

bool short_ids(const Tokenizer& tokenizer) {
  return tokenizer.vocab().size() <= std::size_t{std::numeric_limits<std::uint16_t>::max()} + 1;
}

void write_megatron_index(const ShardContent& content, const std::filesystem::path& path, bool short_) {
  NewFile out(path);
  const std::size_t count = content.sequences.size() - 1;
  out.write(std::string_view("MMIDIDX\0\0", 9));
  write_item<std::uint64_t>(out, 1);
  write_item<std::uint8_t>(out, short_ ? 8 : 4);
  write_item<std::uint64_t>(out, count);
  write_item<std::uint64_t>(out, content.bins.empty() ? count + 1 : content.bins.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t length = content.sequences[i + 1] - content.sequences[i];
    if (length > std::numeric_limits<std::int32_t>::max()) {
      throw Error(
          ErrorCode::limit,
          fmt::format("a document has {} tokens, more than Megatron's index can say; pack it, or cut it "
                      "up",
                      length));
    }
    write_item(out, static_cast<std::int32_t>(length));
  }
  for (std::size_t i = 0; i < count; ++i)
    write_item<std::int64_t>(out, content.sequences[i] * (short_ ? 2 : 4));
  if (content.bins.empty()) {
    for (std::size_t i = 0; i <= count; ++i) write_item(out, static_cast<std::int64_t>(i));
  } else {
    write_items(out, content.bins);
  }
  out.close();
}

template <class Item>
std::string npy_header(std::size_t count) {
  std::string text = fmt::format("{{'descr': '<{}{}', 'fortran_order': False, 'shape': ({},), }}",
                                 std::is_signed_v<Item> ? 'i' : 'u', sizeof(Item), count);
  constexpr std::size_t kMagic = 10, kAligned = 64;
  text.append(kAligned - 1 - (kMagic + text.size()) % kAligned, ' ');
  text += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(text.size() & 0xFF);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

template <class Item>
void write_npy_ids(const std::filesystem::path& path, std::span<const TokenId> ids) {
  NewFile out(path);
  out.write(npy_header<Item>(ids.size()));
  write_ids<Item>(out, ids);
  out.close();
}

void write_npy(const std::filesystem::path& path, std::span<const std::int64_t> numbers) {
  NewFile out(path);
  out.write(npy_header<std::int64_t>(numbers.size()));
  write_items(out, numbers);
  out.close();
}

}  // namespace

ShardFormat megatron_format(const Tokenizer& tokenizer) {
  return {"megatron", ".bin .idx",
          [short_ = short_ids(tokenizer)](const ShardContent& content,
                                          std::span<const std::filesystem::path> files) {
            NewFile out(files[0]);
            short_ ? write_ids<std::uint16_t>(out, content.ids) : write_ids<std::int32_t>(out, content.ids);
            out.close();
            write_megatron_index(content, files[1], short_);
          }};
}

ShardFormat npy_format(const Tokenizer& tokenizer, bool packed) {
  return {"npy", packed ? ".ids.npy .sequences.npy .bins.npy" : ".ids.npy .sequences.npy",
          [packed, short_ = short_ids(tokenizer)](const ShardContent& content,
                                                  std::span<const std::filesystem::path> files) {
            short_ ? write_npy_ids<std::uint16_t>(files[0], content.ids)
                   : write_npy_ids<std::uint32_t>(files[0], content.ids);
            write_npy(files[1], content.sequences);
            if (packed) write_npy(files[2], content.bins);
          }};
}

}  // namespace polyglyph
