// SentencePiece's .model files: a protobuf message ModelProto (sentencepiece_model.proto).
#pragma once

#include <string>
#include <string_view>

#include "vocab/spec.h"

namespace polyglyph::vocab {

// Whether the content is a row of the fields that a ModelProto has.
bool looks_like_sentencepiece(std::string_view content);

TokenizerSpec read_sentencepiece(const std::string& file, std::string_view content);

}  // namespace polyglyph::vocab
