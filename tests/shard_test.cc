// Shards: what is in them is what a slow reader makes of the same texts; which bytes are written depends on
// no number of workers and on no interruption; what is damaged, changed or not text is named and loses
// nothing.
#include "polyglyph/shard.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "polyglyph/error.h"
#include "tests/loading.h"
#include "tests/temporary_folder.h"
#include "tests/texts.h"

namespace polyglyph::test {
namespace {

namespace fs = std::filesystem;

std::string gzip(const std::string& text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + '"';
}

// Documents of all sizes, some of them empty.
std::vector<std::string> documents(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  const std::string words[] = {"one ", "zwei ", "三", "four\n", "\"five\" ", "안녕 ", "x", "\\ "};
  std::vector<std::string> all(count);
  for (std::string& document : all) {
    for (std::size_t i = random() % 3 == 0 ? 0 : random() % 40; i-- > 0;) document += words[random() % 8];
  }
  return all;
}

std::string jsonl(const std::vector<std::string>& documents) {
  std::string lines;
  for (const std::string& document : documents)
    lines += "{\"id\": 7, \"text\": " + json_string(document) + ", \"more\": {\"text\": null}}\n";
  return lines;
}

// What is written, kept instead.
struct Kept {
  struct Shard {
    std::vector<TokenId> ids;
    std::vector<std::int64_t> sequences, bins;

    friend bool operator==(const Shard&, const Shard&) = default;
  };
  std::vector<Shard> shards;

