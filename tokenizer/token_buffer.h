// TokenBuffer: a growing array of ids whose new space is not cleared, so that writing past the end by a few
// ids and then advancing by how many were meant costs one comparison a piece.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>

#include "polyglyph/types.h"

namespace polyglyph::tokenizer {

class TokenBuffer {
 public:
  // Room for `extra` more ids; the address is good until the next call.
  TokenId* reserve(std::size_t extra) {
    if (capacity_ - size_ < extra) grow(extra);
    return data_.get() + size_;
  }
  void advance(std::size_t count) { size_ += count; }
  void push(TokenId id) {
    *reserve(1) = id;
    ++size_;
  }
  void append(std::span<const TokenId> ids) {
    std::memcpy(reserve(ids.size()), ids.data(), ids.size_bytes());
    size_ += ids.size();
  }
  void resize_down(std::size_t size) { size_ = size; }
  void clear() { size_ = 0; }

  // Forgets the ids, and the memory too if it is large: a huge text must not pin memory behind later small
  // ones.
  void release() {
    size_ = 0;
    if (capacity_ > kKeep) {
      data_.reset();
      capacity_ = 0;
    }
  }

  std::size_t size() const { return size_; }
  TokenId* data() { return data_.get(); }
  TokenId* begin() { return data_.get(); }
  TokenId* end() { return data_.get() + size_; }
  TokenId back() const { return data_[size_ - 1]; }

 private:
  static constexpr std::size_t kKeep = std::size_t{1} << 18;

  void grow(std::size_t extra) {
    const std::size_t capacity = std::max<std::size_t>({size_ + extra, capacity_ * 2, 256});
    std::unique_ptr<TokenId[]> data(new TokenId[capacity]);
    if (size_ != 0) std::memcpy(data.get(), data_.get(), size_ * sizeof(TokenId));
    data_ = std::move(data);
    capacity_ = capacity;
  }

  std::unique_ptr<TokenId[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace polyglyph::tokenizer
