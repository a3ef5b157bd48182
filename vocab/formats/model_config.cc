// The files overlap, and converters write different ones. A token's own flags are in added_tokens_decoder;
// added_tokens.json has ids alone. What is named by a role (bos_token, ..., and any other key that ends in
// _token), by additional_special_tokens or by extra_special_tokens is special. tokenizer_config.json goes
// first where two files name the same role.
#include "vocab/formats/model_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "json/json.h"
#include "polyglyph/error.h"
#include "unicode/byte_alphabet.h"
#include "vocab/formats/id_limits.h"
#include "vocab/formats/input.h"

namespace polyglyph::vocab {
namespace {

namespace fs = std::filesystem;
using json::excerpt;
using json::Field;

// A token in a configuration: its name, or an object that says more.
std::optional<std::string_view> name_of(const json::Value& value) {
  if (const auto name = value.string()) return name;
  for (const json::Member member : value.members()) {
    if (member.key == "content") return member.value.string();
  }
  return std::nullopt;
}

class ConfigReader {
 public:
  explicit ConfigReader(ModelConfig& config) : config_(config) {}

  // tokenizer_config.json, or special_tokens_map.json, which has some of its fields.
  void read(const Field& root) {
    root.expect(json::Type::object);
    for (const json::Member member : root.value().members()) {
      const Field field = root.child(member.key, member.value);
      if (member.key == "additional_special_tokens" || member.key == "extra_special_tokens") {
        read_special(member.value);
      } else if (member.key == "added_tokens_decoder") {
        read_decoder(field);
      } else if (member.key == "chat_template") {
        read_templates(member.value);
      } else if (member.key == "tokenizer_class") {
        config_.tokenizer_class = member.value.string().value_or("");
      } else if (member.key.ends_with("_token")) {
        if (const auto name = name_of(member.value)) add_role(member.key, *name);
      }
      read_flag(field, member.key);
    }
  }

  // added_tokens.json: an object from name to id.
  void read_added(const Field& root) {
    root.expect(json::Type::object);
    for (const json::Member member : root.value().members()) {
      const Field id = root.child(member.key, member.value);
      add_token(id, id.unsigned_integer(), {.content = std::string(member.key)});
    }
  }

  void add_template(std::string_view name, std::string_view text) {
    config_.hints.add_template(text);
    const auto known =
        std::ranges::find(config_.chat_templates, name, &std::pair<std::string, std::string>::first);
    if (known == config_.chat_templates.end()) {
      config_.chat_templates.emplace_back(name, text);
    } else {
      known->second = text;
    }
  }

 private:
  void add_special(std::string_view name) {
    config_.special.emplace(name);
    config_.hints.add_name(name);
  }

  void add_role(std::string_view role, std::string_view name) {
    add_special(name);
    if (!config_.role(role)) config_.roles.emplace_back(role, name);
  }

  // A list of tokens, or an object whose keys are roles.
  void read_special(const json::Value& value) {
    for (const json::Value element : value.elements()) {
      if (const auto name = name_of(element)) add_special(*name);
    }
    for (const json::Member member : value.members()) {
      if (const auto name = name_of(member.value)) add_role(member.key, *name);
    }
  }

  // A string, or a list of objects with a name and a template.
  void read_templates(const json::Value& value) {
    if (const auto text = value.string()) add_template("default", *text);
    for (const json::Value element : value.elements()) {
      std::optional<std::string_view> name, text;
      for (const json::Member member : element.members()) {
        if (member.key == "name") name = member.value.string();
        if (member.key == "template") text = member.value.string();
      }
      if (text) add_template(name.value_or("default"), *text);
    }
  }

  void read_flag(const Field& field, std::string_view key) {
    const std::pair<std::string_view, std::optional<bool>*> flags[] = {
        {"add_bos_token", &config_.add_bos},
        {"add_eos_token", &config_.add_eos},
        {"add_prefix_space", &config_.add_prefix_space},
        {"do_lower_case", &config_.lowercase},
        {"strip_accents", &config_.strip_accents},
        {"tokenize_chinese_chars", &config_.split_chinese},
    };
    for (const auto& [name, flag] : flags) {
      if (key == name && !field.is_null()) *flag = field.boolean();
    }
  }

