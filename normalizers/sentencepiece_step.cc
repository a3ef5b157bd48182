// From left to right, three things are tried at each place: a user-defined symbol, which passes as it is, the
// longest of the rules, and a character, which stays; a byte that is part of none becomes U+FFFD. What comes
// of it is looked at for spaces: behind a space, and at the ends of a section, they are dropped if the model
// says so; the others become ▁. llama.cpp does the same for unigram models.
//
// Text whose last character is no space once it is normalized is *solid*: what follows does not depend on it,
// and dropping spaces at the end of the section goes no further back. (SentencePiece takes every ▁ for a
// space, also one that the text spells and the one that was put in front; llama.cpp does not.) So the spaces
// at the end are those behind the last solid place, and a stream is cut at solid places alone.
#include "normalizers/sentencepiece_step.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "normalizers/charsmap.h"
#include "normalizers/prefix_matcher.h"
#include "polyglyph/types.h"
#include "unicode/utf8.h"

namespace polyglyph::normalizers {
namespace {

using unicode::NormalStep;
using unicode::OffsetMap;

constexpr std::string_view kMark = "\u2581";
constexpr std::string_view kReplacement = "\uFFFD";

// What one application has made of a text so far.
class Written {
 public:
  Written(std::string& out, std::string_view space, bool mark_is_text, bool drops_spaces, bool behind_space,
          bool keep_edits)
      : out_(out),
        begin_(out.size()),
        space_(space),
        mark_is_text_(mark_is_text),
        drops_spaces_(drops_spaces),
        behind_space_(behind_space),
        keep_edits_(keep_edits),
        solid_out_(out.size()) {}

  // Characters that stay, the last of them solid; they are `in` the text.
  void copy(std::string_view text, std::size_t in) {
    out_ += text;
    behind_space_ = false;
    solid_out_ = out_.size();
    whole_ = in + text.size();
  }

  // The part of the text at `in` that was `old` becomes `text`, with spaces.
  void replace(std::string_view old, std::size_t in, std::string_view text) {
    if (behind_space_) text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const std::size_t at = out_.size();
    const std::size_t solid = text.find_last_not_of(' ') + 1;  // 0 if there is no other character
    const std::size_t spaces = (text.size() - solid) * space_.size();
    for (std::size_t space; (space = text.find(' ')) != text.npos; text.remove_prefix(space + 1)) {
      out_.append(text, 0, space);
      out_ += space_;
      behind_space_ = drops_spaces_;
    }
    out_ += text;
    if (!text.empty()) behind_space_ = false;
    const std::string_view now = std::string_view(out_).substr(at);
    const bool is_character = unicode::decode(old.data(), old.data() + old.size()).size == old.size();
    if (now != old || !is_character)
      add_edit(at, in, in + old.size());  // symbols that stay are one thing, too
    note_solid(now, spaces, at, {in, in + old.size()});
  }

  // The mark in front of the text or behind it, which is at `in`.
  void add_space(std::size_t in) {
    out_ += space_;
    add_edit(out_.size() - space_.size(), in, in);
  }

  void drop_before(std::size_t in) { add_edit(out_.size(), 0, in); }

  // Goes back to the last solid place. Returns where the text ends without the spaces that are dropped.
  std::size_t drop_spaces_behind(std::size_t in) {
    if (out_.size() == solid_out_) return in;
    out_.resize(solid_out_);
    const std::size_t end = solid_out_ - begin_;
    const auto is_gone = [&](const Edit& edit) {
      return edit.out.begin >= end && edit.in.begin >= spaces_in_;
    };
    while (!edits_.empty() && is_gone(edits_.back())) edits_.pop_back();
    if (!edits_.empty() && edits_.back().out.end > end) {
      edits_.back().out.end = end;
      edits_.back().in.end = spaces_in_;  // its beginning
    }
    return spaces_in_;
  }

  void add_edits(OffsetMap& map) const {
    for (const Edit& edit : edits_) map.add(edit.out, edit.in);
  }

  void add_edit(std::size_t out, std::size_t in_begin, std::size_t in_end) {
    if (keep_edits_) edits_.push_back({{out - begin_, out_.size() - begin_}, {in_begin, in_end}});
  }

  bool empty() const { return out_.size() == begin_; }

  std::size_t solid_end() const { return whole_; }

 private:
  struct Edit {
    Span out, in;
  };

  // `now` was made at `at` of `in`; so many of its bytes at the end are spaces.
  void note_solid(std::string_view now, std::size_t spaces, std::size_t at, Span in) {
    const std::size_t size = now.size();
    if (solid_out_ == at) spaces_in_ = in.begin;
    now.remove_suffix(spaces);
    while (!mark_is_text_ && now.ends_with(space_)) now.remove_suffix(space_.size());
    if (now.empty()) return;
    solid_out_ = at + now.size();
    spaces_in_ = in.begin;
    if (now.size() == size) whole_ = in.end;
  }

