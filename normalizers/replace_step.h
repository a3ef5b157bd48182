// Replace: every match of a text or of a regular expression becomes another text.
#pragma once

#include <memory>
#include <string>

#include "normalizers/normalizer.h"
#include "normalizers/step.h"

namespace polyglyph::normalizers {

// The pattern is not empty.
std::unique_ptr<Step> make_replace_step(std::string pattern, std::string by);
std::unique_ptr<Step> make_replace_step(std::unique_ptr<Matcher> pattern, std::string by);

}  // namespace polyglyph::normalizers
