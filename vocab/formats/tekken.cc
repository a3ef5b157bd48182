// Mistral's tekken.json: the split pattern, the entries in base64 in the order of their ranks, and the
// special tokens, which take the ids in front: an entry's id is its rank and the number of special tokens.
//
// The file holds more entries than the model uses; default_vocab_size, which counts special tokens too, says
// how many count. Where fewer special tokens are listed than there are ids for, the others are called
// <SPECIAL_id>; where none are listed, as in the first version, they are those of kFirstSpecials. Text never
// becomes a special token unless asked to. The facts are those of mistral_common 1.13.1, which hands the
// entries and the pattern to tiktoken: it is the reference.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "json/json.h"
#include "vocab/formats/base64.h"
#include "vocab/formats/formats.h"
#include "vocab/formats/id_limits.h"
#include "vocab/formats/ranks.h"

namespace polyglyph::vocab {
namespace {

using json::excerpt;
using json::Field;

constexpr std::string_view kFirstSpecials[] = {
    "<unk>",
    "<s>",
    "</s>",
    "[INST]",
    "[/INST]",
    "[AVAILABLE_TOOLS]",
    "[/AVAILABLE_TOOLS]",
    "[TOOL_RESULTS]",
    "[/TOOL_RESULTS]",
    "[TOOL_CALLS]",
    "[IMG]",
    "<pad>",
    "[IMG_BREAK]",
    "[IMG_END]",
    "[PREFIX]",
    "[MIDDLE]",
    "[SUFFIX]",
    "[SYSTEM_PROMPT]",
    "[/SYSTEM_PROMPT]",
    "[TOOL_CONTENT]",
};

// The roles that mistral_common looks up by name.
constexpr std::pair<std::string_view, std::string_view> kRoles[] = {
    {"unk_token", "<unk>"}, {"bos_token", "<s>"}, {"eos_token", "</s>"}, {"pad_token", "<pad>"}};

std::vector<std::string> read_specials(const Field& root, std::size_t count) {
  std::vector<std::string> names;
  const auto list = root.find("special_tokens");
  if (!list) {
    names.assign(std::begin(kFirstSpecials), std::end(kFirstSpecials));
  } else {
    list->for_each([&](const Field& special) {
      if (special.at("rank").unsigned_integer() != names.size())
        special.at("rank").malformed(fmt::format("must be {}, its place in the list", names.size()));
      names.emplace_back(special.at("token_str").string());
    });
  }
  if (names.size() > count) {
    root.malformed(fmt::format("has {} special tokens, but config.default_num_special_tokens is {}",
                               names.size(), count));
  }
  while (names.size() < count) names.push_back(fmt::format("<SPECIAL_{}>", names.size()));
  std::set<std::string_view> seen;
  for (const std::string& name : names) {
    if (!seen.insert(name).second || name.empty())
      root.malformed(fmt::format("the special token {} is there twice, or empty", excerpt(name)));
  }
  return names;
}

void add_specials(const std::vector<std::string>& names, TokenizerSpec& spec) {
  for (TokenId id = 0; id < names.size(); ++id) {
    spec.added_tokens.push_back({.id = id, .content = names[id], .special = true, .control = true});
    for (const auto& [role, name] : kRoles) {
      if (names[id] == name) spec.roles.emplace_back(role, id);
    }
  }
}

// `first`: the id of rank 0; `count`: how many entries are read.
void add_entries(const Field& vocab, std::size_t first, std::size_t count, std::size_t file_size,
                 TokenizerSpec& spec) {
  // Four digits of base64 make three bytes: what is decoded is shorter than the file and never moves.
  std::string& pool = spec.pools.emplace_back();
  pool.reserve(file_size / 4 * 3 + 64);
  spec.entries.assign(first, Entry{});
  vocab.expect(json::Type::array);
  std::size_t rank = 0;
  for (const json::Value element : vocab.value().elements()) {
    if (rank == count) break;
    const Field entry = vocab.child(rank, element);
    if (entry.at("rank").unsigned_integer() != rank)
      entry.at("rank").malformed(fmt::format("must be {}, its place in the list", rank));
    const std::size_t begin = pool.size();
    const Field bytes = entry.at("token_bytes");
    if (!append_base64(bytes.string(), pool))
      bytes.malformed(fmt::format("{} is not valid base64", excerpt(bytes.string())));
    spec.entries.push_back({Entry::Kind::bytes, std::string_view(pool).substr(begin)});
    ++rank;
  }
  if (rank < count) vocab.malformed(fmt::format("has {} entries, where config asks for {}", rank, count));
}

}  // namespace

TokenizerSpec read_tekken(const std::string& file, std::string_view content) {
  const json::Document document = json::Document::parse(content, file);
  const Field root = document.root();
  const Field config = root.at("config");
  const Field size = config.at("default_vocab_size"), special = config.at("default_num_special_tokens");
  const TokenId all =
      checked_id(size.unsigned_integer(), max_id_for(content.size()), [&] { return size.where(); });
  if (special.unsigned_integer() >= all)
    special.malformed(fmt::format("is {}, but there are {} ids in all", special.unsigned_integer(), all));
  const auto specials = static_cast<std::size_t>(special.unsigned_integer());

  TokenizerSpec spec = rank_spec(file, "tekken", std::string(config.at("pattern").string()));
  add_specials(read_specials(root, specials), spec);
  add_entries(root.at("vocab"), specials, all - specials, content.size(), spec);
  check_rank_entries(file, spec);
  return spec;
}

}  // namespace polyglyph::vocab