  void read_decoder(const Field& decoder) {
    decoder.expect(json::Type::object);
    for (const json::Member member : decoder.value().members()) {
      const Field entry = decoder.child(member.key, member.value);
      std::uint64_t id = 0;
      const char* const end = member.key.data() + member.key.size();
      const auto [stop, error] = std::from_chars(member.key.data(), end, id);
      if (error != std::errc{} || stop != end) entry.malformed("its key must be an id");
      const auto flag = [&](std::string_view name) {
        const auto value = entry.find(name);
        return value && value->boolean();
      };
      AddedToken token{.content = std::string(entry.at("content").string())};
      token.single_word = flag("single_word");
      token.lstrip = flag("lstrip");
      token.rstrip = flag("rstrip");
      token.normalized = flag("normalized");
      token.special = flag("special");
      add_token(entry, id, std::move(token));
    }
  }

  // The first file that lists a token has its say.
  void add_token(const Field& field, std::uint64_t id, AddedToken token) {
    token.id = checked_id(id, kMaxTokenId, [&] { return field.where(); });
    const auto [known, is_new] = ids_.emplace(token.content, token.id);
    if (!is_new && known->second != token.id) {
      field.malformed(fmt::format("{} has the ids {} and {}; correct one, or get the file again",
                                  excerpt(token.content), known->second, token.id));
    }
    if (is_new && !token.content.empty()) config_.tokens.push_back(std::move(token));
  }

  ModelConfig& config_;
  std::map<std::string, TokenId, std::less<>> ids_;
};

// The ids of names, wherever the vocabulary has them.
std::map<std::string, TokenId, std::less<>> find_names(const std::set<std::string, std::less<>>& names,
                                                       const TokenizerSpec& spec) {
  std::map<std::string, TokenId, std::less<>> spelled, ids;
  for (const std::string& name : names) {
    std::string bytes;
    const bool in_alphabet = spec.names_use_byte_alphabet && unicode::bytes_from_name(name, bytes);
    spelled.emplace(in_alphabet ? bytes : name, kNoToken);
  }
  for (TokenId id = 0; id < spec.entries.size(); ++id) {
    if (spec.entries[id].kind == Entry::Kind::absent) continue;
    const auto found = spelled.find(spec.entries[id].bytes);
    if (found != spelled.end() && found->second == kNoToken) found->second = id;
  }
  for (const std::string& name : names) {
    std::string bytes;
    const bool in_alphabet = spec.names_use_byte_alphabet && unicode::bytes_from_name(name, bytes);
    if (const TokenId id = spelled.find(in_alphabet ? bytes : name)->second; id != kNoToken) ids[name] = id;
  }
  for (const AddedToken& token : spec.added_tokens) {
    if (names.contains(token.content)) ids[token.content] = token.id;
  }
  return ids;
}

// Text reaches a control token no more: in SpecialTokens::text it is the characters that it is spelled with.
void make_unreachable(AddedToken& token, TokenizerSpec& spec) {
  spec.entries[token.id] = {Entry::Kind::literal, spec.pools.emplace_back(token.content)};
  for (unicode::NormalStep& step : spec.normalizers) std::erase(step.kept, token.content);
}

void add_token(AddedToken token, const ModelConfig& config, TokenizerSpec& spec) {
  token.special = token.special || config.special.contains(token.content);
  token.control = is_control_token(token, config.hints);
  const bool is_entry = token.id < spec.entries.size() && spec.entries[token.id].kind != Entry::Kind::absent;
  if (is_entry && spec.reference == Reference::sentencepiece) {
    // SentencePiece finds its user-defined pieces itself.
    if (!token.control && spec.entries[token.id].kind == Entry::Kind::user_defined) return;
    if (token.control) make_unreachable(token, spec);
  }
  const auto known = std::ranges::find(spec.added_tokens, token.id, &AddedToken::id);
  if (known == spec.added_tokens.end()) {
    spec.added_tokens.push_back(std::move(token));
  } else {
    *known = std::move(token);
  }
}

void add_ends(const ModelConfig& config, TokenizerSpec& spec) {
  using Kind = TemplatePart::Kind;
  constexpr std::string_view kWithBos[] = {"LlamaTokenizer",     "LlamaTokenizerFast",
                                           "CodeLlamaTokenizer", "CodeLlamaTokenizerFast",
                                           "GemmaTokenizer",     "GemmaTokenizerFast"};
  constexpr std::string_view kWithEos[] = {"T5Tokenizer", "T5TokenizerFast"};
  const auto has = [&](const auto& list) {
    return std::ranges::find(list, config.tokenizer_class) != std::end(list);
  };
  const auto add = [&](std::string_view role, std::vector<TemplatePart>& parts, std::uint32_t type) {
    const auto found = std::ranges::find(spec.roles, role, &std::pair<std::string, TokenId>::first);
    if (found == spec.roles.end()) {
      throw Error(
          ErrorCode::malformed,
          fmt::format(
              "puts a {} around text, but names none of the vocabulary; name one, or get the file again",
              role),
          config.file);
    }
    parts.push_back({Kind::token, found->second, type});
  };
  const bool bos = config.add_bos.value_or(has(kWithBos)), eos = config.add_eos.value_or(has(kWithEos));
  if (!bos && !eos) return;
  const auto text = [&](Kind kind, std::vector<TemplatePart>& parts) {
    const std::uint32_t type = kind == Kind::second ? 1 : 0;
    if (bos) add("bos_token", parts, type);
    parts.push_back({kind, kNoToken, type});
    if (eos) add("eos_token", parts, type);
  };
  text(Kind::first, spec.single);
  text(Kind::first, spec.pair);
  text(Kind::second, spec.pair);
}

}  // namespace

std::optional<std::string> ModelConfig::role(std::string_view name) const {
  const auto found = std::ranges::find(roles, name, &std::pair<std::string, std::string>::first);
  if (found == roles.end()) return std::nullopt;
  return found->second;
}

void ModelConfig::expect_class(std::initializer_list<std::string_view> known) const {
  if (std::ranges::find(known, tokenizer_class) != known.end()) return;
  throw Error(ErrorCode::unsupported,
              fmt::format("the class {} is none that this vocabulary is known to go with; load the model's "
                          "tokenizer.json",
                          excerpt(tokenizer_class)),
              file + ": tokenizer_class");
}

ModelConfig read_model_config(const fs::path& directory) {
  ModelConfig config;
  config.file = (directory / "tokenizer_config.json").string();
  ConfigReader reader(config);
  const auto parse = [&](const char* name, auto read) {
    const fs::path path = directory / name;
    if (!fs::exists(path)) return;
    const json::Document document = json::Document::parse(read_content(path), path.string());
    read(document.root());
  };
  parse("tokenizer_config.json", [&](const Field& root) { reader.read(root); });
  parse("special_tokens_map.json", [&](const Field& root) { reader.read(root); });
  parse("added_tokens.json", [&](const Field& root) { reader.read_added(root); });
  parse("chat_template.json", [&](const Field& root) { reader.read(root); });
  if (const fs::path path = directory / "chat_template.jinja"; fs::exists(path))
    reader.add_template("default", read_content(path));
  std::error_code error;
  std::vector<fs::path> more;
  for (fs::directory_iterator entry(directory / "additional_chat_templates", error), end;
       !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == ".jinja") more.push_back(entry->path());
  }
  std::ranges::sort(more);
  for (const fs::path& path : more) reader.add_template(path.stem().string(), read_content(path));
  return config;
}

