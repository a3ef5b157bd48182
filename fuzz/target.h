// What the fuzz targets share. A target asserts properties of whatever it is given; that it survives is the
// least of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "polyglyph/tokenizer.h"

// Each target defines this one; libFuzzer calls it, or fuzz/replay.cc where there is no libFuzzer.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace polyglyph::fuzz {

// Ends the process, saying what does not hold.
void require(bool holds, const char* what);

// What must hold of any sound tokenizer on any bytes. `cut`: where streams are cut, anywhere.
void check_text(const Tokenizer& tokenizer, std::string_view text, std::size_t cut, EncodeOptions options);

// Uses everything that a tokenizer offers, without asking for sense: for damaged images.
void touch_everything(const Tokenizer& tokenizer);

// What must hold of any file: `load` throws an Error that says what is wrong, or gives a tokenizer of which
// everything holds that holds of the built-ins. `number`: any, to vary what is asked.
void check_load(const std::function<Tokenizer()>& load, std::size_t number);

}  // namespace polyglyph::fuzz
