// DecodeChain: the steps of a decoder, run over tokens one by one or all at once.
//
// Each step takes a list of tokens and gives a list of tokens; what the last one gives is joined. Here a step
// takes them as they come and keeps in its State what it cannot decide yet, so that one set of steps serves
// whole texts and streams.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/byte_tokens.h"
#include "tokenizer/regex_splitter.h"
#include "tokenizer/sentencepiece_decoder.h"
#include "vocab/spec.h"

namespace polyglyph::tokenizer {

class DecodeChain {
 public:
  struct State {
    using Step = DecodeStepState;
    std::vector<Step> steps;
  };

  // `names_are_bytes`: tokens come as bytes, not as names that stand for them. Throws Error(unsupported) for
  // a pattern that cannot be run exactly.
  DecodeChain(const vocab::Pipeline& pipeline, bool names_are_bytes, Compile when);

  State begin() const { return {std::vector<State::Step>(steps_.size())}; }

  // Takes the tokens on, which become the parts of the text that they settle. `final`: no more will come.
  void run(State& state, std::vector<std::string>& tokens, DecodeMode mode, bool final) const;

  // What a token gives between two others.
  std::string middle(std::string_view name) const;

  // How much there is to it. `concatenates`: the text is the tokens' bytes in a row. `local`: it is what each
  // gives by itself, but for the first, and but for byte tokens and spaces stripped in front.
  bool concatenates() const {
    return steps_.size() == 1 && steps_[0].kind == Kind::bytes && !steps_[0].alphabet;
  }
  bool local() const { return local_; }
  bool first_differs() const { return first_differs_; }
  bool has_byte_tokens() const { return has_byte_tokens_; }
  std::string_view stripped() const { return stripped_; }  // up to strip_count() times from the text's front
  std::size_t strip_count() const { return strip_count_; }

  // The bytes of an unfinished character that a stream waits to see completed.
  std::string_view unfinished(const State& state) const;

 private:
  enum class Kind : std::uint8_t {
    bytes,
    byte_fallback,
    fuse,
    strip,
    replace,
    replace_regex,
    metaspace,
    prefix,  // WordPiece's
    suffix,  // BPEDecoder's
    dedup,
    drop_empty,
    join_spaces,
    sentencepiece,
  };
  struct Step {
    Kind kind = Kind::fuse;
    bool fused = false;  // there is one token, which comes in parts
    bool alphabet = false;
    bool keeps_first = false;  // metaspace: the first token's spaces too
    bool also_empty = false;   // replace: an empty pattern is found in an empty token, too
    std::string pattern, text;
    std::size_t start = 0, stop = 0;
    std::vector<std::uint32_t> borders;  // of `pattern`, for searching
    std::unique_ptr<RegexSplitter> regex;
    std::unique_ptr<SentencePieceDecoder> pieces;
  };

  void add(const vocab::DecodeStep& spec, const vocab::Pipeline& pipeline, Compile when);
  void add_replace(std::string pattern, std::string text, bool also_empty);
  void add_cleanup();
  void describe();

  void run_step(const Step& step, State::Step& state, std::vector<std::string>& tokens, DecodeMode mode,
                bool final) const;
  static void run_bytes(const Step& step, State::Step& state, std::vector<std::string>& tokens,
                        DecodeMode mode, bool final);
  static void run_byte_fallback(State::Step& state, std::vector<std::string>& tokens, DecodeMode mode,
                                bool early, bool final);
  static void run_suffix(const Step& step, State::Step& state, std::vector<std::string>& tokens,
                         DecodeMode mode, bool final);
  static void strip_parts(const Step& step, State::Step& state, std::vector<std::string>& tokens,
                          DecodeMode mode, bool final);
  static void strip_token(const Step& step, std::string& token);
  static void replace(const Step& step, std::string_view text, std::string_view by, std::size_t& matched,
                      std::string& out);
  static std::string replaced(const Step& step, const std::string& token, std::string_view by);
  static void replace_parts(const Step& step, State::Step& state, std::vector<std::string>& tokens,
                            bool final);
  static std::string replaced_matches(const Step& step, const std::string& token);
  static void insert_between(std::string_view text, std::string_view by, std::string& out);
  static bool gather(State::Step& state, std::vector<std::string>& tokens, bool final);

  std::vector<Step> steps_;
  bool fused_ = false;  // while steps are added
  bool local_ = false, first_differs_ = false, has_byte_tokens_ = false;
  std::string stripped_;
  std::size_t strip_count_ = 0;
};

}  // namespace polyglyph::tokenizer
