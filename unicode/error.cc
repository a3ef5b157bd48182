#include "polyglyph/error.h"

#include <utility>

#include "polyglyph/version.h"

namespace polyglyph {

const char* to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::io:
      return "io";
    case ErrorCode::malformed:
      return "malformed";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::limit:
      return "limit";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::unknown_id:
      return "unknown_id";
    case ErrorCode::control_token:
      return "control_token";
    case ErrorCode::invalid_argument:
      return "invalid_argument";
    case ErrorCode::cancelled:
      return "cancelled";
  }
  return "error";
}

Error::Error(ErrorCode code, const std::string& what, std::string where)
    : std::runtime_error(where.empty() ? what : where + ": " + what), code_(code), where_(std::move(where)) {}

const char* version() noexcept {
  return POLYGLYPH_VERSION;
}

}  // namespace polyglyph
