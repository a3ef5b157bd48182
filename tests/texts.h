// The texts and tokenizers that the tests of the engine share.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "polyglyph/tokenizer.h"

namespace polyglyph::test {

// Opened once.
const Tokenizer& builtin(std::string_view name);

// The lines of a file under tests/, without their ends; the test fails if there is no such file.
std::vector<std::string> read_lines(const std::string& name);

std::string read_file(const std::string& path);

// The hostile texts of tests/golden/texts.txt.
const std::vector<std::string>& hostile_texts();

// Texts that are not UTF-8, well cut and badly cut.
std::vector<std::string> ill_formed_texts();

// Texts of about `size` bytes whose pieces are as long as they are, or that are nothing but what is rare
// elsewhere.
struct Named {
  std::string name;
  std::string text;
};
std::vector<Named> long_texts(std::size_t size);

// Calls `take` with every string of at most `most` symbols.
void for_each_string(const std::vector<std::string>& alphabet, std::size_t most,
                     const std::function<void(const std::string&)>& take);

// A text with everything but printable ASCII escaped, for messages.
std::string escaped(std::string_view text);

}  // namespace polyglyph::test
