// A digest of what was read or written: XXH3 with 128 bits, as xxhsum -H2 prints it. It tells other files and
// damage apart; it does not resist who looks for a second text with the same digest.
#pragma once

#include <fmt/format.h>
#include <xxhash.h>

#include <memory>
#include <new>
#include <string>
#include <string_view>

namespace polyglyph::packing {

class Digest {
 public:
  Digest() { ::XXH3_128bits_reset(state_.get()); }
  Digest(const Digest& other) { ::XXH3_copyState(state_.get(), other.state_.get()); }
  Digest(Digest&&) noexcept = default;
  Digest& operator=(const Digest& other) {
    ::XXH3_copyState(state_.get(), other.state_.get());
    return *this;
  }
  Digest& operator=(Digest&&) noexcept = default;

  void update(std::string_view bytes) { ::XXH3_128bits_update(state_.get(), bytes.data(), bytes.size()); }

  std::string hex() const {
    const XXH128_hash_t hash = ::XXH3_128bits_digest(state_.get());
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
  }

 private:
  struct Free {
    void operator()(XXH3_state_t* state) const { ::XXH3_freeState(state); }
  };
  static XXH3_state_t* make() {
    XXH3_state_t* state = ::XXH3_createState();
    if (state == nullptr) throw std::bad_alloc();
    return state;
  }
  std::unique_ptr<XXH3_state_t, Free> state_{make()};
};

}  // namespace polyglyph::packing
