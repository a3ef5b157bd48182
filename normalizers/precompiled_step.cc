// A cluster of less than six bytes is looked up whole, and the shortest rule that it begins with replaces all
// of it: an accent behind a full-width letter is lost. (SentencePiece, whose rules they are, takes the
// longest, and no more than that.) Any other cluster goes character by character.
#include "normalizers/precompiled_step.h"

#include <array>

#include "normalizers/charsmap.h"
#include "normalizers/grapheme.h"
#include "unicode/utf8.h"

namespace polyglyph::normalizers {
namespace {

using unicode::OffsetMap;

constexpr std::size_t kWholeBytes = 5;  // the longest cluster that is looked up whole

class PrecompiledStep final : public Step {
 public:
  explicit PrecompiledStep(std::string_view charsmap) : rules_(charsmap, "normalizer.precompiled_charsmap") {
    for (unsigned byte = 0; byte < 128; ++byte) {
      const char c = static_cast<char>(byte);
      stays_[byte] = c != '\r' && rules_.shortest({&c, 1}).size == 0;
    }
  }

  std::size_t unchanged_prefix(std::string_view text) const override {
    std::size_t at = 0;
    while ((at = skip(text, at)) < text.size()) {
      const std::string_view cluster = text.substr(at, first_cluster(text.substr(at)));
      bool changes = false;
      rewrite(cluster,
              [&](std::string_view, const Charsmap::Match& rule) { changes = changes || rule.size != 0; });
      if (changes) return at;
      at += cluster.size();
    }
    return at;
  }

  void apply(std::string_view text, Ends, std::string& out, OffsetMap* map) const override {
    const std::size_t out_begin = out.size();
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t same = skip(text, at);
      out.append(text, at, same - at);
      at = same;
      if (at == text.size()) break;
      const std::string_view cluster = text.substr(at, first_cluster(text.substr(at)));
      rewrite(cluster, [&](std::string_view part, const Charsmap::Match& rule) {
        const std::string_view now = rule.size != 0 ? rule.replacement : part;
        const std::size_t place = out.size() - out_begin;
        out += now;
        if (map != nullptr && now != part) map->add({place, place + now.size()}, {at, at + part.size()});
        at += part.size();
      });
    }
  }

  std::size_t apply_settled(std::string_view text, Ends ends, std::string& out) const override {
    const std::size_t settled = settled_prefix(text);
    apply(text.substr(0, settled), ends, out, nullptr);
    return settled;
  }

 private:
  // All but the last cluster, which may go on.
  std::size_t settled_prefix(std::string_view text) const {
    const std::string_view whole = text.substr(0, text.size() - unicode::unfinished_tail(text));
    std::size_t at = 0;
    while ((at = skip(whole, at)) < whole.size()) {
      const std::size_t end = at + first_cluster(whole.substr(at));
      if (end == whole.size()) break;
      at = end;
    }
    return at;
  }

  // Past characters that are clusters, and stay: ASCII in front of ASCII.
  std::size_t skip(std::string_view text, std::size_t at) const {
    const auto is_ascii = [&](std::size_t i) { return static_cast<unsigned char>(text[i]) < 128; };
    while (at + 1 < text.size() && is_ascii(at) && is_ascii(at + 1) &&
           stays_[static_cast<unsigned char>(text[at])])
      ++at;
    return at;
  }

  // Calls take(part, rule) for the parts of a cluster that become something each; without a rule they stay.
  template <class Take>
  void rewrite(std::string_view cluster, const Take& take) const {
    if (cluster.size() <= kWholeBytes) {
      const Charsmap::Match rule = rules_.shortest(cluster);
      if (rule.size != 0) return take(cluster, rule);
    }
    while (!cluster.empty()) {
      const std::size_t size = unicode::decode(cluster.data(), cluster.data() + cluster.size()).size;
      take(cluster.substr(0, size), rules_.shortest(cluster.substr(0, size)));
      cluster.remove_prefix(size);
    }
  }

  Charsmap rules_;
  std::array<bool, 128> stays_;
};

}  // namespace

std::unique_ptr<Step> make_precompiled_step(std::string_view charsmap) {
  return std::make_unique<PrecompiledStep>(charsmap);
}

}  // namespace polyglyph::normalizers
