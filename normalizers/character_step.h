// Steps that look at one character at a time: each stays, goes, or becomes others, whatever stands around it.
#pragma once

#include <memory>
#include <string>

#include "normalizers/step.h"

namespace polyglyph::normalizers {

// False: the character stays. True: what was appended to `out` stands for it, maybe nothing.
using CharacterRule = bool (*)(char32_t c, std::string& out);

std::unique_ptr<Step> make_character_step(CharacterRule rule);

// The rules, each as Hugging Face tokenizers 0.23.3 has it, with the Unicode version that its library knows.
bool lowercase(char32_t c, std::string& out);              // 17.0, a character at a time: no final sigma
bool strip_mark(char32_t c, std::string& out);             // StripAccents: \p{M} of 9.0
bool strip_nonspacing_mark(char32_t c, std::string& out);  // BertNormalizer, after NFD: \p{Mn} of 8.0
bool clean_for_bert(char32_t c,
                    std::string& out);  // drops U+FFFD and Cc, Cf, Co of 8.0; any white space is ' '
bool set_apart_for_bert(char32_t c, std::string& out);  // a space on both sides of Chinese characters
bool clean_for_nmt(char32_t c, std::string& out);       // Nmt
bool spell_bytes(char32_t c, std::string& out);         // ByteLevel: GPT-2's alphabet

// Those of llama.cpp's WordPiece, which has the facts from Unicode 15.1.
bool begin_decomposition(char32_t c, std::string& out);  // leaves the first character of what NFD makes
bool clean_for_llama_cpp(char32_t c, std::string& out);  // drops U+FFFD and \p{C}; any white space is ' ',
                                                         // also put around punctuation, signs, and Chinese
bool strip_mark_for_llama_cpp(char32_t c, std::string& out);  // \p{M}
bool lowercase_for_llama_cpp(char32_t c, std::string& out);   // the first character alone

}  // namespace polyglyph::normalizers
