// tokenizer.json, the byte-level BPE family, with the very meaning that Hugging Face tokenizers 0.23.3 gives
// it.
//
// The file is a list of components, each an object with a "type". Every component is either translated into
// the spec's own terms or refused with its place in the file, and so is every field that this loader does not
// read: a spec that comes out means what the file means. Two things follow from the reference rather than
// from the file:
//
// - The reference does not use the ids of added_tokens. A token whose content is an entry of the model has
// the
//   entry's id; the others are numbered on from the number of entries, in the file's order. A file that says
//   otherwise would give other ids here than there, and is refused.
// - Truncation and padding are how somebody once used the vocabulary, not part of it: they are read, but it
//   takes LoadOptions::apply_file_settings to have them applied.
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
#include "unicode/byte_alphabet.h"
#include "vocab/control_tokens.h"
#include "vocab/formats/bpe_model.h"
#include "vocab/formats/formats.h"
#include "vocab/formats/id_limits.h"
#include "vocab/formats/name_table.h"
#include "vocab/formats/tokenizer_json.h"

namespace polyglyph::vocab {

[[noreturn]] void unsupported_type(const Field& component, std::string_view supported) {
  component.unsupported(fmt::format("the type {} is not supported yet; supported here: {}",
                                    excerpt(component.at("type").string()), supported));
}

[[noreturn]] void absent_component(const Field& root, const char* component, const char* what) {
  throw Error(ErrorCode::unsupported, what, root.where() + ": " + component);
}

void for_each_leaf(const Field& component, std::string_view list,
                   const std::function<void(const Field&)>& leaf) {
  if (component.at("type").string() != "Sequence") return leaf(component);
  component.expect_members({"type", list});
  component.at(list).for_each([&](const Field& child) { for_each_leaf(child, list, leaf); });
}

ByteLevel read_byte_level(const Field& component) {
  component.expect_members({"type", "add_prefix_space", "trim_offsets", "use_regex"});
  const bool has_use_regex = component.find("use_regex").has_value();
  return {component.at("add_prefix_space").boolean(), component.at("trim_offsets").boolean(),
          !has_use_regex || component.at("use_regex").boolean()};
}

namespace {

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
        field.at("id").malformed(fmt::format("the id {} of {} is also that of an entry of model.vocab",
                                             token.id, excerpt(token.content)));
      }
    }
    const auto [first, is_new] = seen.emplace(token.content, expected);
    if (!is_new) field.malformed(fmt::format("{} is listed twice", excerpt(token.content)), "remove one");
    if (token.id != expected) fail_id(field.at("id"), token, expected, names.find(token.content) != kNoToken);
    spec.added_tokens.push_back(std::move(token));
  });
  std::sort(spec.added_tokens.begin(), spec.added_tokens.end(),
            [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
}

}  // namespace

TokenizerSpec read_tokenizer_json(const std::string& file, std::string_view content) {
  json::Document document = json::Document::parse(content, file);
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

  // What is refused most often comes first, and the long tables last.
  const Field model = root.at("model");
  spec.model = model_kind(model);
  if (spec.model == ModelKind::unigram) document.read_numbers_like_serde(content);
  read_normalizer(root, spec);
  read_pre_tokenizer(root, spec);
  spec.characters = true;  // but for a BPE whose characters stand for bytes
  read_decoder(root, spec);
  const NameTable names = read_model(model, content.size(), spec);
  read_added_tokens(root, names, max_id_for(content.size()), spec);
  read_post_processor(root, spec);
  read_settings(root, spec);
  return spec;
}

}  // namespace polyglyph::vocab
