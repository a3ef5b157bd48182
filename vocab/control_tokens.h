// Which added tokens are control tokens: those that text from a stranger must never become.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "polyglyph/vocab.h"

namespace polyglyph::vocab {

// The tokens that the files beside a vocabulary show to be control tokens.
class ControlHints {
 public:
  void add_name(std::string_view name);      // of bos_token, eos_token, ... in the configuration
  void add_template(std::string_view text);  // a chat template; linear in its length

  bool contain(std::string_view token) const { return tokens_.find(token) != tokens_.end(); }

 private:
  std::set<std::string, std::less<>> tokens_;
};

// A token is a control token if any of these holds:
// 1. the file marks it as special;
// 2. it is delimited as <|...|> or <｜...｜> (U+FF5C);
// 3. it is a tag, <name> or </name>, of letters, digits, '_' and '-' that begins with a letter or '_', and is
//    no element of HTML: <think>, </tool_call>, <tool_response>, <start_of_image>, but not <b>, <table> or
//    </h1>, which occur in ordinary text and which vocabularies carry as plain words;
// 4. the configuration names it, unless it is white space;
// 5. a chat template spells it and it is <...> or [...] with no such bracket inside: [INST], say. Other words
//    that a template spells ("user", a newline) are text like any other.
//
// Everything else is vocabulary and always matches: runs of white space, HTML, words that a user added.
bool is_control_token(const AddedToken& token, const ControlHints& hints = {});

}  // namespace polyglyph::vocab
