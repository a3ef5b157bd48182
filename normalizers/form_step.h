// The normalization forms of Unicode as a step.
#pragma once

#include <memory>
#include <span>

#include "normalizers/step.h"
#include "unicode/normal_form.h"

namespace polyglyph::normalizers {

// Several forms in a row, at least one, are a single one.
std::unique_ptr<Step> make_form_step(std::span<const unicode::NormalForm> forms);

}  // namespace polyglyph::normalizers
