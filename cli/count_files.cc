// Each worker takes the next file, reads it in pieces of about a megabyte, and feeds every piece to one
// stream a tokenizer; streams give the counts of the whole wherever the pieces end. What a worker holds is
// one buffer and what the streams have not decided yet. Results are stored by the number of the file, so that
// the order of work does not show.

#include "cli/count_files.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <thread>

#include "cli/input.h"
#include "cli/progress.h"
#include "polyglyph/error.h"
#include "polyglyph/text.h"

namespace polyglyph::cli {

namespace {

constexpr std::size_t kBufferSize = 1 << 20;

// Where to cut so that no character, and no ill-formed part that counts as one, lies on both sides: those
// begin with a byte that is no continuation and have at most three after it. So the last such byte within
// four is a safe place; if there is none, the last byte belongs to no character and the end is safe.
std::size_t safe_cut(std::string_view text) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(4, text.size()); ++back) {
    if ((static_cast<unsigned char>(text[text.size() - back]) & 0xC0) != 0x80) return text.size() - back;
  }
  return text.size();
}

class Worker {
 public:
  Worker(const std::vector<NamedTokenizer>& tokenizers, const CountSettings& settings,
         std::atomic<std::uint64_t>& bytes_done)
      : tokenizers_(tokenizers), settings_(settings), bytes_done_(bytes_done) {}

  FileCount count(const FoundFile& file) {
    FileCount result;
    result.path = file.path;
    if (!file.problem.empty()) {
      result.problem = file.problem;
      return result;
    }
    try {
      count_into(result);
    } catch (const Error& error) {
      result.problem = error.code() == ErrorCode::io ? reason(error) : error.what();
    } catch (const std::exception& error) {
      result.problem = error.what();
    }
    if (!result.problem.empty()) streams_.clear();  // they may hold a part of this file
    return result;
  }

 private:
  // The line without the path, which the caller puts in front.
  static std::string reason(const Error& error) {
    std::string line = error.what();
    return error.where().empty() ? line : line.substr(error.where().size() + 2);
  }

  void count_into(FileCount& result) {
    if (streams_.empty()) {
      for (const auto& named : tokenizers_)
        streams_.push_back(named.tokenizer.encode_stream(settings_.encode));
    }
    result.tokens.assign(streams_.size(), 0);
    Input input(result.path);
    std::size_t held = 0;  // bytes at the front of the buffer that the last piece left
    for (bool first = true, end = false; !end; first = false) {
      std::size_t got = input.read(std::span(buffer_.get() + held, kBufferSize - held));
      end = held + got < kBufferSize;
      std::string_view piece(buffer_.get(), held + got);
      if (first && !settings_.binary) {
        if (auto problem = binary_problem(piece)) {
          result.problem = *problem + settings_.binary_hint;
          return;
        }
      }
      if (!end) piece = piece.substr(0, safe_cut(piece));
      result.bytes += piece.size();
      result.characters += count_characters(piece);
      for (std::size_t t = 0; t < streams_.size(); ++t) result.tokens[t] += streams_[t].feed_count(piece);
      held += got - piece.size();
      std::copy_n(piece.data() + piece.size(), held, buffer_.get());
      bytes_done_.fetch_add(piece.size(), std::memory_order_relaxed);
    }
    for (std::size_t t = 0; t < streams_.size(); ++t) result.tokens[t] += streams_[t].finish_count();
  }

  const std::vector<NamedTokenizer>& tokenizers_;
  const CountSettings& settings_;
  std::atomic<std::uint64_t>& bytes_done_;
  std::vector<EncodeStream> streams_;
  std::unique_ptr<char[]> buffer_{new char[kBufferSize]};  // not std::make_unique: it need not be zeroed
};

}  // namespace

std::vector<FileCount> count_files(const std::vector<FoundFile>& files,
                                   const std::vector<NamedTokenizer>& tokenizers,
                                   const CountSettings& settings) {
  std::vector<FileCount> results(files.size());
  std::atomic<std::size_t> next = 0;
  std::atomic<std::uint64_t> bytes_done = 0;
  std::mutex mutex;
  std::condition_variable finished;
  std::size_t working = std::clamp<std::size_t>(files.size(), 1, settings.jobs);

  std::vector<std::jthread> threads;
  for (std::size_t i = 0, count = working; i < count; ++i) {
    threads.emplace_back([&] {
      Worker worker(tokenizers, settings, bytes_done);
      for (std::size_t at; (at = next.fetch_add(1)) < files.size();) results[at] = worker.count(files[at]);
      std::lock_guard lock(mutex);
      if (--working == 0) finished.notify_one();
    });
  }

  std::uint64_t total = 0;
  bool known = true;
  for (const FoundFile& file : files) {
    total += file.size.value_or(0);
    known &= file.size.has_value() || !file.problem.empty();
  }
  Progress progress(known ? total : 0);
  std::unique_lock lock(mutex);
  while (!finished.wait_for(lock, std::chrono::milliseconds(100), [&] { return working == 0; })) {
    progress.update(bytes_done.load(std::memory_order_relaxed));
  }
  return results;
}

}  // namespace polyglyph::cli
