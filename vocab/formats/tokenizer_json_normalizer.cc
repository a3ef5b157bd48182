// The section "normalizer" of a tokenizer.json: its steps in order, nested sequences flattened.
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "vocab/formats/tokenizer_json.h"

namespace polyglyph::vocab {

void read_normalizer(const Field& root, TokenizerSpec& spec) {
  const auto normalizer = root.find("normalizer");
  if (!normalizer) return;
  for_each_leaf(*normalizer, "normalizers", [&](const Field& component) {
    using Kind = unicode::NormalStep::Kind;
    const std::string_view type = component.at("type").string();
    unicode::NormalStep& step = spec.normalizers.emplace_back();
    if (type == "NFC")
      step.kind = Kind::nfc;
    else if (type == "NFD")
      step.kind = Kind::nfd;
    else if (type == "NFKC")
      step.kind = Kind::nfkc;
    else if (type == "NFKD")
      step.kind = Kind::nfkd;
    else
      unsupported_type(component, "NFC, NFD, NFKC, NFKD, Sequence");
    component.expect_members({"type"});
  });
}

}  // namespace polyglyph::vocab
