// Steps that act at the ends of a section.
#pragma once

#include <memory>
#include <string>

#include "normalizers/step.h"

namespace polyglyph::normalizers {

// `text` in front of a section that is not empty. The reference says that it is made of the first character.
std::unique_ptr<Step> make_prepend_step(std::string text);

// Drops White_Space at the ends.
std::unique_ptr<Step> make_strip_step(bool left, bool right);

}  // namespace polyglyph::normalizers
