// Budgets. Bytes and an ASCII str are cut in place. Of any other str, an end is made into UTF-8 that is
// longer than the budget needs: twice as long each time that what was kept comes near to where it was cut
// off, since the tokens and the grapheme there are not those of the whole text.
#include "polyglyph/budget.h"

#include <algorithm>
#include <string>

#include "arguments.h"
#include "interrupts.h"
#include "polyglyph/error.h"
#include "polyglyph/text.h"
#include "text.h"
#include "tokenizer.h"

namespace py = pybind11;

namespace polyglyph::python {
namespace {

constexpr Choice<Side> kSides[] = {{"right", Side::right}, {"left", Side::left}};
constexpr Choice<Whole> kWholes[] = {
    {"grapheme", Whole::grapheme}, {"character", Whole::character}, {"byte", Whole::byte}};

// Characters of a first try, about as many as the budget takes and some more.
Py_ssize_t first_window(std::size_t limit, Py_ssize_t length) {
  return 16384 + 8 * static_cast<Py_ssize_t>(std::min(limit, static_cast<std::size_t>(length)));
}

bool near_the_cut(std::size_t kept, std::size_t window) {
  return window - std::min(kept, window) < window / 8;
}

// About as many bytes are read.
std::size_t work(std::size_t limit, std::string_view text) {
  return limit < text.size() / 16 ? limit * 16 : text.size();
}

// A str or bytes, and parts of it by the places in its UTF-8.
class Cuttable {
 public:
  Cuttable(const py::object& object, Whole whole) : object_(object) {
    if (PyUnicode_Check(object.ptr())) {
      if (whole == Whole::byte) {
        throw Error(ErrorCode::invalid_argument,
                    "a str has no bytes to be cut between; encode it, or keep characters whole", "whole");
      }
      length_ = PyUnicode_GET_LENGTH(object.ptr());
      in_place_ = PyUnicode_IS_ASCII(object.ptr());
    }
  }

  // 0 for what is best read whole.
  Py_ssize_t length() const { return in_place_ ? 0 : length_; }

  const py::object& all() const { return object_; }

  bool is_str() const { return PyUnicode_Check(object_.ptr()); }

  // A part of a str, in characters.
  py::object substring(Py_ssize_t begin, Py_ssize_t end) const {
    return python::substring(object_, begin, end);
  }

  // What `utf8` is the beginning of, or the end. Cut out of a str, so that lone surrogates stay.
  py::object first(std::string_view utf8) const {
    if (!is_str()) return to_text(utf8, false);
    return substring(0, static_cast<Py_ssize_t>(count_characters(utf8)));
  }
  py::object last(std::string_view utf8) const {
    if (!is_str()) return to_text(utf8, false);
    return substring(length_ - static_cast<Py_ssize_t>(count_characters(utf8)), length_);
  }