  ShardFormat format() {
    return {"kept", ".txt", [this](const ShardContent& content, std::span<const fs::path> files) {
              shards.push_back({{content.ids.begin(), content.ids.end()},
                                {content.sequences.begin(), content.sequences.end()},
                                {content.bins.begin(), content.bins.end()}});
              std::ofstream(files[0]) << content.ids.size();
            }};
  }
};

std::vector<Kept::Shard> slow_shards(const Tokenizer& tok, const std::vector<std::string>& documents,
                                     const ShardOptions& options) {
  std::vector<Kept::Shard> shards;
  std::vector<std::vector<TokenId>> filling;
  std::int64_t tokens = 0;
  const auto end_shard = [&] {
    Kept::Shard& shard = shards.emplace_back();
    shard.sequences = {0};
    const auto put = [&](const std::vector<TokenId>& ids, std::int64_t start, std::int64_t length) {
      shard.ids.insert(shard.ids.end(), ids.begin() + start, ids.begin() + start + length);
      shard.sequences.push_back(static_cast<std::int64_t>(shard.ids.size()));
    };
    if (options.pack) {
      std::vector<std::int64_t> lengths;
      for (const auto& ids : filling) lengths.push_back(static_cast<std::int64_t>(ids.size()));
      const PackPlan plan = pack(lengths, *options.pack);
      for (std::size_t i = 0; i < plan.length.size(); ++i)
        put(filling[static_cast<std::size_t>(plan.document[i])], plan.start[i], plan.length[i]);
      shard.bins = plan.bin_offsets;
    } else {
      for (const auto& ids : filling) put(ids, 0, static_cast<std::int64_t>(ids.size()));
    }
    filling.clear();
    tokens = 0;
  };
  for (const std::string& document : documents) {
    std::vector<TokenId> ids = tok.encode(document, options.encode);
    if (ids.empty()) continue;
    if (options.end) ids.push_back(*options.end);
    tokens += static_cast<std::int64_t>(ids.size());
    filling.push_back(std::move(ids));
    if (tokens >= options.shard_tokens) end_shard();
  }
  if (!filling.empty()) end_shard();
  return shards;
}

using Files = std::map<std::string, std::string>;

Files files_in(const fs::path& folder) {
  Files files;
  for (const auto& entry : fs::directory_iterator(folder))
    files[entry.path().filename().string()] = read_file(entry.path().string());
  return files;
}

TEST_CASE("shards hold what a slow reader makes of the same texts") {
  const Tokenizer& tok = builtin("qwen3");
  const TemporaryFolder folder;
  const std::vector<std::string> texts = documents(400, 1);
  const auto part = [&](std::size_t begin, std::size_t end) {
    return std::vector<std::string>(texts.begin() + static_cast<std::ptrdiff_t>(begin),
                                    texts.begin() + static_cast<std::ptrdiff_t>(end));
  };
  std::vector<ShardInput> inputs;
  inputs.push_back({folder.write("a.jsonl", jsonl(part(0, 100)))});
  inputs.push_back({folder.write("b.jsonl.gz", gzip(jsonl(part(100, 150))) + gzip(jsonl(part(150, 200))))});
  inputs.push_back({folder.write("empty.jsonl", "")});
  inputs.push_back({folder.write("c.ndjson.zst", zstd(jsonl(part(200, 250))) + zstd(jsonl(part(250, 300))))});
  inputs.push_back({folder.write("d.txt", texts[300])});
  inputs.push_back({folder.write("e.txt.zst", zstd(texts[301]))});
  std::size_t at = 302;
  inputs.push_back({"given", [&](std::vector<std::optional<std::string>>& rows) {
                      rows.clear();
                      while (rows.size() < 7 && at < texts.size()) rows.push_back(texts[at++]);
                      return !rows.empty();
                    }});
  int number = 0;
  for (const std::int64_t shard_tokens : {std::int64_t{1}, std::int64_t{200}, std::int64_t{1} << 26}) {
    for (const std::optional<PackOptions>& pack : std::vector<std::optional<PackOptions>>{
             std::nullopt, PackOptions{.capacity = 50},
             PackOptions{.capacity = 16, .strategy = PackStrategy::concat, .seed = 5}}) {
      CAPTURE(shard_tokens, pack.has_value());
      Kept kept;
      ShardOptions options;
      options.format = kept.format();
      options.shard_tokens = shard_tokens;
      options.pack = pack;
      options.end = 151643;
      at = 302;
      const fs::path out = folder.path() / ("out" + std::to_string(number++));
      const ShardSummary summary = shard(tok, inputs, out, options);
      CHECK(kept.shards == slow_shards(tok, texts, options));
      CHECK(summary.shards == kept.shards.size());
      CHECK(summary.documents + summary.empty_documents == texts.size());
      std::size_t tokens = 0;
      for (const Kept::Shard& s : kept.shards) tokens += s.ids.size();
      CHECK(summary.tokens == tokens);
      CHECK(summary.pack.has_value() == pack.has_value());
      CHECK_FALSE(fs::exists(out / "progress.json"));
      CHECK(fs::exists(out / "manifest.json"));
    }
  }
}

TEST_CASE("rows of every form") {
  const Tokenizer& tok = builtin("qwen3");
  const TemporaryFolder folder;
  const auto texts_of = [&](const std::string& name, const std::string& content, ShardRows rows) {
    Kept kept;
    ShardOptions options;
    options.format = kept.format();
    options.rows = rows;
    const ShardInput input{folder.write(name, content)};
    fs::remove_all(folder.path() / "out");
    shard(tok, {&input, 1}, folder.path() / "out", options);
    std::vector<std::string> texts;
    for (const Kept::Shard& s : kept.shards) {
      for (std::size_t i = 0; i + 1 < s.sequences.size(); ++i)
        texts.push_back(tok.decode(
            std::span(s.ids).subspan(static_cast<std::size_t>(s.sequences[i]),
                                     static_cast<std::size_t>(s.sequences[i + 1] - s.sequences[i]))));
    }
    return texts;
  };
  using Texts = std::vector<std::string>;
  using enum ShardRows;
  CHECK(texts_of("a", "one\r\ntwo\n\n  \nthree", lines) == Texts{"one", "two", "three"});
  CHECK(texts_of("a", "one\r\ntwo\n", text) == Texts{"one\r\ntwo\n"});
  CHECK(texts_of("a", "", text).empty());
  CHECK(texts_of("a", "{\"text\": \"a\\u00e9\\ud83d\\ude00\"}\r\n\n{\"text\": \"b\"}", jsonl) ==
        Texts{"aé😀", "b"});
  CHECK(texts_of("a.json", "{\"text\": \"a\"}", automatic) == Texts{"a"});
  CHECK(texts_of("a.jsonl.gz", "{\"text\": \"not compressed\"}", automatic) == Texts{"not compressed"});
  CHECK(texts_of("a.md", "{\"text\": \"a\"}", automatic) == Texts{"{\"text\": \"a\"}"});
  // Longer than a batch, and ends of lines where batches end.
  const std::string longer(3'000'000, 'x');
  CHECK(texts_of("a", longer + "\nshort\n" + longer, lines) == Texts{longer, "short", longer});
  for (const std::size_t size : {(1u << 20) - 2, (1u << 20) - 1, 1u << 20, (1u << 20) + 1}) {
    const std::string line(size, 'y');
    CHECK(texts_of("a", line + "\n" + line + "\n", lines) == Texts{line, line});
    CHECK(texts_of("a", line, text) == Texts{line});
  }
}

// A run over texts enough for some twenty shards.
struct Corpus {
  explicit Corpus(const TemporaryFolder& folder) {
    inputs.push_back({folder.write("a.jsonl", jsonl(documents(3000, 2)))});
    inputs.push_back({folder.write("b.jsonl.zst", zstd(jsonl(documents(2000, 3))))});
    inputs.push_back({folder.write("c.txt", documents(1, 4)[0] + "Something.")});
    options.shard_tokens = 5000;
    options.pack = PackOptions{.capacity = 128, .seed = 3};
    options.jobs = 2;
  }

