#include "packing/shards/manifest.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "json/json.h"
#include "json/writer.h"
#include "polyglyph/error.h"
#include "polyglyph/text.h"

namespace polyglyph::packing {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr const char* kDigest = "xxh128";

// The members of a report that are counts, in one place for writing, reading and adding up.
constexpr std::pair<const char*, std::int64_t PackReport::*> kReport[] = {
    {"split_documents", &PackReport::split_documents},
    {"truncated_documents", &PackReport::truncated_documents},
    {"dropped_documents", &PackReport::dropped_documents},
    {"truncated_tokens", &PackReport::truncated_tokens},
    {"dropped_tokens", &PackReport::dropped_tokens},
    {"bins", &PackReport::bins},
    {"lower_bound", &PackReport::lower_bound},
};

constexpr std::pair<const char*, std::uint64_t InputRecord::*> kInput[] = {
    {"bytes", &InputRecord::bytes},
    {"rows", &InputRecord::rows},
    {"documents", &InputRecord::documents},
    {"empty_documents", &InputRecord::empty_documents},
    {"skipped_rows", &InputRecord::skipped_rows},
    {"tokens", &InputRecord::tokens},
};

void write_report(json::Writer& json, const PackReport& report) {
  for (const auto& [name, member] : kReport)
    json.key(name).number(static_cast<std::uint64_t>(report.*member));
}

std::string raw_json(const json::Field& value) {
  switch (value.value().type()) {
    case json::Type::string:
      return json_of(value.string());
    case json::Type::number:
      return std::to_string(value.unsigned_integer());
    case json::Type::boolean:
      return value.boolean() ? "true" : "false";
    default:
      return "null";
  }
}

}  // namespace

std::string json_of(std::string_view text) {
  json::Writer json;
  json.string(to_utf8(text));
  std::string written = json.take();
  written.pop_back();
  return written;
}

Manifest::Totals Manifest::totals() const {
  Totals all;
  for (const InputRecord& input : inputs) {
    for (const auto& [name, member] : kInput) all.inputs.*member += input.*member;
  }
  for (const ShardRecord& shard : shards) {
    all.sequences += shard.sequences;
    all.tokens += shard.tokens;
    if (!shard.pack) continue;
    if (!all.pack) all.pack.emplace();
    for (const auto& [name, member] : kReport) (*all.pack).*member += (*shard.pack).*member;
    all.pack->documents += static_cast<std::int64_t>(shard.documents);
    all.pack->tokens += static_cast<std::int64_t>(shard.tokens);
  }
  return all;
}

std::string Manifest::text() const {
  json::Writer json;
  json.begin_object();
  json.key("polyglyph_shards").number(kVersion);
  json.key("options").begin_object();
  for (const auto& [name, value] : options) json.key(name).literal(value);
  json.end_object();

  json.key("inputs").begin_array();
  for (const InputRecord& input : inputs) {
    json.begin_object(true);
    json.key(kDigest).string(input.digest);
    for (const auto& [name, member] : kInput) json.key(name).number(input.*member);
    json.end_object();
  }
  json.end_array();

  json.key("shards").begin_array();
  for (const ShardRecord& shard : shards) {
    json.begin_object(true);
    json.key("files").begin_array(true);
    for (const FileRecord& file : shard.files) {
      json.begin_object(true);
      json.key("name").string(file.name);
      json.key("bytes").number(file.bytes);
      json.key(kDigest).string(file.digest);
      json.end_object();
    }
    json.end_array();
    json.key("documents").number(shard.documents);
    json.key("sequences").number(shard.sequences);
    json.key("tokens").number(shard.tokens);
    if (shard.pack) {
      json.key("pack").begin_object(true);
      write_report(json, *shard.pack);
      json.end_object();
    }
    json.end_object();
  }
  json.end_array();

  const Totals all = totals();
  json.key("total").begin_object();
  json.key("documents").number(all.inputs.documents);
  json.key("empty_documents").number(all.inputs.empty_documents);
  json.key("skipped_rows").number(all.inputs.skipped_rows);
  json.key("sequences").number(all.sequences);
  json.key("tokens").number(all.tokens);
  if (all.pack) {
    json.key("pack").begin_object(true);
    write_report(json, *all.pack);
    json.end_object();
  }
  json.end_object();
  json.end_object();
  return json.take();
}

Manifest Manifest::read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(ErrorCode::io, "cannot be read; check its permissions", path.string());
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const json::Document document = json::Document::parse(text, path.string());
  const json::Field root = document.root();
  const json::Field version = root.at("polyglyph_shards");
  if (version.unsigned_integer() != kVersion)
    version.unsupported("the shards were made by another version of polyglyph");

  Manifest manifest;
  const json::Field options = root.at("options");
  options.expect(json::Type::object);
  for (const json::Member member : options.value().members())
    manifest.options.emplace_back(member.key, raw_json(options.child(member.key, member.value)));
  root.at("inputs").for_each([&](const json::Field& field) {
    InputRecord& input = manifest.inputs.emplace_back();
    input.digest = field.at(kDigest).string();
    for (const auto& [name, member] : kInput) input.*member = field.at(name).unsigned_integer();
  });
  root.at("shards").for_each([&](const json::Field& field) {
    ShardRecord& shard = manifest.shards.emplace_back();
    field.at("files").for_each([&](const json::Field& file) {
      shard.files.push_back({std::string(file.at("name").string()), file.at("bytes").unsigned_integer(),
                             std::string(file.at(kDigest).string())});
    });
    shard.documents = field.at("documents").unsigned_integer();
    shard.sequences = field.at("sequences").unsigned_integer();
    shard.tokens = field.at("tokens").unsigned_integer();
    if (const auto report = field.find("pack")) {
      shard.pack.emplace();
      for (const auto& [name, member] : kReport)
        (*shard.pack).*member = static_cast<std::int64_t>(report->at(name).unsigned_integer());
    }
  });
  return manifest;
}

}  // namespace polyglyph::packing
