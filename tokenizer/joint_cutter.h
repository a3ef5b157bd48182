// Cuts pieces further, wherever no token can lie across (vocab/joints.h): the model makes the same ids of the
// parts, which are short, come again, and so are found in the cache.
#pragma once

#include <memory>

#include "tokenizer/cutter.h"
#include "vocab/joints.h"

namespace polyglyph::tokenizer {

// `joints` is not empty and outlives the cutter. Text is well-formed.
std::unique_ptr<Cutter> make_joint_cutter(const vocab::Joints& joints);

}  // namespace polyglyph::tokenizer
