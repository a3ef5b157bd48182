// polyglyph encode: text to ids.

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/output.h"
#include "cli/tokenizers.h"

namespace polyglyph::cli {

namespace {

constexpr const char* kDescription =
    "Turn a text into token ids\n\n"
    "The text is taken byte by byte, a newline at its end included. 'polyglyph decode' turns the ids back\n"
    "into the same bytes; where the tokenizer normalizes, as qwen3 does, into the normalized text.";

constexpr const char* kExamples =
    R"(Examples:
  polyglyph encode "안녕하세요 세계"                     126246 144370 91145 133196
  polyglyph encode -f README.md -t o200k --format lines one id a line
  polyglyph encode "naïve" --offsets --unit chars       each id with the characters it was made from
  polyglyph encode "hi<|im_end|>" --special-tokens parse
  polyglyph encode "Hello" --format json                {"ids": [9707]})";

enum class Format { plain, json, lines };

struct Arguments {
  TextSource source;
  TokenizerChoice tokenizer;
  EncodeOptions encode;
  Format format = Format::plain;
  bool offsets = false;
  OffsetUnit unit = OffsetUnit::bytes;
};

// Ids in the chosen format as they come; the layout is the same however many come at a time.
class IdPrinter {
 public:
  IdPrinter(Output& out, Format format) : out_(out), format_(format) {
    if (format_ == Format::json) out_.write("{\"ids\": [");
  }

  void print(const std::vector<TokenId>& ids) {
    for (TokenId id : ids) {
      if (!first_) out_.write(format_ == Format::json ? ", " : format_ == Format::lines ? "\n" : " ");
      out_.print("{}", id);
      first_ = false;
    }
  }

  // Ends the list of ids; `more` are further members in JSON.
  void finish(const std::string& more = "") {
    if (format_ == Format::json) {
      out_.print("]{}}}\n", more);
    } else if (!first_ || format_ == Format::plain) {
      out_.write("\n");
    }
  }

 private:
  Output& out_;
  Format format_;
  bool first_ = true;
};

// From a pipe or a file, ids come out while text still comes in.
void encode_in_pieces(const Tokenizer& tokenizer, const Arguments& arguments, IdPrinter& printer) {
  Input input(arguments.source.path());
  EncodeStream stream = tokenizer.encode_stream(arguments.encode);
  std::vector<char> buffer(1 << 16);
  std::vector<TokenId> ids;
  while (std::size_t got = input.read_some(buffer)) {
    stream.feed({buffer.data(), got}, ids);
    printer.print(ids);
    ids.clear();
  }
  stream.finish(ids);
  printer.print(ids);
}

void print_with_offsets(Output& out, const Encoding& encoding, Format format) {
  if (format == Format::json) {
    IdPrinter printer(out, format);
    printer.print(encoding.ids);
    std::string spans = ", \"offsets\": [";
    for (std::size_t i = 0; i < encoding.offsets.size(); ++i) {
      spans +=
          fmt::format("{}[{}, {}]", i == 0 ? "" : ", ", encoding.offsets[i].begin, encoding.offsets[i].end);
    }
    printer.finish(spans + "]");
    return;
  }
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    out.print("{}\t{}\t{}\n", encoding.ids[i], encoding.offsets[i].begin, encoding.offsets[i].end);
  }
}

int run(const Arguments& arguments) {
  arguments.source.check("encode");
  Tokenizer tokenizer = load_tokenizer(arguments.tokenizer).tokenizer;
  Output& out = standard_output();
  if (arguments.offsets) {
    std::string text = arguments.source.read();
    print_with_offsets(out, tokenizer.encode_with_offsets(text, arguments.encode, arguments.unit),
                       arguments.format);
  } else if (!arguments.source.argument.empty() || arguments.encode.special_tokens == SpecialTokens::reject) {
    // A text that is rejected gives no ids at all, so it is read whole before the first is printed.
    std::vector<TokenId> ids = tokenizer.encode(arguments.source.read(), arguments.encode);
    IdPrinter printer(out, arguments.format);
    printer.print(ids);
    printer.finish();
  } else {
    IdPrinter printer(out, arguments.format);
    encode_in_pieces(tokenizer, arguments, printer);
    printer.finish();
  }
  return kSuccess;
}

}  // namespace

Command add_encode(CLI::App& root) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* app = root.add_subcommand("encode", kDescription);
  app->footer(kExamples);
  add_text_source(*app, arguments->source);
  add_tokenizer_options(*app, arguments->tokenizer, false);
  add_encode_options(*app, arguments->encode);
  add_choice(*app, "--format", arguments->format,
             {{"plain", Format::plain}, {"json", Format::json}, {"lines", Format::lines}},
             "Ids with spaces between them, a JSON object, or one id a line");
  app->add_flag("--offsets", arguments->offsets,
                "Also where in the text each id comes from: id, begin and end, with tabs, one id a line");
  add_choice(*app, "--unit", arguments->unit,
             {{"bytes", OffsetUnit::bytes}, {"chars", OffsetUnit::chars}, {"utf16", OffsetUnit::utf16}},
             "What offsets count");
  return {app, [arguments] { return run(*arguments); }};
}

}  // namespace polyglyph::cli