  std::string& out_;
  std::size_t begin_;
  std::string_view space_;
  bool mark_is_text_;
  bool drops_spaces_;
  bool behind_space_;  // more of them are dropped
  bool keep_edits_;
  std::size_t solid_out_;      // the last solid place
  std::size_t spaces_in_ = 0;  // what was made behind it was made from here on
  std::size_t whole_ = 0;      // the end of the last part that is solid to its end
  std::vector<Edit> edits_;
};

class SentencePieceStep final : public Step {
 public:
  explicit SentencePieceStep(const NormalStep& step)
      : rules_(step.charsmap, "precompiled_charsmap"),
        kept_(step.kept),
        space_(step.has(NormalStep::sp_escape_spaces) ? kMark : " "),
        prefix_(step.has(NormalStep::sp_dummy_prefix) && !step.has(NormalStep::sp_space_is_suffix)),
        mark_is_text_(step.has(NormalStep::sp_mark_is_text)),
        suffix_(step.has(NormalStep::sp_dummy_prefix) && step.has(NormalStep::sp_space_is_suffix)),
        drops_(step.has(NormalStep::sp_remove_extra_spaces)) {
    for (unsigned byte = 0; byte < 128; ++byte) {
      const char c = static_cast<char>(byte);
      plain_[byte] = c != ' ' && !kept_.may_begin(c) && !rules_.may_begin(c);
    }
  }

  // Most models put a mark in front, so that nothing is unchanged; proving it for the others would take as
  // long as doing the work.
  std::size_t unchanged_prefix(std::string_view) const override { return 0; }

  void apply(std::string_view text, Ends ends, std::string& out, OffsetMap* map) const override {
    const std::size_t begin = ends.begin ? leading_spaces(text) : 0;
    Written written(out, space_, mark_is_text_, drops_, drops_ && ends.begin, map != nullptr);
    if (begin > 0) written.drop_before(begin);
    if (!ends.begin || begin < text.size()) {
      if (ends.begin && prefix_) written.add_space(begin);
      run(text, begin, true, written);
      std::size_t end = text.size();
      if (ends.end && drops_) end = written.drop_spaces_behind(end);
      if (ends.end && suffix_) written.add_space(end);
    }
    if (map != nullptr) written.add_edits(*map);
  }

  std::size_t apply_settled(std::string_view text, Ends ends, std::string& out) const override {
    const std::size_t settled = settled_prefix(text, ends);
    apply(text.substr(0, settled), {.begin = ends.begin, .end = false}, out, nullptr);
    return settled;
  }

 private:
  // Behind a solid place or, where no spaces are dropped, any that something was made of.
  std::size_t settled_prefix(std::string_view text, Ends ends) const {
    const std::size_t begin = ends.begin ? leading_spaces(text) : 0;
    std::string made;
    Written written(made, space_, mark_is_text_, drops_, drops_ && ends.begin, false);
    const std::size_t end = run(text, begin, false, written);
    if (drops_) return written.solid_end();
    return ends.begin && written.empty() ? 0 : end;
  }

  // What stands at the beginning of a text: so many bytes of it become `text`.
  struct Part {
    std::string_view text;
    std::size_t size;
    bool open;  // more text might change it
  };

  Part first_part(std::string_view text) const {
    const PrefixMatcher::Match symbol = kept_.longest(text);
    if (symbol.size != 0) return {text.substr(0, symbol.size), symbol.size, symbol.open};
    const Charsmap::Match rule = rules_.longest(text);
    const bool open = symbol.open || rule.open;
    if (rule.size != 0) return {rule.replacement, rule.size, open};
    const unicode::Decoded c = unicode::decode(text.data(), text.data() + text.size());
    if (c.valid) return {text.substr(0, c.size), c.size, open};
    return {kReplacement, 1, open || unicode::unfinished_tail(text) == text.size()};
  }

  // How long the parts at the beginning are that are a space and nothing else; only these are dropped before
  // it is decided whether there is any text.
  std::size_t leading_spaces(std::string_view text) const {
    std::size_t size = 0;
    while (drops_ && size < text.size()) {
      const Part part = first_part(text.substr(size));
      if (part.text != " ") break;
      size += part.size;
    }
    return size;
  }

  // From `at` to the end of the text, or else to a part that more text might change; returns where it ended.
  std::size_t run(std::string_view text, std::size_t at, bool to_the_end, Written& written) const {
    const auto is_plain = [&](char c) {
      return static_cast<unsigned char>(c) < 128 && plain_[static_cast<unsigned char>(c)];
    };
    while (at < text.size()) {
      std::size_t end = at;
      while (end < text.size() && is_plain(text[end])) ++end;
      if (end != at) {
        written.copy(text.substr(at, end - at), at);
        at = end;
        continue;
      }
      const Part part = first_part(text.substr(at));
      if (part.open && !to_the_end) break;
      written.replace(text.substr(at, part.size), at, part.text);
      at += part.size;
    }
    return at;
  }

  Charsmap rules_;
  PrefixMatcher kept_;
  std::string_view space_;
  bool prefix_, mark_is_text_, suffix_, drops_;
  std::array<bool, 128> plain_;  // characters that stay, whatever follows
};

}  // namespace

std::unique_ptr<Step> make_sentencepiece_step(const NormalStep& step) {
  return std::make_unique<SentencePieceStep>(step);
}

}  // namespace polyglyph::normalizers
