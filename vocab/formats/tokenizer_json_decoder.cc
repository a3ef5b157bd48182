// The section "decoder" of a tokenizer.json: its steps in order, nested sequences flattened.
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "vocab/formats/tokenizer_json.h"

namespace polyglyph::vocab {

void read_decoder(const Field& root, TokenizerSpec& spec) {
  const auto decoder = root.find("decoder");
  if (!decoder)
    absent_component(root, "decoder", "must be ByteLevel for a byte-level vocabulary, but there is none");
  bool byte_level_seen = false;
  for_each_leaf(*decoder, "decoders", [&](const Field& component) {
    if (component.at("type").string() != "ByteLevel") unsupported_type(component, "ByteLevel");
    if (byte_level_seen)
      component.unsupported("a second ByteLevel, which would decode what is decoded already");
    read_byte_level(component);  // its options do not matter for decoding
    byte_level_seen = true;
    spec.decoders.push_back({.kind = DecodeStep::Kind::byte_level});
  });
  if (!byte_level_seen) decoder->unsupported("must be ByteLevel for a byte-level vocabulary");
}

}  // namespace polyglyph::vocab
