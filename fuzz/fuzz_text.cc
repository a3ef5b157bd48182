// Any bytes through a built-in. The first byte chooses which one and how; what follows is the text.
#include <string>
#include <vector>

#include "fuzz/target.h"
#include "polyglyph/error.h"
#include "polyglyph/text.h"

namespace {

using namespace polyglyph;

const std::vector<Tokenizer>& tokenizers() {
  static const std::vector<Tokenizer> opened = [] {
    std::vector<Tokenizer> all;
    for (const std::string& name : Tokenizer::builtins()) all.push_back(Tokenizer::builtin(name));
    return all;
  }();
  return opened;
}

// Spans go forward and leave nothing out.
bool covers(const std::vector<Span>& offsets, std::size_t size) {
  std::size_t reached = 0, begin = 0;
  for (const Span& span : offsets) {
    if (span.begin < begin || span.begin > reached || span.end < reached) return false;
    begin = span.begin;
    reached = span.end;
  }
  return reached == size;
}

void check_reject(const Tokenizer& tokenizer, std::string_view text, const std::vector<TokenId>& parsed) {
  bool has_control = false;
  for (const AddedToken& token : tokenizer.vocab().added_tokens()) {
    for (const TokenId id : parsed) has_control |= token.control && token.id == id;
  }
  bool rejected = false;
  try {
    tokenizer.encode(text, {.special_tokens = SpecialTokens::reject});
  } catch (const Error& error) {
    rejected = error.code() == ErrorCode::control_token;
  }
  fuzz::require(rejected == has_control, "reject throws where parse finds a control token");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::uint8_t choice = data[0];
  const Tokenizer& tokenizer = tokenizers()[choice % tokenizers().size()];
  const std::size_t cut = choice / tokenizers().size() * 37;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);

  for (const SpecialTokens mode : {SpecialTokens::text, SpecialTokens::parse}) {
    const EncodeOptions options{.special_tokens = mode};
    fuzz::check_text(tokenizer, text, cut, options);
    const Encoding encoding = tokenizer.encode_with_offsets(text, options);
    fuzz::require(covers(encoding.offsets, text.size()), "spans cover the text");
    const std::string decoded = tokenizer.decode(encoding.ids);
    if (tokenizer.description().normalizer == "none") {
      fuzz::require(decoded == text, "decoding gives the text back");
    } else if (is_utf8(text)) {
      fuzz::require(is_utf8(decoded), "decoding gives UTF-8 back");
      fuzz::require(tokenizer.encode(decoded, options) == encoding.ids, "normalizing again changes nothing");
    }
    if (mode == SpecialTokens::parse) check_reject(tokenizer, text, encoding.ids);
  }
  return 0;
}
