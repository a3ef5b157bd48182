// Pairs of ASCII characters are asked for once, when the cutter is made; the table of these fits into two
// kilobytes, and ASCII is walked over without hashing.
#include "tokenizer/joint_cutter.h"

#include <array>

#include "unicode/utf8.h"

namespace polyglyph::tokenizer {
namespace {

class JointCutter final : public Cutter {
 public:
  explicit JointCutter(const vocab::Joints& joints) : joints_(joints) {
    for (char32_t left = 0; left < 128; ++left) {
      for (char32_t right = 0; right < 128; ++right) {
        if (joints.may_join(left, right)) ascii_[left][right / 64] |= std::uint64_t{1} << (right & 63);
      }
    }
  }

  std::size_t cut(std::string_view text, bool final, std::size_t base,
                  std::vector<Span>& pieces) const override {
    const char* const end = text.data() + text.size();
    const char* begin = text.data();
    const auto place = [&](const char* p) { return base + static_cast<std::size_t>(p - text.data()); };
    char32_t last = 0;
    for (const char* p = begin; p != end;) {
      const unicode::Decoded c = unicode::decode(p, end);
      if (p != begin && !may_join(last, c.code_point)) {
        pieces.push_back({place(begin), place(p)});
        begin = p;
      }
      last = c.code_point;
      p += c.size;
    }
    if (!final) return static_cast<std::size_t>(begin - text.data());
    if (begin != end) pieces.push_back({place(begin), place(end)});
    return text.size();
  }

 private:
  bool may_join(char32_t left, char32_t right) const {
    if ((left | right) < 128) return ascii_[left][right / 64] >> (right & 63) & 1;
    return joints_.may_join(left, right);
  }

  vocab::Joints joints_;
  std::array<std::array<std::uint64_t, 2>, 128> ascii_{};
};

}  // namespace

std::unique_ptr<Cutter> make_joint_cutter(const vocab::Joints& joints) {
  return std::make_unique<JointCutter>(joints);
}

}  // namespace polyglyph::tokenizer
