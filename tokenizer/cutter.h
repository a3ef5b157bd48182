// Cutter: one step of a pretokenizer that cuts text into pieces and changes none of it.
//
// Immutable; safe to share among threads. Linear in the text.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "polyglyph/types.h"
#include "tokenizer/regex_splitter.h"
#include "vocab/spec.h"

namespace polyglyph::tokenizer {

class Cutter {
 public:
  virtual ~Cutter() = default;

  // Appends the pieces of `text` in order, none of them empty, their places counted from `base`. With `final`
  // false, appends only those that no later text can change. Returns how much of the text is dealt with:
  // what follows it is cut as if it stood alone.
  virtual std::size_t cut(std::string_view text, bool final, std::size_t base,
                          std::vector<Span>& pieces) const = 0;
};

// The cutter of a step; nullptr for steps that change text (tokenizer/pretokenizer.h). `where` names the step
// for errors; `stepwise`: never use a scanner.
std::unique_ptr<Cutter> make_cutter(const vocab::SplitStep& step, vocab::Reference reference,
                                    const std::string& where, bool stepwise, Compile when);

}  // namespace polyglyph::tokenizer
