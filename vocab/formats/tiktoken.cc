// .tiktoken rank files: a line for each entry, its bytes in base64, a space, and its rank, which is its id.
//
// Everything else that makes a tokenizer of it, the split pattern and the special tokens, is not in the file.
// It is known for the files that their owners publish, which are recognized by name, and is otherwise asked
// for. The facts are those of tiktoken 0.14.0 (tiktoken_ext/openai_public.py) and, for Qwen, of the
// tokenization_qwen.py beside its file.
//
// The merges are not listed: any two neighbours whose joined bytes are an entry may merge, lower ranks first.
// That works only if every single byte is an entry, which is checked here, so that the engine may rely on it.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "json/json.h"
#include "vocab/formats/base64.h"
#include "vocab/formats/formats.h"
#include "vocab/formats/id_limits.h"
#include "vocab/formats/ranks.h"

namespace polyglyph::vocab {
namespace {

using json::excerpt;

// A family of rank files: its name in LoadOptions::pattern, and how it splits text.
struct Family {
  std::string_view name;
  std::size_t entries;  // of its owner's own file
  std::string_view pattern;
};

// GPT-2's, in the spelling that tiktoken prefers.
constexpr std::string_view kGpt2Pattern =
    R"('(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s)";

constexpr Family kFamilies[] = {
    {"o200k", 199998,
     R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
     R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
     R"(|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    {"cl100k", 100256,
     R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n])"
     R"(|\s+(?!\S)|\s)"},
    {"p50k", 50280, kGpt2Pattern},
    {"r50k", 50256, kGpt2Pattern},
    {"qwen", 151643,
     R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S))"
     R"(|\s+)"},
};

constexpr std::string_view kFamilyNames = "o200k, cl100k, p50k, r50k, qwen";

using Specials = std::vector<std::pair<std::string, TokenId>>;

Specials specials_of(std::string_view family) {
  if (family == "o200k") return {{"<|endoftext|>", 199999}, {"<|endofprompt|>", 200018}};
  if (family == "cl100k") {
    return {{"<|endoftext|>", 100257},
            {"<|fim_prefix|>", 100258},
            {"<|fim_middle|>", 100259},
            {"<|fim_suffix|>", 100260},
            {"<|endofprompt|>", 100276}};
  }
  if (family == "p50k" || family == "r50k") return {{"<|endoftext|>", 50256}};
  Specials qwen = {{"<|endoftext|>", 151643}, {"<|im_start|>", 151644}, {"<|im_end|>", 151645}};
  for (TokenId i = 0; i < 205; ++i) qwen.emplace_back(fmt::format("<|extra_{}|>", i), 151646 + i);
  return qwen;
}

const Family* find_family(std::string_view name) {
  for (const Family& family : kFamilies) {
    if (name == family.name || name == std::string(family.name) + "_base") return &family;
  }
  return nullptr;
}

bool covers_all_text(std::string_view pattern) {
  return std::any_of(std::begin(kFamilies), std::end(kFamilies),
                     [&](const Family& family) { return pattern == family.pattern; });
}

// The family of a file that its owner named: o200k_base.tiktoken, qwen.tiktoken.
const Family* family_of_file(const std::string& file) {
  return find_family(std::filesystem::path(file).stem().string());
}

// A single word can only be the name of a pattern: as an expression, it would keep nothing but itself.
void check_name(const std::string& file, const std::string& pattern) {
  const auto is_word = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; };
  if (!std::ranges::all_of(pattern, is_word)) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("no pattern is called {}; give one of {}, or a regular expression",
                          excerpt(pattern), kFamilyNames),
              file);
}

class RankReader {
 public:
  RankReader(const std::string& file, std::string_view content, TokenizerSpec& spec)
      : file_(file), content_(content), max_id_(max_id_for(content.size())), spec_(spec) {}

  void read() {
    // Four digits of base64 make three bytes: what is decoded is shorter than the file and never moves.
    std::string& pool = spec_.pools.emplace_back();
    pool.reserve(content_.size() / 4 * 3 + 64);
    for (std::size_t begin = 0; begin < content_.size();) {
      ++line_;
      std::size_t end = content_.find('\n', begin);
      if (end == std::string_view::npos) end = content_.size();
      line_end_ = end;
      std::string_view line = content_.substr(begin, end - begin);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (!line.empty()) read_line(line, pool);
      begin = end + 1;
    }
    if (count_ == 0) throw Error(ErrorCode::malformed, "has no entries; get the file again", file_);
    check_rank_entries(file_, spec_);
  }

 private:
  std::string where() const { return fmt::format("{}: line {}", file_, line_); }
  [[noreturn]] void malformed(const std::string& what) const {
    throw Error(ErrorCode::malformed, what, where());
  }

  // What to do about a line that is wrong: one without an end is the last one of what was cut off.
  std::string_view advice() const {
    return line_end_ == content_.size() && !content_.ends_with('\n')
               ? "the file ends here without a line end and may have been cut off: get it again"
               : "correct the line, or get the file again";
  }

  void read_line(std::string_view line, std::string& pool) {
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) {
      malformed(fmt::format("{} is not a token in base64, a space and a rank; the file may have been cut off",
                            excerpt(line)));
    }
    const std::string_view token = line.substr(0, space), rank = line.substr(space + 1);
    const std::size_t begin = pool.size();
    if (!append_base64(token, pool))
      malformed(fmt::format("{} is not valid base64; {}", excerpt(token), advice()));