  ShardSummary run(const fs::path& folder) const { return shard(builtin("qwen3"), inputs, folder, options); }

  std::vector<ShardInput> inputs;
  ShardOptions options;
};

TEST_CASE("the number of workers decides over nothing") {
  const TemporaryFolder folder;
  Corpus corpus(folder);
  corpus.options.jobs = 1;
  CHECK(corpus.run(folder.path() / "one").shards > 10);
  const Files files = files_in(folder.path() / "one");
  for (const unsigned jobs : {2u, 7u, 0u}) {
    corpus.options.jobs = jobs;
    corpus.run(folder.path() / std::to_string(jobs));
    CHECK(files_in(folder.path() / std::to_string(jobs)) == files);
  }
}

TEST_CASE("a finished run repeated writes nothing") {
  const TemporaryFolder folder;
  const Corpus corpus(folder);
  const fs::path out = folder.path() / "out";
  const ShardSummary first = corpus.run(out);
  CHECK(first.shards_before == 0);
  std::ofstream(out / "shard-notes.txt") << "mine";
  std::map<std::string, fs::file_time_type> times;
  for (const auto& entry : fs::directory_iterator(out))
    times[entry.path().string()] = entry.last_write_time();
  const ShardSummary second = corpus.run(out);
  CHECK(second.shards_before == first.shards);
  CHECK(second.tokens == first.tokens);
  CHECK(second.pack == first.pack);
  for (const auto& entry : fs::directory_iterator(out))
    CHECK(times.at(entry.path().string()) == entry.last_write_time());
}

TEST_CASE("a run that is ended anywhere is taken up, and nothing tells") {
  const TemporaryFolder folder;
  Corpus corpus(folder);
  corpus.run(folder.path() / "whole");
  const Files whole = files_in(folder.path() / "whole");

  SECTION("by an exception") {
    for (int ends = 1; ends < 40; ends += 12) {
      const fs::path out = folder.path() / std::to_string(ends);
      std::uint64_t made = 0;
      for (int run = 0;; ++run) {
        REQUIRE(run < 60);
        int calls = 0;
        corpus.options.progress = [&](const ShardProgress& progress) {
          if (!progress.checking && ++calls > ends + run) throw std::runtime_error("enough");
        };
        try {
          const ShardSummary summary = corpus.run(out);
          made = summary.shards_before;
          break;
        } catch (const std::runtime_error& error) {
          if (error.what() != std::string("enough")) throw;
        }
      }
      CHECK(files_in(out) == whole);
      if (ends == 1) CHECK(made > 0);
    }
  }

  SECTION("by a kill") {
    std::mt19937 random(9);
    for (int round = 0; round < 3; ++round) {
      const fs::path out = folder.path() / ("killed" + std::to_string(round));
      for (int run = 0;; ++run) {
        REQUIRE(run < 400);
        const pid_t child = ::fork();
        if (child == 0) {
          int status = 1;
          try {
            corpus.run(out);
            status = 0;
          } catch (...) {
          }
          ::_exit(status);
        }
        const auto patience =
            std::chrono::microseconds(random() % (10000 + 2000 * static_cast<unsigned>(run)));
        std::this_thread::sleep_for(patience);
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        if (WIFEXITED(status)) {
          CHECK(WEXITSTATUS(status) == 0);
          break;
        }
      }
      CHECK(files_in(out) == whole);
    }
  }
}

TEST_CASE("a disk that is full is named, and nothing is lost") {
  const TemporaryFolder folder;
  const Corpus corpus(folder);
  corpus.run(folder.path() / "whole");
  const Files whole = files_in(folder.path() / "whole");
  const fs::path out = folder.path() / "out";
  // A limit on the size of files stands in for it: small shards pass, and the manifest does not.
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{4000, 4000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    int status = 1;
    try {
      corpus.run(out);
    } catch (const Error& error) {
      const std::string message = error.what();
      status = error.code() == ErrorCode::io && message.find(".partial: File too large") != std::string::npos
                   ? 0
                   : 2;
    } catch (...) {
    }
    ::_exit(status);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(files_in(out) != whole);
  corpus.run(out);
  CHECK(files_in(out) == whole);
}

TEST_CASE("bad rows are named, and can be left out or corrected") {
  const Tokenizer& tok = builtin("qwen3");
  const TemporaryFolder folder;
  std::string good = jsonl(documents(2000, 6));
  const std::string bad_rows[] = {"{\"text\": 3}",       "{\"other\": \"a\"}", "{\"text\": null}",
                                  "{\"text\": \"a\"",    "[\"text\"]",         "nonsense",
                                  "{\"text\": \"\xFF\"}"};
  ShardOptions options;
  options.shard_tokens = 2000;
  for (const std::string& bad : bad_rows) {
    CAPTURE(bad);
    const fs::path out = folder.path() / "out";
    fs::remove_all(out);
    std::vector<ShardInput> inputs = {{folder.write("a.jsonl", good + bad + "\n" + good)}};
    check_error(error_of([&] { shard(tok, inputs, out, options); }), ErrorCode::malformed,
                {"a.jsonl: line 2001: "});
    CHECK_FALSE(fs::exists(out / "manifest.json"));
    const Files before = files_in(out);
    CHECK(before.size() > 10);

    // Corrected, what was whole stays.
    folder.write("a.jsonl", good + "{\"text\": \"corrected\"}\n" + good);
    CHECK(shard(tok, inputs, out, options).shards_before == (before.size() - 1) / 2);
    for (const auto& [name, content] : before) {
      if (name.starts_with("shard-")) CHECK(read_file((out / name).string()) == content);
    }
    shard(tok, inputs, folder.path() / "fresh", options);
    CHECK(files_in(out) == files_in(folder.path() / "fresh"));
    fs::remove_all(folder.path() / "fresh");

    // Left out.
    folder.write("a.jsonl", good + bad + "\n" + good);
    options.bad_rows = BadRows::skip;
    std::vector<std::string> skipped;
    options.skipped = [&](const std::string& where, const std::string& why) {
      CHECK_FALSE(why.empty());
      skipped.push_back(where);
    };
    fs::remove_all(out);
    CHECK(shard(tok, inputs, out, options).skipped_rows == 1);
    REQUIRE(skipped.size() == 1);
    CHECK(skipped[0].find("a.jsonl: line 2001") != std::string::npos);
    options.bad_rows = BadRows::error;
  }
}

TEST_CASE("files that are damaged or gone are named") {
  const Tokenizer& tok = builtin("qwen3");
  const TemporaryFolder folder;
  const std::string text = jsonl(documents(500, 8));
  const std::string packed[] = {gzip(text), zstd(text)};
  const auto fails = [&](const fs::path& path, ErrorCode code, const std::string& part) {
    const ShardInput input{path};
    fs::remove_all(folder.path() / "out");
    check_error(error_of([&] {
                  shard(tok, {&input, 1}, folder.path() / "out");
                }),
                code, {path.filename().string(), part});
  };
  for (const std::string& whole : packed) {
    fails(folder.write("short.jsonl", whole.substr(0, whole.size() - 1)), ErrorCode::malformed,
          "ends too early");
    fails(folder.write("half.jsonl", whole.substr(0, whole.size() / 2)), ErrorCode::malformed,
          "ends too early");
    std::string changed = whole;
    for (std::size_t i = whole.size() / 2; i < whole.size() / 2 + 40; ++i) changed[i] = '\x55';
    fails(folder.write("changed.jsonl", changed), ErrorCode::malformed, "damaged");
    fails(folder.write("more.jsonl", whole + "nothing of the kind"), ErrorCode::malformed, "damaged");
  }
  fails(folder.path() / "none.jsonl", ErrorCode::io, "No such file");
  fails(folder.path(), ErrorCode::invalid_argument, "is a directory");
}

TEST_CASE("a folder of other shards, or of other files, is refused") {
  const TemporaryFolder folder;
  Corpus corpus(folder);
  const fs::path out = folder.path() / "out";
  corpus.run(out);
  const auto refused = [&](const std::vector<std::string>& parts) {
    const Files before = files_in(out);
    check_error(error_of([&] { corpus.run(out); }), ErrorCode::invalid_argument, parts);
    CHECK(files_in(out) == before);
  };
  const auto restored = [&] {
    const ShardOptions same = Corpus(folder).options;
    corpus.options = same;
  };
  corpus.options.pack->capacity = 256;
  refused({"out: ", "made with pack 128, and now it is 256"});
  corpus.options.pack.reset();
  refused({"pack 128, and now it is null"});
  restored();
  corpus.options.shard_tokens = 6000;
  refused({"shard_tokens 5000, and now it is 6000"});
  restored();
  corpus.options.end = 5;
  refused({"end null, and now it is 5"});
  restored();
  corpus.options.format = npy_format(builtin("qwen3"), true);
  refused({"format \"megatron\", and now it is \"npy\""});
  restored();
  check_error(error_of([&] { shard(builtin("o200k"), corpus.inputs, out, corpus.options); }),
              ErrorCode::invalid_argument, {"made with tokenizer"});

  const ShardInput last = corpus.inputs.back();
  corpus.inputs.pop_back();
  refused({"inputs: there are fewer"});
  corpus.inputs.push_back(last);
  corpus.inputs.push_back(last);
  refused({"inputs: there are more"});
  corpus.inputs.pop_back();
  folder.write("c.txt", "Something else.");
  refused({"c.txt: is not what"});
  Corpus again(folder);

  fs::remove(out / "shard-00002.bin");
  check_error(error_of([&] { again.run(out); }), ErrorCode::io, {"shard-00002.bin", "is missing"});
  std::ofstream(out / "shard-00002.bin") << "short";
  check_error(error_of([&] { again.run(out); }), ErrorCode::io, {"shard-00002.bin", "has 5 bytes"});

  fs::remove_all(out);
  fs::create_directories(out);
  std::ofstream(out / "mine.txt") << "mine";
  check_error(error_of([&] { again.run(out); }), ErrorCode::invalid_argument,
              {"holds other files (mine.txt)"});
  CHECK(read_file((out / "mine.txt").string()) == "mine");
}

TEST_CASE("one run at a time works in a folder") {
  const TemporaryFolder folder;
  const Corpus corpus(folder);
  const fs::path out = folder.path() / "out";
  Corpus outer(folder);
  bool tried = false;
  outer.options.progress = [&](const ShardProgress&) {
    if (tried) return;
    tried = true;
    check_error(error_of([&] { corpus.run(out); }), ErrorCode::invalid_argument, {"another run is at work"});
  };
  outer.run(out);
  CHECK(tried);
}

TEST_CASE("shards without meaning") {
  const Tokenizer& tok = builtin("qwen3");
  const TemporaryFolder folder;
  const std::vector<ShardInput> inputs = {{folder.write("a.txt", "One two three four five.")}};
  const auto fails = [&](const ShardOptions& options, ErrorCode code, const std::vector<std::string>& parts) {
    check_error(error_of([&] { shard(tok, inputs, folder.path() / "out", options); }), code, parts);
  };
  ShardOptions options;
  options.shard_tokens = 0;
  fails(options, ErrorCode::invalid_argument, {"shard_tokens: "});
  options = {};
  options.field = "";
  fails(options, ErrorCode::invalid_argument, {"field: "});
  options = {};
  options.end = 4'000'000'000;
  fails(options, ErrorCode::invalid_argument, {"end: "});
  options = {};
  options.pack = PackOptions{.capacity = 0};
  fails(options, ErrorCode::invalid_argument, {"capacity"});
  options.pack = PackOptions{.capacity = 4, .overlong = Overlong::error};
  fails(options, ErrorCode::invalid_argument, {"a.txt: the document has 6 tokens, more than the 4"});
  options = {};
  options.encode.special_tokens = SpecialTokens::reject;
  folder.write("a.txt", "One <|im_end|>");
  fs::remove_all(folder.path() / "out");
  fails(options, ErrorCode::control_token, {"a.txt: ", "byte 4"});
  check_error(error_of([&] { shard(tok, {}, folder.path() / "none", {}); }), ErrorCode::invalid_argument,
              {"inputs"});
  CHECK_FALSE(fs::exists(folder.path() / "none"));

  bool given = false;
  const ShardInput huge{"rows", [&](std::vector<std::optional<std::string>>& rows) {
                          rows.assign(1, std::string(kMaxDocumentBytes + 1, ' '));
                          return !std::exchange(given, true);
                        }};
  check_error(error_of([&] {
                shard(tok, {&huge, 1}, folder.path() / "huge", {});
              }),
              ErrorCode::limit, {"rows: row 0: is longer than 1073741824 bytes"});
}

template <class Item>
std::vector<Item> items(std::string_view bytes, std::size_t& at, std::size_t count) {
  std::vector<Item> all(count);
  REQUIRE(at + count * sizeof(Item) <= bytes.size());
  std::memcpy(all.data(), bytes.data() + at, count * sizeof(Item));
  at += count * sizeof(Item);
  return all;
}

TEST_CASE("rows without text are bad rows") {
  const TemporaryFolder folder;
  bool given = false;
  const ShardInput input{"rows", [&](std::vector<std::optional<std::string>>& rows) {
                           rows = {"one", std::nullopt, "three"};
                           return !std::exchange(given, true);
                         }};
  ShardOptions options;
  check_error(error_of([&] {
                shard(builtin("qwen3"), {&input, 1}, folder.path() / "out", options);
              }),
              ErrorCode::malformed, {"rows: row 1: has no text"});
  given = false;
  options.bad_rows = BadRows::skip;
  const ShardSummary summary = shard(builtin("qwen3"), {&input, 1}, folder.path() / "out", options);
  CHECK(summary.skipped_rows == 1);
  CHECK(summary.documents == 2);
}

TEST_CASE("Megatron's files, read back") {
  const Tokenizer& tok = builtin("qwen3");
  const TemporaryFolder folder;
  const std::vector<std::string> texts = documents(300, 12);
  const ShardInput input{folder.write("a.jsonl", jsonl(texts))};
  for (const bool packed : {false, true}) {
    ShardOptions options;
    if (packed) options.pack = PackOptions{.capacity = 40};
    const fs::path out = folder.path() / (packed ? "packed" : "plain");
    shard(tok, {&input, 1}, out, options);
    const Kept::Shard expected = slow_shards(tok, texts, options)[0];
    const std::string bin = read_file((out / "shard-00000.bin").string());
    const std::string index = read_file((out / "shard-00000.idx").string());
    std::size_t at = 9;
    CHECK(index.substr(0, 9) == std::string("MMIDIDX\0\0", 9));
    CHECK(items<std::uint64_t>(index, at, 1)[0] == 1);
    CHECK(items<std::uint8_t>(index, at, 1)[0] == 4);
    const std::size_t sequences = items<std::uint64_t>(index, at, 1)[0];
    const std::size_t entries = items<std::uint64_t>(index, at, 1)[0];
    REQUIRE(sequences + 1 == expected.sequences.size());
    const auto lengths = items<std::int32_t>(index, at, sequences);
    const auto offsets = items<std::int64_t>(index, at, sequences);
    const auto ends = items<std::int64_t>(index, at, entries);
    CHECK(at == index.size());
    std::vector<TokenId> ids;
    for (std::size_t i = 0; i < sequences; ++i) {
      CHECK(lengths[i] == expected.sequences[i + 1] - expected.sequences[i]);
      auto place = static_cast<std::size_t>(offsets[i]);
      for (const std::int32_t id : items<std::int32_t>(bin, place, static_cast<std::size_t>(lengths[i])))
        ids.push_back(static_cast<TokenId>(id));
    }
    CHECK(ids == expected.ids);
    CHECK(bin.size() == 4 * ids.size());
    if (packed) {
      CHECK(ends == expected.bins);
    } else {
      CHECK(entries == sequences + 1);
      CHECK(ends.back() == static_cast<std::int64_t>(sequences));
    }
  }
}

}  // namespace
}  // namespace polyglyph::test
