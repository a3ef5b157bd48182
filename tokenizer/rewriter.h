// Rewriter: the steps of a pretokenizer that change text. Each writes the pieces that it finds to a new layer
// of the scratch, or leaves them where they are if none would change.
#pragma once

#include <cstddef>
#include <string_view>

#include "tokenizer/split_scratch.h"
#include "vocab/spec.h"

namespace polyglyph::tokenizer {

class Rewriter {
 public:
  Rewriter(SplitScratch& scratch, bool keep_places) : scratch_(scratch), keep_places_(keep_places) {}

  // Each byte becomes its character in GPT-2's alphabet.
  void spell_bytes();

  // Which pieces get something in front, unless it is there already: those from number `from` on that begin
  // before `until` in the window.
  struct Fronts {
    static constexpr std::size_t kAll = static_cast<std::size_t>(-1);
    std::size_t from = 0;
    std::size_t until = kAll;
  };
  void put_spaces(Fronts fronts);

  // Metaspace: spaces become the mark, which is put in front as well; with `cut`, a piece begins with each.
  void put_marks(std::string_view mark, bool cut, Fronts fronts);
  void put_prefix(std::string_view prefix, Fronts fronts);  // in front of every piece

 private:
  template <class Write>
  void rewrite(Write write);
  void copy(Span span);
  void stand(std::string_view bytes, Span in, std::size_t next);
  void put_in_front(std::string_view mark, Span piece);
  bool gets_front(const Fronts& fronts, std::size_t number) const;
  void cut_before(std::string_view mark);

  SplitScratch& scratch_;
  bool keep_places_;
  std::string_view from_;       // what is read
  std::string* out_ = nullptr;  // what is written
  Places* places_ = nullptr;
};

}  // namespace polyglyph::tokenizer
