// Model: one piece of text to token ids.
//
// Immutable; safe to share among threads. What encoding writes to is a Scratch of the model's own making, one
// for each thread at work.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "polyglyph/types.h"
#include "tokenizer/token_buffer.h"
#include "vocab/image.h"

namespace polyglyph::tokenizer {

class Model {
 public:
  class Scratch {
   public:
    virtual ~Scratch() = default;
    virtual void release() = 0;  // gives back what a huge piece left behind
  };

  virtual ~Model() = default;
  virtual std::unique_ptr<Scratch> make_scratch() const = 0;

  // Appends the ids of `piece`, which is not empty and shorter than 4 GiB.
  virtual void encode(std::string_view piece, Scratch& scratch, TokenBuffer& ids) const = 0;

  // The same, with the bytes of the piece that each id stands for: a span an id.
  virtual void encode(std::string_view piece, Scratch& scratch, TokenBuffer& ids,
                      std::vector<Span>& spans) const = 0;
};

// The model of an image, which must outlive it.
std::unique_ptr<Model> make_model(const vocab::Image& image);

}  // namespace polyglyph::tokenizer
