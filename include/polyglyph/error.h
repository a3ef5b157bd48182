// The one exception of the library.
//
// Text never fails: encoding is total on any bytes. What throws is loading a file, asking for an id or a name
// that does not exist, and a control token in text under SpecialTokens::reject. The message says what is
// wrong, where, and what to do next, in one line, ready to be shown to a person.
#pragma once

#include <stdexcept>
#include <string>

namespace polyglyph {

enum class ErrorCode {
  io,                // a file cannot be read or written
  malformed,         // a file breaks its own format
  unsupported,       // a file is sound, but names a component that this version cannot reproduce exactly
  limit,             // a file asks for more than the documented limits allow
  not_found,         // no built-in tokenizer, or no file, of that name
  unknown_id,        // decode met an id that is not in the vocabulary
  control_token,     // the text spells a control token under SpecialTokens::reject
  invalid_argument,  // an option or argument has no meaning
  cancelled,         // the call was asked to end (cancel, in its options)
};

// "malformed", "unknown_id", ...: stable names, for logs and bindings.
const char* to_string(ErrorCode code) noexcept;

class Error : public std::runtime_error {
 public:
  // `what`: one line for a person. `where`: the file, field, line or byte, empty when there is none; it is
  // already part of the line.
  Error(ErrorCode code, const std::string& what, std::string where = {});

  ErrorCode code() const noexcept { return code_; }
  const std::string& where() const noexcept { return where_; }

 private:
  ErrorCode code_;
  std::string where_;
};

}  // namespace polyglyph
