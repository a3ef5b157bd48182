// Which of the two a file is, its first bytes tell, as they do to file(1): neither begins a text. Both may be
// several compressed parts one behind the other, as cat makes them; a part that is cut short is an error,
// since what is missing would be lost without a word.
#include "packing/shards/text_file.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "polyglyph/error.h"

namespace polyglyph::packing {
namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 17;

constexpr std::string_view kGzip = "\x1F\x8B";
constexpr std::string_view kZstd = "\x28\xB5\x2F\xFD";

// A file of which some bytes have been read ahead.
class RawFile {
 public:
  explicit RawFile(const std::filesystem::path& path)
      : path_(path.string()), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) fail(errno);
    refill();
  }
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;
  ~RawFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  std::string_view ahead() const { return {buffer_.data() + begin_, end_ - begin_}; }
  void take(std::size_t bytes) { begin_ += bytes; }

  // Reads on when nothing is ahead; false at the end.
  bool refill() {
    if (begin_ < end_) return true;
    begin_ = 0;
    end_ = read({buffer_.data(), buffer_.size()});
    return end_ > 0;
  }

  // Past what is ahead, which must be nothing.
  std::size_t read(std::span<char> buffer) {
    std::size_t size = 0;
    while (size < buffer.size()) {
      const ssize_t got = ::read(descriptor_, buffer.data() + size, buffer.size() - size);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail(errno);
      if (got == 0) break;
      size += static_cast<std::size_t>(got);
    }
    total_ += size;
    return size;
  }

  std::uint64_t total() const { return total_ - (end_ - begin_); }

  [[noreturn]] void fail(int error) const {
    throw Error(ErrorCode::io, std::string(std::strerror(error)) + "; check the path", path_);
  }
  [[noreturn]] void malformed(const std::string& what) const {
    throw Error(ErrorCode::malformed, what + "; get the file again", path_);
  }

 private:
  std::string path_;
  int descriptor_;
  std::vector<char> buffer_ = std::vector<char>(kBuffer);
  std::size_t begin_ = 0, end_ = 0;
  std::uint64_t total_ = 0;
};

class Gzip {
 public:
  Gzip() {
    constexpr int kGzipOnly = 15 + 16;
    if (::inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;
  ~Gzip() { ::inflateEnd(&stream_); }

  std::size_t read(RawFile& file, std::span<char> buffer) {
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out = static_cast<uInt>(buffer.size());
    while (stream_.avail_out > 0) {
      if (!file.refill()) {
        if (inside_) file.malformed("the gzip data ends too early");
        break;
      }
      const std::string_view ahead = file.ahead();
      if (!inside_ && stream_.total_in > 0) ::inflateReset(&stream_);
      inside_ = true;
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(ahead.data()));
      stream_.avail_in = static_cast<uInt>(ahead.size());
      const int status = ::inflate(&stream_, Z_NO_FLUSH);
      file.take(ahead.size() - stream_.avail_in);
      if (status == Z_MEM_ERROR) throw std::bad_alloc();
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
        file.malformed(std::string("the gzip data is damaged: ") +
                       (stream_.msg != nullptr ? stream_.msg : "not understood"));
      }
      if (status == Z_STREAM_END) inside_ = false;
    }
    return buffer.size() - stream_.avail_out;
  }

 private:
  z_stream stream_{};
  bool inside_ = false;
};

class Zstd {
 public:
  std::size_t read(RawFile& file, std::span<char> buffer) {
    ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
    while (out.pos < out.size) {
      const bool more = file.refill();
      if (!more && !inside_) break;
      const std::string_view ahead = file.ahead();
      ZSTD_inBuffer in{ahead.data(), ahead.size(), 0};
      const std::size_t before = out.pos;
      const std::size_t status = ::ZSTD_decompressStream(stream_.get(), &out, &in);
      file.take(in.pos);
      if (::ZSTD_isError(status) != 0) {
        file.malformed(std::string("the Zstandard data is damaged or asks for too much: ") +
                       ::ZSTD_getErrorName(status));
      }
      inside_ = status != 0;
      // At the end of the file some output may still be held back.
      if (!more && inside_ && out.pos == before) file.malformed("the Zstandard data ends too early");
    }
    return out.pos;
  }

 private:
  struct Free {
    void operator()(ZSTD_DStream* stream) const { ::ZSTD_freeDStream(stream); }
  };
  std::unique_ptr<ZSTD_DStream, Free> stream_{::ZSTD_createDStream()};
  bool inside_ = false;
};

}  // namespace

class TextFile::State {
 public:
  explicit State(const std::filesystem::path& path) : file_(path) {
    if (file_.ahead().starts_with(kGzip)) gzip_.emplace();
    if (file_.ahead().starts_with(kZstd)) zstd_.emplace();
  }

  std::size_t read(std::span<char> buffer) {
    // zlib counts in 32 bits.
    constexpr std::size_t kMost = std::size_t{1} << 30;
    std::size_t size = 0;
    while (size < buffer.size()) {
      const std::span<char> rest = buffer.subspan(size, std::min(kMost, buffer.size() - size));
      const std::size_t got = gzip_   ? gzip_->read(file_, rest)
                              : zstd_ ? zstd_->read(file_, rest)
                                      : plain(rest);
      size += got;
      if (got < rest.size()) break;
    }
    return size;
  }

  std::uint64_t bytes_read() const { return file_.total(); }

 private:
  std::size_t plain(std::span<char> buffer) {
    const std::string_view ahead = file_.ahead().substr(0, buffer.size());
    std::memcpy(buffer.data(), ahead.data(), ahead.size());
    file_.take(ahead.size());
    return ahead.size() + (ahead.size() < buffer.size() ? file_.read(buffer.subspan(ahead.size())) : 0);
  }

  RawFile file_;
  std::optional<Gzip> gzip_;
  std::optional<Zstd> zstd_;
};

TextFile::TextFile(const std::filesystem::path& path) : state_(std::make_unique<State>(path)) {}
TextFile::TextFile(TextFile&&) noexcept = default;
TextFile& TextFile::operator=(TextFile&&) noexcept = default;
TextFile::~TextFile() = default;

std::size_t TextFile::read(std::span<char> buffer) {
  return state_->read(buffer);
}

std::uint64_t TextFile::bytes_read() const {
  return state_->bytes_read();
}

}  // namespace polyglyph::packing