 private:
  py::object object_;
  Py_ssize_t length_ = 0;
  bool in_place_ = true;
};

py::object truncate_text(const Tokenizer& tokenizer, const py::object& object, const py::object& limit_object,
                         const py::object& side_word, const py::object& whole_word,
                         const py::object& special_tokens, const py::object& add_special_tokens) {
  BudgetOptions options;
  options.side = choose(side_word.ptr(), "side", kSides);
  options.whole = choose(whole_word.ptr(), "whole", kWholes);
  options.encode = encode_options(special_tokens.ptr(), add_special_tokens.ptr());
  const std::size_t limit = read_limit(limit_object.ptr(), "limit");
  const Cuttable text(object, options.whole);
  const Py_ssize_t length = text.length();
  for (Py_ssize_t size = first_window(limit, length);; size *= 2) {
    const bool all = size >= length;
    const bool right = options.side == Side::right;
    const py::object part = all     ? text.all()
                            : right ? text.substring(0, size)
                                    : text.substring(length - size, length);
    const Text utf8(part.ptr());
    const std::string_view view = utf8.view();
    const Span kept = interruptible(work(limit, view), options, [&](const BudgetOptions& o) {
      return truncate(tokenizer, view, limit, o);
    });
    if (!all && near_the_cut(kept.end - kept.begin, view.size())) continue;
    if (all && kept == Span{0, view.size()}) return object;
    const std::string_view left = view.substr(kept.begin, kept.end - kept.begin);
    return right ? text.first(left) : text.last(left);
  }
}

py::object head_tail_text(const Tokenizer& tokenizer, const py::object& object,
                          const py::object& limit_object, double head, const py::object& marker_object,
                          const py::object& whole_word, const py::object& special_tokens,
                          const py::object& add_special_tokens) {
  const Text marker(marker_object.ptr());
  HeadTailOptions options;
  options.head = head;
  options.marker = marker.view();
  options.whole = choose(whole_word.ptr(), "whole", kWholes);
  options.encode = encode_options(special_tokens.ptr(), add_special_tokens.ptr());
  const std::size_t limit = read_limit(limit_object.ptr(), "limit");
  const Cuttable text(object, options.whole);
  const Py_ssize_t length = text.length();
  for (Py_ssize_t size = first_window(limit, length);; size *= 2) {
    const bool all = size >= length / 2;
    const py::object part = all ? text.all() : text.substring(0, size);
    const Text begin(part.ptr());
    std::string joined;
    std::string_view view = begin.view();
    const std::size_t middle = view.size();
    if (!all) {
      const py::object rest = text.substring(length - size, length);
      joined.append(view).append(Text(rest.ptr()).view());
      view = joined;
    }
    const HeadTail cut = interruptible(work(limit, view), options, [&](const HeadTailOptions& o) {
      return head_tail(tokenizer, view, limit, o);
    });
    if (!all && (near_the_cut(cut.head_end, middle) ||
                 near_the_cut(view.size() - cut.tail_begin, view.size() - middle)))
      continue;
    if (cut.head_end == cut.tail_begin) return object;
    return text.first(view.substr(0, cut.head_end)) + to_text(options.marker, text.is_str()) +
           text.last(view.substr(cut.tail_begin));
  }
}

constexpr const char* kTruncateDoc =
    R"(truncate(self, text, limit, side="right", whole="grapheme", special_tokens='text', add_special_tokens=False)
--

The text cut so that count() of what is left is at most limit: a str of a str, bytes of bytes; the text itself if it fits.

side: where text is cut off: "right" keeps its beginning, "left" its end.
whole: what is never cut through: "grapheme" (what people call a character: letters with their marks, emoji with their
modifiers; one longer than 1 KiB counts as its characters), "character", or, for bytes, "byte".
With add_special_tokens, what the template adds counts.

Exact, since what is left is counted by itself; and lazy: no more is read than the budget asks for, from either end of a
text of any length.

Raises polyglyph.Error (invalid_argument): a limit of 0 or less, or one that the added special tokens exceed by themselves.)";

constexpr const char* kHeadTailDoc =
    R"(head_tail(self, text, limit, head=0.5, marker="\n\u2026\n", whole="grapheme", special_tokens='text', add_special_tokens=False)
--

The beginning and the end of a text, with the marker where the middle was, all together of limit tokens at most; the text
itself if it fits.

head: the share of the budget that the beginning gets, 0 to 1. marker: a str or bytes; it counts. Otherwise as truncate.

Raises polyglyph.Error (invalid_argument): as truncate does, for a marker that does not fit, and for a share below 0 or
above 1.)";

}  // namespace

void add_budget_methods(TokenizerClass& type) {
  type.def("truncate", &truncate_text, py::arg("text"), py::arg("limit"), py::arg("side") = "right",
           py::arg("whole") = "grapheme", py::arg("special_tokens") = "text",
           py::arg("add_special_tokens") = false, kTruncateDoc);
  type.def("head_tail", &head_tail_text, py::arg("text"), py::arg("limit"), py::arg("head") = 0.5,
           py::arg("marker") = "\n…\n", py::arg("whole") = "grapheme", py::arg("special_tokens") = "text",
           py::arg("add_special_tokens") = false, kHeadTailDoc);
}

}  // namespace polyglyph::python
