// JSON: where a text is broken, what is too much, and walking what is sound.
#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

#include "json/fault.h"
#include "json/json.h"
#include "polyglyph/error.h"
#include "tests/loading.h"

namespace polyglyph::test {
namespace {

TEST_CASE("JSON") {
  SECTION("where a text is broken") {
    const std::pair<std::string, std::size_t> cases[] = {
        {"", 0},
        {"  ", 2},
        {"{", 1},
        {"[1", 2},
        {"[1,", 3},
        {"[1,]", 3},
        {"[1 2]", 3},
        {"[}", 1},
        {"[01]", 1},
        {"[-]", 2},
        {"[1.]", 3},
        {"[1e]", 3},
        {"[tru]", 4},
        {"nul", 3},
        {"[+1]", 1},
        {"[\"a]", 4},
        {"[\"\\x\"]", 3},
        {"[\"\\u12\"]", 6},
        {"[\"\n\"]", 2},
        {"[\"\xFF\"]", 2},
        {"[\"\\ud800\"]", 8},
        {"[\"\\udc00\"]", 8},
        {"{1:2}", 1},
        {"{\"a\"}", 4},
        {"{\"a\":}", 5},
        {"{\"a\":1,}", 7},
        {"[] x", 3},
        {"[1]]", 3},
        {"{\"a\":1]", 6},
        {"[\"\\ud800\\u0041\"]", 8},
    };
    for (const auto& [text, offset] : cases) {
      CAPTURE(text);
      const json::Fault fault = json::find_fault(text, json::kMaxDepth);
      CHECK(fault.offset == offset);
      CHECK(fault.what != "");
      CHECK(error_of([&, &text = text] { json::Document::parse(text, "f"); }).code() == ErrorCode::malformed);
    }
    for (const char* text : {"0", "-0.5e+7", "[]", "{}", "[[],{}]",
                             R"({"a":[1,2,{"b":"\u00e9\ud83d\ude00\n"}],"c":null})", " [ true , false ] "}) {
      CAPTURE(text);
      CHECK(json::find_fault(text, json::kMaxDepth).what == "");
      json::Document::parse(text, "f");
    }
    check_error(error_of([] { json::Document::parse("[1,]", "f.json"); }), ErrorCode::malformed,
                {"f.json: byte 3: "});
    check_error(error_of([] { json::Document::parse("[1e999]", "f.json"); }), ErrorCode::malformed,
                {"f.json: not valid"});
  }
  SECTION("nesting") {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    json::Document::parse(nested(json::kMaxDepth), "f");
    check_error(error_of([&] { json::Document::parse(nested(json::kMaxDepth + 1), "f"); }), ErrorCode::limit,
                {"nested"});
    check_error(error_of([&] { json::Document::parse(std::string(1'000'000, '['), "f"); }), ErrorCode::limit,
                {"nested"});
  }
  SECTION("more values than memory should be spent on") {
    std::string text = "[1";
    while (text.size() < 8'000'000) text += ",1";
    check_error(error_of([&] { json::Document::parse(text + "]", "f"); }), ErrorCode::limit,
                {"f: ", "values"});
    json::Document::parse("[\"" + std::string(8'000'000, 'x') + "\"]", "f");
  }
  SECTION("integers of any length") {
    const auto document = json::Document::parse(
        R"([1000000000000000019884624838656, 18446744073709551615, -9223372036854775808, -99999999999999999999, 1.5e10,
            "1000000000000000019884624838656\"", 0.1000000000000000019884624838656])",
        "f");
    std::vector<json::Value> values;
    for (const json::Value value : document.root().value().elements()) values.push_back(value);
    REQUIRE(values.size() == 7);
    CHECK(values[0].number() == Approx(1e30));
    CHECK_FALSE(values[0].unsigned_integer());
    CHECK(values[1].unsigned_integer() == 18446744073709551615u);
    CHECK_FALSE(values[2].unsigned_integer());
    CHECK(values[3].number() == Approx(-1e20));
    CHECK(values[5].string() == "1000000000000000019884624838656\"");
    CHECK(values[6].number() == Approx(0.1));
  }
  SECTION("walking") {
    const auto document = json::Document::parse(R"({"a": {"b c": [1, "x", null]}, "d": true, "a": 2})", "f");
    const json::Field list = document.root().at("a").at("b c");
    CHECK(list.where() == "f: a[\"b c\"]");
    CHECK(list.value().size() == 3);
    std::string places;
    list.for_each(
        [&](const json::Field& field) { places += field.path() + to_string(field.value().type()) + " "; });
    CHECK(places == "a[\"b c\"][0]a number a[\"b c\"][1]a string a[\"b c\"][2]null ");
    CHECK(document.root().find("d")->boolean());
    CHECK_FALSE(document.root().find("e"));
    CHECK(document.root().value().boolean() == std::nullopt);
    std::string keys;
    for (const json::Member member : document.root().value().members()) keys += member.key;
    CHECK(keys == "ada");
    check_error(error_of([&] { document.root().at("d").string(); }), ErrorCode::malformed,
                {"f: d: must be a string, but is true or false"});
    check_error(error_of([&] {
                  document.root().expect_members({"a", "d"});
                }),
                ErrorCode::malformed, {"\"a\" twice"});
    check_error(error_of([&] { document.root().expect_members({"a"}); }), ErrorCode::unsupported, {"f: d: "});
  }
  SECTION("names in messages") {
    CHECK(json::excerpt("a\"b\\\n\x01\xFFé") == R"("a\"b\\\n\x01\xFFé")");
    CHECK(json::excerpt(std::string(1000, 'x')).size() < 70);
  }
}

}  // namespace
}  // namespace polyglyph::test
