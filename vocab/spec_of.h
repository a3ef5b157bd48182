// The way back from a prepared tokenizer to plain data, for whoever writes or changes one.
#pragma once

#include "vocab/image.h"
#include "vocab/spec.h"

namespace polyglyph::vocab {

// The spec that the image was built from: building it again gives the same image, byte for byte. Throws
// Error(malformed) for an image whose tables contradict each other.
TokenizerSpec spec_of(const Image& image);

}  // namespace polyglyph::vocab