void apply_names(const ModelConfig& config, TokenizerSpec& spec) {
  for (AddedToken& token : spec.added_tokens)
    token.control = token.control || is_control_token(token, config.hints);
  std::set<std::string, std::less<>> names;
  for (const auto& [role, name] : config.roles) names.insert(name);
  const auto ids = find_names(names, spec);
  for (const auto& role : config.roles) {
    const auto id = ids.find(role.second);
    if (id == ids.end()) continue;
    std::erase_if(spec.roles, [&](const auto& known) { return known.first == role.first; });
    spec.roles.emplace_back(role.first, id->second);
  }
  if (!config.chat_templates.empty()) spec.chat_templates = config.chat_templates;
}

void apply_tokens(const ModelConfig& config, TokenizerSpec& spec) {
  std::set<std::string, std::less<>> names = config.special;
  for (const AddedToken& token : config.tokens) names.insert(token.content);
  const auto ids = find_names(names, spec);
  for (const AddedToken& token : config.tokens) {
    const auto known = ids.find(token.content);
    const bool taken = token.id < spec.entries.size() && spec.entries[token.id].kind != Entry::Kind::absent;
    if (known == ids.end() ? taken : known->second != token.id) {
      throw Error(
          ErrorCode::malformed,
          fmt::format("{} is listed with the id {}, which the vocabulary gives to another token or it to "
                      "another id; correct one, or get both files again",
                      excerpt(token.content), token.id),
          config.file);
    }
    add_token(token, config, spec);
  }
  for (const std::string& name : config.special) {
    const auto known = ids.find(name);
    if (known == ids.end() ||
        std::ranges::find(config.tokens, name, &AddedToken::content) != config.tokens.end())
      continue;
    add_token({.id = known->second, .content = name, .special = true}, config, spec);
  }
  std::ranges::sort(spec.added_tokens, {}, &AddedToken::id);
  apply_names(config, spec);
  add_ends(config, spec);
}

}  // namespace polyglyph::vocab
