// A layer is written piece by piece; what lies between two pieces was dropped by an earlier step, and an edit
// without new bytes says so. Behind the last piece there is some room, so that whole words of memory may be
// read at any place of the text.
#include "tokenizer/rewriter.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "unicode/byte_alphabet.h"
#include "unicode/utf8.h"

namespace polyglyph::tokenizer {
namespace {

constexpr std::size_t kRoom = 16;  // what PieceCache::key_of likes to read at once

// The alphabet in UTF-8: one or two bytes a character.
struct Spelling {
  std::array<char, 2> bytes;
  std::uint8_t size;
};
const std::array<Spelling, 256>& spellings() {
  static const std::array<Spelling, 256> table = [] {
    std::array<Spelling, 256> spelled{};
    for (std::size_t byte = 0; byte < 256; ++byte) {
      std::string text;
      unicode::append(text, unicode::byte_alphabet()[byte]);
      std::memcpy(spelled[byte].bytes.data(), text.data(), text.size());
      spelled[byte].size = static_cast<std::uint8_t>(text.size());
    }
    return spelled;
  }();
  return table;
}

}  // namespace

// Calls write(piece, number) for each piece to write it to a new layer.
template <class Write>
void Rewriter::rewrite(Write write) {
  SplitScratch& s = scratch_;
  if (s.depth_ == s.layers_.size()) s.layers_.emplace_back();
  SplitScratch::Layer& layer = s.layers_[s.depth_++];
  layer.text.clear();
  layer.places.clear();
  from_ = s.text_;
  out_ = &layer.text;
  places_ = keep_places_ ? &layer.places : nullptr;
  s.next_.clear();
  std::size_t expected = 0;
  for (std::size_t number = 0; number < s.pieces_.size(); ++number) {
    const Span piece = s.pieces_[number];
    const std::size_t begin = out_->size();
    if (places_ && piece.begin != expected) {
      places_->add({begin, begin}, {expected, piece.begin}, piece.begin);
    }
    expected = piece.end;
    write(piece, number);
    s.next_.push_back({begin, out_->size()});
  }
  const std::size_t size = out_->size();
  out_->append(kRoom, '\0');
  std::swap(s.pieces_, s.next_);
  s.text_ = std::string_view(*out_).substr(0, size);
  s.limit_ = out_->data() + out_->size();
}

void Rewriter::copy(Span span) {
  out_->append(from_, span.begin, span.end - span.begin);
}

// Writes `bytes` for `in`; the text goes on at `next`.
void Rewriter::stand(std::string_view bytes, Span in, std::size_t next) {
  const std::size_t begin = out_->size();
  out_->append(bytes);
  if (places_) places_->add({begin, out_->size()}, in, next);
}

// As the reference has it, a mark is made of the character that it is put in front of.
void Rewriter::put_in_front(std::string_view mark, Span piece) {
  const std::size_t size = unicode::decode(from_.data() + piece.begin, from_.data() + piece.end).size;
  stand(mark, {piece.begin, piece.begin + size}, piece.begin);
}

bool Rewriter::gets_front(const Fronts& fronts, std::size_t number) const {
  if (number < fronts.from) return false;
  if (fronts.until == Fronts::kAll || fronts.until == 0) return fronts.until != 0;
  const std::size_t begin = scratch_.pieces_[number].begin;
  return scratch_.back_from({begin, begin + 1}, scratch_.depth_).begin < fronts.until;
}

void Rewriter::spell_bytes() {
  const auto& table = spellings();
  rewrite([&](Span piece, std::size_t) {
    if (!places_) {
      for (std::size_t i = piece.begin; i < piece.end; ++i) {
        const Spelling& spelling = table[static_cast<unsigned char>(from_[i])];
        out_->append(spelling.bytes.data(), spelling.size);
      }
      return;
    }
    for (std::size_t i = piece.begin; i < piece.end;) {
      const std::size_t size = unicode::decode(from_.data() + i, from_.data() + piece.end).size;
      const std::size_t begin = out_->size();
      for (std::size_t k = 0; k < size; ++k) {
        const Spelling& spelling = table[static_cast<unsigned char>(from_[i + k])];
        out_->append(spelling.bytes.data(), spelling.size);
      }
      if (out_->size() != begin + 1) places_->add({begin, out_->size()}, {i, i + size}, i + size);
      i += size;
    }
  });
}

void Rewriter::put_spaces(Fronts fronts) {
  const auto lacks = [&](std::string_view text, Span piece) { return text[piece.begin] != ' '; };
  bool any = false;
  for (std::size_t i = fronts.from; i < scratch_.pieces_.size() && !any; ++i) {
    any = lacks(scratch_.text_, scratch_.pieces_[i]);
  }
  if (!any) return;
  rewrite([&](Span piece, std::size_t number) {
    if (number >= fronts.from && lacks(from_, piece)) put_in_front(" ", piece);
    copy(piece);
  });
}

void Rewriter::put_prefix(std::string_view prefix, Fronts fronts) {
  rewrite([&](Span piece, std::size_t number) {
    if (number >= fronts.from) put_in_front(prefix, piece);
    copy(piece);
  });
}

void Rewriter::put_marks(std::string_view mark, bool cut, Fronts fronts) {
  const auto lacks = [&](std::string_view text, Span piece) {
    const std::string_view bytes = text.substr(piece.begin, piece.end - piece.begin);
    return bytes.front() != ' ' && !bytes.starts_with(mark);
  };
  const auto next_space = [&](std::string_view text, std::size_t from, std::size_t end) {
    const void* space = std::memchr(text.data() + from, ' ', end - from);
    return space ? static_cast<std::size_t>(static_cast<const char*>(space) - text.data()) : end;
  };
  // gets_front() looks at the layers below, so it is asked before there is a new one.
  const auto& pieces = scratch_.pieces_;
  const bool some = fronts.until != 0 && fronts.until != Fronts::kAll;
  std::vector<bool> front;
  bool any = false;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const bool gets = gets_front(fronts, i) && lacks(scratch_.text_, pieces[i]);
    if (some) front.push_back(gets);
    any = any || gets || next_space(scratch_.text_, pieces[i].begin, pieces[i].end) != pieces[i].end;
    if (any && !some) break;
  }
  if (any) {
    rewrite([&](Span piece, std::size_t number) {
      const bool gets =
          some ? front[number] : number >= fronts.from && fronts.until != 0 && lacks(from_, piece);
      if (gets) put_in_front(mark, piece);
      std::size_t begin = piece.begin;
      for (;;) {
        const std::size_t space = next_space(from_, begin, piece.end);
        copy({begin, space});
        if (space == piece.end) break;
        stand(mark, {space, space + 1}, space + 1);
        begin = space + 1;
      }
    });
  }
  if (cut) cut_before(mark);
}

// Cuts each piece before each mark in it.
void Rewriter::cut_before(std::string_view mark) {
  SplitScratch& s = scratch_;
  s.next_.clear();
  for (const Span piece : s.pieces_) {
    std::size_t begin = piece.begin;
    const std::string_view text = s.text_.substr(0, piece.end);
    for (std::size_t at = begin + 1; (at = text.find(mark, at)) != text.npos; ++at) {
      s.next_.push_back({begin, at});
      begin = at;
    }
    s.next_.push_back({begin, piece.end});
  }
  std::swap(s.pieces_, s.next_);
}

}  // namespace polyglyph::tokenizer
