// Long calls look now and then whether another thread has asked for their end (cancel, in its options).
#pragma once

#include <atomic>

#include "polyglyph/error.h"

namespace polyglyph::tokenizer {

inline void stop_if_cancelled(const std::atomic<bool>* cancel) {
  if (cancel != nullptr && cancel->load(std::memory_order_relaxed)) [[unlikely]]
    throw Error(ErrorCode::cancelled, "the call was cancelled");
}

}  // namespace polyglyph::tokenizer