    std::uint64_t number = 0;
    const auto [stop, error] = std::from_chars(rank.data(), rank.data() + rank.size(), number);
    if (error == std::errc::result_out_of_range)
      number = UINT64_MAX;
    else if (error != std::errc{})
      malformed(fmt::format("the rank {} is not an integer, 0 or more; {}", excerpt(rank), advice()));
    if (stop != rank.data() + rank.size()) {
      malformed(fmt::format("the rank {} is not an integer, 0 or more; {}", excerpt(rank), advice()));
    }
    const TokenId id = checked_id(number, max_id_, [this] { return where(); });
    if (id >= spec_.entries.size()) spec_.entries.resize(std::size_t{id} + 1);
    Entry& entry = spec_.entries[id];
    if (entry.kind != Entry::Kind::absent)
      malformed(fmt::format("the rank {} is that of an earlier line, too; {}", id, advice()));
    entry = {Entry::Kind::bytes, std::string_view(pool.data() + begin, pool.size() - begin)};
    if (++count_ > max_entries_for(content_.size())) {
      throw Error(
          ErrorCode::limit,
          fmt::format("more than {} entries, the most that a file of this size may have; is it damaged?",
                      count_ - 1),
          where());
    }
  }

  const std::string& file_;
  std::string_view content_;
  TokenId max_id_;
  TokenizerSpec& spec_;
  std::size_t line_ = 0;
  std::size_t line_end_ = 0;  // where it ends in the content
  std::size_t count_ = 0;
};

// tiktoken looks for special tokens in the text as it is, all of them alike, with one regular expression of
// their names in the order of a hash table. Where one name begins another, which of the two it finds is
// anybody's guess.
void add_specials(const std::string& file, const Specials& specials, TokenizerSpec& spec) {
  const auto place = [&](std::string_view content) {
    return fmt::format("{}: special token {}", file, excerpt(content));
  };
  for (const auto& [content, id] : specials) {
    if (content.empty())
      throw Error(ErrorCode::invalid_argument,
                  "a special token must not be empty; leave it out, or give its text", file);
    if (id > kMaxTokenId) {
      throw Error(
          ErrorCode::limit,
          fmt::format("the id {} is above {}, the largest that polyglyph supports; give a smaller one", id,
                      kMaxTokenId),
          place(content));
    }
    if (id < spec.entries.size() && spec.entries[id].kind != Entry::Kind::absent) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("the id {} is also the rank of an entry; each needs its own", id),
                  place(content));
    }
    spec.added_tokens.push_back({.id = id, .content = content, .special = true, .control = true});
  }

  auto& added = spec.added_tokens;
  const auto fail_if_any = [&](auto related, const char* what) {
    const auto found = std::adjacent_find(added.begin(), added.end(), related);
    if (found == added.end()) return;
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} {}; rename one, or leave it out", what, excerpt(std::next(found)->content)),
                place(found->content));
  };
  // In alphabetical order, a name that begins others stands right before one of them.
  std::sort(added.begin(), added.end(), [](const auto& a, const auto& b) { return a.content < b.content; });
  fail_if_any([](const auto& a, const auto& b) { return b.content.starts_with(a.content); },
              "tiktoken does not define which of two special tokens it finds where one begins the other:");
  std::sort(added.begin(), added.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  fail_if_any([](const auto& a, const auto& b) { return a.id == b.id; }, "has the same id as");
}

}  // namespace

TokenizerSpec read_tiktoken(const std::string& file, std::string_view content, const LoadOptions& options) {
  if (content.empty())
    throw Error(ErrorCode::malformed,
                "is empty, where lines of base64 and ranks are expected; get the file again", file);
  const Family* family = options.pattern.empty() ? family_of_file(file) : find_family(options.pattern);
  if (!family && options.pattern.empty()) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("a .tiktoken file does not say how text is split; give its pattern, by name ({}) or as a "
                    "regular expression",
                    kFamilyNames),
        file);
  }
  if (!family) check_name(file, options.pattern);
  TokenizerSpec spec = rank_spec(file, "tiktoken", family ? std::string(family->pattern) : options.pattern);
  // A family's pattern leaves nothing out.
  SplitStep& split = spec.splits.front();
  if (covers_all_text(split.pattern)) {
    split.behavior = SplitBehavior::isolated;
    split.invert = false;
  }

  RankReader(file, content, spec).read();
  Specials specials(options.special_tokens.begin(), options.special_tokens.end());
  if (specials.empty() && family) specials = specials_of(family->name);
  add_specials(file, specials, spec);
  return spec;
}

void check_ranks(const std::string& file, const TokenizerSpec& spec, const LoadOptions& options) {
  const Family* family = options.pattern.empty() ? family_of_file(file) : nullptr;
  if (family == nullptr) return;
  const auto entries =
      static_cast<std::size_t>(std::ranges::count(spec.entries, Entry::Kind::bytes, &Entry::kind));
  if (entries == family->entries) return;
  throw Error(
      ErrorCode::malformed,
      fmt::format(
          "has {} ranks where {}.tiktoken has {}; get it again if it was cut off, or give the pattern "
          "of a vocabulary of your own",
          entries, std::filesystem::path(file).stem().string(), family->entries),
      file);
}

}  // namespace polyglyph::vocab
