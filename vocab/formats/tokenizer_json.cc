// tokenizer.json, the byte-level BPE family, with the very meaning that Hugging Face tokenizers 0.23.3 gives
// it.
//
// The file is a list of components, each an object with a "type". Every component is either translated into
// the spec's own terms or refused with its place in the file, and so is every field that this loader does not
// read: a spec that comes out means what the file means. Three things follow from the reference rather than
// from the file:
//
// - ByteLevel turns text into the byte alphabet, so that steps after it would see other characters than those
//   before. It must come last; the engine then never needs the alphabet, and names become bytes while they
//   are read.
// - The reference does not use the ids of added_tokens. A token whose content is an entry of the model has
// the
//   entry's id; the others are numbered on from the number of entries, in the file's order. A file that says
//   otherwise would give other ids here than there, and is refused.
// - Truncation and padding are how somebody once used the vocabulary, not part of it, and are ignored.
//
// Nested sequences are read by recursion: json::kMaxDepth bounds it.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/json.h"
#include "vocab/byte_alphabet.h"
#include "vocab/control_tokens.h"
#include "vocab/formats/bpe_model.h"
#include "vocab/formats/formats.h"
#include "vocab/formats/id_limits.h"
#include "vocab/formats/name_table.h"

namespace polyglyph::vocab {
namespace {

using json::excerpt;
using json::Field;

// What ByteLevel splits by when use_regex is set: the pattern of GPT-2.
constexpr const char* kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

// A few pieces that each name many ids would multiply.
constexpr std::size_t kMaxTemplateTokens = 1024;

[[noreturn]] void unsupported_type(const Field& component, std::string_view supported) {
  component.unsupported(fmt::format("the type {} is not supported yet; supported here: {}",
                                    excerpt(component.at("type").string()), supported));
}

[[noreturn]] void absent(const Field& root, const char* component, const char* what) {
  throw Error(ErrorCode::unsupported, what, root.where() + ": " + component);
}

// A component that may be a Sequence: calls `leaf` for each that is none, in order. `list` is the name of the
// Sequence's field.
void for_each_leaf(const Field& component, std::string_view list,
                   const std::function<void(const Field&)>& leaf) {
  if (component.at("type").string() != "Sequence") return leaf(component);
  component.expect_members({"type", list});
  component.at(list).for_each([&](const Field& child) { for_each_leaf(child, list, leaf); });
}

struct ByteLevel {
  bool add_prefix_space;
  bool trim_offsets;
  bool use_regex;
};

ByteLevel read_byte_level(const Field& component) {
  component.expect_members({"type", "add_prefix_space", "trim_offsets", "use_regex"});
  const bool has_use_regex = component.find("use_regex").has_value();
  return {component.at("add_prefix_space").boolean(), component.at("trim_offsets").boolean(),
          !has_use_regex || component.at("use_regex").boolean()};
}

void read_normalizer(const Field& root, TokenizerSpec& spec) {
  const auto normalizer = root.find("normalizer");
  if (!normalizer) return;
  for_each_leaf(*normalizer, "normalizers", [&](const Field& component) {
    using unicode::NormalForm;
    const std::string_view type = component.at("type").string();
    if (type == "NFC")
      spec.normalizers.push_back(NormalForm::nfc);
    else if (type == "NFD")
      spec.normalizers.push_back(NormalForm::nfd);
    else if (type == "NFKC")
      spec.normalizers.push_back(NormalForm::nfkc);
    else if (type == "NFKD")
      spec.normalizers.push_back(NormalForm::nfkd);
    else
      unsupported_type(component, "NFC, NFD, NFKC, NFKD, Sequence");
    component.expect_members({"type"});
  });
}

SplitBehavior read_behavior(const Field& behavior) {
  constexpr std::pair<std::string_view, SplitBehavior> names[] = {
      {"Removed", SplitBehavior::removed},
      {"Isolated", SplitBehavior::isolated},
      {"MergedWithPrevious", SplitBehavior::merged_with_previous},
      {"MergedWithNext", SplitBehavior::merged_with_next},
      {"Contiguous", SplitBehavior::contiguous},
  };
  for (const auto& [name, value] : names) {
    if (behavior.string() == name) return value;
  }
  behavior.malformed(
      fmt::format("{} is none of Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous",
                  excerpt(behavior.string())));
}

SplitStep read_split(const Field& component) {
  component.expect_members({"type", "pattern", "behavior", "invert"});
  const Field pattern = component.at("pattern");
  pattern.expect_members({"Regex", "String"});
  if (pattern.value().size() != 1) pattern.malformed(R"(must be {"Regex": ...} or {"String": ...})");
  const bool is_regex = pattern.find("Regex").has_value();
  const Field text = pattern.at(is_regex ? "Regex" : "String");

  SplitStep step;
  step.kind = is_regex ? SplitStep::Kind::regex : SplitStep::Kind::literal;
  step.pattern = text.string();
  if (step.pattern.empty()) text.unsupported("an empty pattern, which matches everywhere");
  step.behavior = read_behavior(component.at("behavior"));
  step.invert = component.at("invert").boolean();
  return step;
}

void read_pre_tokenizer(const Field& root, TokenizerSpec& spec) {
  constexpr const char* need_byte_level =
      "without ByteLevel, the vocabulary is not byte-level, which is the only family that is supported yet";
  const auto pre_tokenizer = root.find("pre_tokenizer");
  if (!pre_tokenizer) absent(root, "pre_tokenizer", need_byte_level);

  bool byte_level_seen = false;
  for_each_leaf(*pre_tokenizer, "pretokenizers", [&](const Field& component) {
    if (byte_level_seen) component.unsupported("a step after ByteLevel; only steps before it are supported");
    const std::string_view type = component.at("type").string();
    if (type == "Split") {
      spec.splits.push_back(read_split(component));
    } else if (type == "Digits") {
      component.expect_members({"type", "individual_digits"});
      SplitStep step;
      step.kind = SplitStep::Kind::digits;
      step.individual = component.at("individual_digits").boolean();
      spec.splits.push_back(std::move(step));
    } else if (type == "ByteLevel") {
      byte_level_seen = true;
      const ByteLevel byte_level = read_byte_level(component);
      if (byte_level.add_prefix_space)
        spec.splits.push_back({.kind = SplitStep::Kind::byte_level_prefix, .pattern = {}});
      if (byte_level.use_regex)
        spec.splits.push_back({.kind = SplitStep::Kind::regex, .pattern = kGpt2Pattern});
    } else {
      unsupported_type(component, "Split, Digits, ByteLevel, Sequence");
    }
  });
  if (!byte_level_seen) pre_tokenizer->unsupported(need_byte_level);
}

void read_decoder(const Field& root) {
  const auto decoder = root.find("decoder");
  if (!decoder) absent(root, "decoder", "must be ByteLevel for a byte-level vocabulary, but there is none");
  bool byte_level_seen = false;
  for_each_leaf(*decoder, "decoders", [&](const Field& component) {
    if (component.at("type").string() != "ByteLevel") unsupported_type(component, "ByteLevel");
    if (byte_level_seen)
      component.unsupported("a second ByteLevel, which would decode what is decoded already");
    read_byte_level(component);  // its options do not matter for decoding
    byte_level_seen = true;
  });
  if (!byte_level_seen) decoder->unsupported("must be ByteLevel for a byte-level vocabulary");
}

// An option of the model that is supported only at the value that changes nothing.
void expect_empty(const Field& model, std::string_view name) {
  const auto option = model.find(name);
  if (option && !option->string().empty()) {
    option->unsupported(
        fmt::format("{} is not supported for byte-level vocabularies", excerpt(option->string())));
  }
}

bool read_flag(const Field& model, std::string_view name) {
  const auto option = model.find(name);
  return option && option->boolean();
}

void read_unknown(const Field& model, const NameTable& names, TokenizerSpec& spec) {
  const auto option = model.find("unk_token");
  if (!option) return;
  const TokenId id = names.find(option->string());
  if (id != kNoToken) {
    spec.unknown = id;
    return;
  }
  // The reference fails on the first text that needs it. None does if every byte has an entry.
  for (int byte = 0; byte < 256; ++byte) {
    const std::string name = name_from_bytes(std::string(1, static_cast<char>(byte)));
    if (names.find(name) != kNoToken) continue;
    option->malformed(
        fmt::format("{} is not an entry of model.vocab, but is needed for the byte 0x{:02X}, which has none",
                    excerpt(option->string()), byte));
  }
}

NameTable read_model(const Field& model, std::size_t file_size, TokenizerSpec& spec) {
  if (const auto type = model.find("type"); type && type->string() != "BPE") unsupported_type(model, "BPE");
  model.expect_members({"type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix",
                        "fuse_unk", "byte_fallback", "ignore_merges", "vocab", "merges"});
  if (const auto dropout = model.find("dropout"); dropout && dropout->number() != 0) {
    dropout->unsupported("dropout makes ids random; set it to null to encode as the trained model does");
  }
  expect_empty(model, "continuing_subword_prefix");
  expect_empty(model, "end_of_word_suffix");
  if (read_flag(model, "byte_fallback")) {
    model.at("byte_fallback").unsupported("byte fallback is not supported for byte-level vocabularies");
  }
  spec.ignore_merges = read_flag(model, "ignore_merges");
  spec.fuse_unknown = read_flag(model, "fuse_unk");

  NameTable names = read_entries(model.at("vocab"), file_size, spec);
  read_unknown(model, names, spec);
  read_merges(model.at("merges"), names, spec);
  return names;
}

AddedToken read_added_token(const Field& field, TokenId max_id) {
  field.expect_members({"id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"});
  const Field id = field.at("id");
  AddedToken token;
  token.id = checked_id(id.unsigned_integer(), max_id, [&] { return id.where(); });
  token.content = field.at("content").string();
  token.single_word = field.at("single_word").boolean();
  token.lstrip = field.at("lstrip").boolean();
  token.rstrip = field.at("rstrip").boolean();
  token.normalized = field.at("normalized").boolean();
  token.special = field.at("special").boolean();
  token.control = is_control_token(token);
  return token;
}

[[noreturn]] void fail_id(const Field& id, const AddedToken& token, TokenId expected, bool is_entry) {
  const char* const reason =
      is_entry ? "its id in model.vocab"
               : "added tokens that model.vocab lacks are numbered on from the number of its "
                 "entries, in their order";
  id.malformed(
      fmt::format("{} has the id {}, but Hugging Face tokenizers would give it {}: {}. Correct the id, or "
                  "save the file again "
                  "with that library",
                  excerpt(token.content), token.id, expected, reason));
}

void read_added_tokens(const Field& root, const NameTable& names, TokenId max_id, TokenizerSpec& spec) {
  const auto list = root.find("added_tokens");
  if (!list) return;
  const auto entries = static_cast<std::size_t>(
      std::count_if(spec.entries.begin(), spec.entries.end(),
                    [](const Entry& entry) { return entry.kind != Entry::Kind::absent; }));
  auto next = static_cast<TokenId>(entries);
  std::map<std::string, TokenId, std::less<>> seen;
  list->for_each([&](const Field& field) {
    AddedToken token = read_added_token(field, max_id);
    if (token.content.empty()) return;  // the reference leaves it out, too
    TokenId expected = names.find(token.content);
    if (expected == kNoToken) {
      expected = next++;
      if (token.id == expected && expected < spec.entries.size() &&
          spec.entries[expected].kind != Entry::Kind::absent) {
        field.at("id").malformed(
            fmt::format("the id {} of {} is also that of an entry of model.vocab; each needs its own",
                        token.id, excerpt(token.content)));
      }
    }
    const auto [first, is_new] = seen.emplace(token.content, expected);
    if (!is_new) field.malformed(fmt::format("{} is listed twice; remove one", excerpt(token.content)));
    if (token.id != expected) fail_id(field.at("id"), token, expected, names.find(token.content) != kNoToken);
    spec.added_tokens.push_back(std::move(token));
  });
  std::sort(spec.added_tokens.begin(), spec.added_tokens.end(),
            [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
}

bool has_id(const TokenizerSpec& spec, std::uint64_t id) {
  if (id < spec.entries.size() && spec.entries[id].kind != Entry::Kind::absent) return true;
  return std::ranges::binary_search(spec.added_tokens, id, {}, &AddedToken::id);
}

// The ids that a name in a template stands for.
std::map<std::string_view, std::vector<TokenId>> read_template_tokens(const Field& specials,
                                                                      const TokenizerSpec& spec) {
  specials.expect(json::Type::object);
  std::map<std::string_view, std::vector<TokenId>> tokens;
  for (const json::Member member : specials.value().members()) {
    const Field special = specials.child(member.key, member.value);
    special.expect_members({"id", "ids", "tokens"});
    const auto [token, is_new] = tokens.try_emplace(member.key);
    if (!is_new) special.malformed("is there twice; remove one");
    special.at("ids").for_each([&, &ids = token->second](const Field& id) {
      if (!has_id(spec, id.unsigned_integer()))
        id.malformed(fmt::format("no token has the id {}", id.unsigned_integer()));
      ids.push_back(static_cast<TokenId>(id.unsigned_integer()));
    });
  }
  return tokens;
}

// TemplateProcessing: what stands before and after the text, which is the sequence A. Type ids and the
// template for pairs concern inputs of two texts.
void read_template(const Field& component, TokenizerSpec& spec) {
  component.expect_members({"type", "single", "pair", "special_tokens"});
  const auto tokens = read_template_tokens(component.at("special_tokens"), spec);
  bool text_seen = false;
  component.at("single").for_each([&](const Field& piece) {
    piece.expect_members({"Sequence", "SpecialToken"});
    if (piece.value().size() != 1) piece.malformed("must be one Sequence or one SpecialToken");
    const auto sequence = piece.find("Sequence");
    const Field name = (sequence ? *sequence : piece.at("SpecialToken")).at("id");
    if (sequence) {
      if (name.string() != "A") name.unsupported("a template for one text can only hold A");
      if (text_seen) piece.unsupported("a template that holds its text twice");
      text_seen = true;
      return;
    }
    const auto token = tokens.find(name.string());
    if (token == tokens.end())
      name.malformed(fmt::format("{} is not among special_tokens", excerpt(name.string())));
    auto& side = text_seen ? spec.suffix : spec.prefix;
    side.insert(side.end(), token->second.begin(), token->second.end());
    if (side.size() > kMaxTemplateTokens) {
      piece.fail(ErrorCode::limit,
                 fmt::format("a template that adds more than {} tokens", kMaxTemplateTokens));
    }
  });
  if (!text_seen) component.at("single").unsupported("a template that leaves its text out");
}

void read_post_processor(const Field& root, TokenizerSpec& spec) {
  const auto post_processor = root.find("post_processor");
  if (!post_processor) return;
  bool template_seen = false;
  for_each_leaf(*post_processor, "processors", [&](const Field& component) {
    const std::string_view type = component.at("type").string();
    if (type == "ByteLevel") {
      const ByteLevel byte_level = read_byte_level(component);
      if (!byte_level.trim_offsets) return;
      if (spec.trim_offsets) component.unsupported("a second ByteLevel that trims offsets");
      if (template_seen) component.unsupported("a ByteLevel that trims offsets after TemplateProcessing");
      spec.trim_offsets = true;
      spec.trim_keeps_prefix_space = byte_level.add_prefix_space;
    } else if (type == "TemplateProcessing") {
      if (template_seen) component.unsupported("a second TemplateProcessing");
      template_seen = true;
      read_template(component, spec);
    } else {
      unsupported_type(component, "ByteLevel, TemplateProcessing, Sequence");
    }
  });
}

}  // namespace

TokenizerSpec read_tokenizer_json(const std::string& file, std::string_view content) {
  const json::Document document = json::Document::parse(content, file);
  const Field root = document.root();
  root.expect_members({"version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer",
                       "post_processor", "decoder", "model"});
  if (const auto version = root.find("version"); version && version->string() != "1.0") {
    version->unsupported(
        fmt::format("the version {} is not known; supported: \"1.0\"", excerpt(version->string())));
  }

  TokenizerSpec spec;
  spec.name = std::filesystem::path(file).filename().string();
  spec.format = "tokenizer.json";
  spec.reference = Reference::hugging_face;
  spec.names_use_byte_alphabet = true;

  // What is refused most often comes first, and the long tables last.
  const Field model = root.at("model");
  if (const auto type = model.find("type"); type && type->string() != "BPE") unsupported_type(model, "BPE");
  read_normalizer(root, spec);
  read_pre_tokenizer(root, spec);
  read_decoder(root);
  const NameTable names = read_model(model, content.size(), spec);
  read_added_tokens(root, names, max_id_for(content.size()), spec);
  read_post_processor(root, spec);
  return spec;
}

}  // namespace polyglyph::vocab
