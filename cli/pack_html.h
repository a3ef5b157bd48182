// A plan as a picture.
#pragma once

#include <string>
#include <vector>

#include "cli/output.h"
#include "polyglyph/pack.h"

namespace polyglyph::cli {

// One page that needs nothing else: a bar a bin, its documents, and what is left of it. `names`: of the
// documents.
void show_plan_as_html(Output& out, const PackPlan& plan, const std::vector<std::string>& names);

}  // namespace polyglyph::cli
