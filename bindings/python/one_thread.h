// A stream belongs to one thread at a time; this tells a second one so instead of letting both corrupt it.
#pragma once

#include <mutex>
#include <stdexcept>

namespace polyglyph::python {

class OneThread {
 public:
  // Throws std::runtime_error, which is RuntimeError in Python, while another thread is inside.
  explicit OneThread(std::mutex& busy) : lock_(busy, std::try_to_lock) {
    if (!lock_.owns_lock()) {
      throw std::runtime_error("the stream is at work in another thread; use one stream a thread");
    }
  }

 private:
  std::unique_lock<std::mutex> lock_;
};

}  // namespace polyglyph::python
