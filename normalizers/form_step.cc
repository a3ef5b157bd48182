// Normalization, one cluster at a time.
//
// Form::unchanged_prefix() says how far the text is normalized already; that much is copied. There a cluster
// begins: a starter, or the beginning of the text, and what can move or compose with it. ClusterWriter
// decomposes its characters, sorts the marks between two starters by class, composes them with the starter
// before them, in order, and ends the cluster at the first starter that does not join. From there the walk
// goes on. A cluster always reaches past the character that stopped the walk, so that every character is
// looked at a bounded number of times: linear time but for sorting, whatever the text.
//
// Why not ICU's normalizer: it inserts each mark where it belongs, which is quadratic in a run of marks; it
// counts in 32 bits and UTF-16; and restricting it to the characters of Unicode 9.0 takes longer than loading
// a vocabulary may.
//
// Several forms in a row are one form: each leaves text equivalent to what it was, canonically or, in NFKC
// and NFKD, compatibly, and a form maps equivalent texts to the same one. So the last one decides between
// composed and decomposed, and any compatibility form makes the result one.
#include "normalizers/form_step.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "normalizers/form.h"
#include "unicode/utf8.h"

namespace polyglyph::normalizers {

using unicode::Decoded;
using unicode::NormalForm;
using unicode::OffsetMap;

namespace {

class ClusterWriter {
 public:
  ClusterWriter(const Form& form, std::string& out) : form_(form), out_(out) {}

  // Appends the normalized cluster that begins at p, with a well-formed character, and returns its end.
  const char* write(const char* p, const char* end);

 private:
  // A mark with its class in the highest byte.
  using Mark = std::uint32_t;
  static unsigned class_of(Mark mark) { return mark >> 24; }

  bool join(char32_t starter);
  void add(char32_t c);
  void settle_marks();
  void flush();

  const Form& form_;
  std::string& out_;
  char32_t starter_ = Form::kNone;  // the last one, with the marks that composed with it
  std::vector<Mark> marks_;         // those behind it that did not, or not yet
};

const char* ClusterWriter::write(const char* p, const char* end) {
  const char* const begin = p;
  do {
    const Decoded c = unicode::decode(p, end);
    const Property property = property_of(c.code_point);
    if (p != begin && form_.is_inert(property)) break;
    char32_t buffer[Form::kBufferSize];
    std::u32string_view parts = form_.decompose(c.code_point, property, buffer);
    const bool begins_with_starter = combining_class(property_of(parts[0])) == 0;
    if (p != begin && begins_with_starter) {
      if (!join(parts[0])) break;
      parts.remove_prefix(1);
    }
    for (const char32_t part : parts) add(part);
    p += c.size;
  } while (p != end);
  flush();
  return p;
}

void ClusterWriter::add(char32_t c) {
  if (const unsigned ccc = combining_class(property_of(c))) {
    marks_.push_back(ccc << 24 | c);
  } else if (!join(c)) {
    flush();
    starter_ = c;
  }
}

// Composes a starter with the one before it, which it can reach if no mark stands between them.
bool ClusterWriter::join(char32_t starter) {
  settle_marks();
  if (!marks_.empty()) return false;
  const char32_t composed = form_.compose(starter_, starter);
  if (composed == Form::kNone) return false;
  starter_ = composed;
  return true;
}

// Brings the marks into canonical order, composes those that the starter takes, and keeps the others.
void ClusterWriter::settle_marks() {
  if (marks_.empty()) return;
  const auto by_class = [](Mark a, Mark b) { return class_of(a) < class_of(b); };
  if (!std::is_sorted(marks_.begin(), marks_.end(), by_class)) {
    std::stable_sort(marks_.begin(), marks_.end(), by_class);
  }
  auto kept = marks_.begin();
  for (const Mark mark : marks_) {
    // A mark that stays blocks those of its own class behind it.
    const bool blocked = kept != marks_.begin() && class_of(kept[-1]) == class_of(mark);
    const char32_t composed = blocked ? Form::kNone : form_.compose(starter_, mark & 0xFFFFFF);
    if (composed != Form::kNone) {
      starter_ = composed;
    } else {
      *kept++ = mark;
    }
  }
  marks_.erase(kept, marks_.end());
}

void ClusterWriter::flush() {
  settle_marks();
  if (starter_ != Form::kNone) unicode::append(out_, starter_);
  for (const Mark mark : marks_) unicode::append(out_, mark & 0xFFFFFF);
  starter_ = Form::kNone;
  marks_.clear();
}

// Adds the edit that makes `now`, at `out` of the new text, of `old`, at `in` of the old one, without the
// characters at both ends that stayed. Each side of it keeps at least one character.
void add_edit(OffsetMap& map, std::string_view now, std::size_t out, std::string_view old, std::size_t in) {
  if (now == old) return;
  const auto is_trail = [](char byte) { return (byte & 0xC0) == 0x80; };
  const std::size_t shorter = std::min(now.size(), old.size());
  std::size_t head = 0;
  while (head + 1 < shorter && now[head] == old[head]) ++head;
  while (is_trail(now[head]) || is_trail(old[head])) --head;
  std::size_t tail = 0;
  while (head + tail + 1 < shorter && now[now.size() - 1 - tail] == old[old.size() - 1 - tail]) ++tail;
  while (tail > 0 && is_trail(now[now.size() - tail])) --tail;
  map.add({out + head, out + now.size() - tail}, {in + head, in + old.size() - tail});
}

class FormStep final : public Step {
 public:
  explicit FormStep(NormalForm form) : form_(form) {}

  std::size_t unchanged_prefix(std::string_view text) const override { return form_.unchanged_prefix(text); }
  std::size_t apply_settled(std::string_view text, Ends ends, std::string& out) const override {
    const std::size_t settled = form_.settled_prefix(text);
    apply(text.substr(0, settled), ends, out, nullptr);
    return settled;
  }

  void apply(std::string_view text, Ends, std::string& out, OffsetMap* map) const override {
    const std::size_t out_begin = out.size();
    ClusterWriter cluster(form_, out);
    for (std::size_t at = 0;;) {
      const std::size_t unchanged = form_.unchanged_prefix(text.substr(at));
      out.append(text, at, unchanged);
      at += unchanged;
      if (at == text.size()) return;
      const std::size_t out_at = out.size();
      const char* const cluster_end = cluster.write(text.data() + at, text.data() + text.size());
      const std::string_view old(text.data() + at, cluster_end);
      if (map) add_edit(*map, std::string_view(out).substr(out_at), out_at - out_begin, old, at);
      at += old.size();
    }
  }

 private:
  Form form_;
};

}  // namespace

std::unique_ptr<Step> make_form_step(std::span<const NormalForm> forms) {
  const auto decomposed = [](NormalForm f) { return f == NormalForm::nfd || f == NormalForm::nfkd; };
  const auto compatible = [](NormalForm f) { return f == NormalForm::nfkc || f == NormalForm::nfkd; };
  const bool decomposes = decomposed(forms.back());
  const NormalForm form = std::any_of(forms.begin(), forms.end(), compatible)
                              ? (decomposes ? NormalForm::nfkd : NormalForm::nfkc)
                              : (decomposes ? NormalForm::nfd : NormalForm::nfc);
  return std::make_unique<FormStep>(form);
}

}  // namespace polyglyph::normalizers
