// Numbers as serde_json reads them; the values are those that Hugging Face tokenizers 0.23.3 writes for the
// texts.
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "json/decimal.h"
#include "json/json.h"

namespace polyglyph::test {
namespace {

struct Case {
  std::string_view text;
  double value;
};

TEST_CASE("numbers are read as serde_json reads them") {
  const Case cases[] = {
      {"0.0", 0x0.0p+0},
      {"-0.0", -0x0.0p+0},
      {"1.0", 0x1.0000000000000p+0},
      {"-3.5", -0x1.c000000000000p+1},
      {"0.1", 0x1.999999999999ap-4},
      {"-15.275492379532281", -0x1.e8d0d5650c6d7p+3},
      {"-9.908701741838819", -0x1.3d1415ace082dp+3},
      {"-12.430440902709961", -0x1.8dc62bfffffffp+3},
      {"-2.0122928619384766", -0x1.0192d00000001p+1},
      {"1e22", 0x1.0f0cf064dd592p+73},
      {"1e23", 0x1.52d02c7e14af6p+76},
      {"1.5e300", 0x1.1eb2d66005835p+997},
      {"-1.7976931348623157e308", -0x1.fffffffffffffp+1023},
      {"2.2250738585072014e-308", 0x1.0000000000000p-1022},
      {"5e-324", 0x0.0000000000001p-1022},
      {"1e-400", 0x0.0p+0},
      {"0e999", 0x0.0p+0},
      {"123456789012345678901234567890.0", 0x1.8ee90ff6c373ep+96},
      {"18446744073709551615.0", 0x1.0000000000000p+64},
      {"18446744073709551616.5", 0x1.0000000000000p+64},
      {"18446744073709551616.05", 0x1.0000000000000p+64},
      {"18446744073709551615123.4", 0x1.f400000000000p+73},
      {"1844674407370955161.6", 0x1.999999999999ap+60},
      {"1844674407370955161.55", 0x1.999999999999ap+60},
      {"18446744073709551619.02", 0x1.0000000000000p+64},
      {"0.000000000000000000000000012345678901234567890123", 0x1.e9100ee33efebp-87},
      {"3.141592653589793238462643383279", 0x1.921fb54442d18p+1},
      {"9007199254740993.0", 0x1.0000000000001p+53},
      {"-1E+2", -0x1.9000000000000p+6},
      {"4e-0007", 0x1.ad7f29abcaf48p-22},
      {"12345678901234567890123e-30", 0x1.a831bd731a289p-27},
      {"1.0e5", 0x1.86a0000000000p+16},
      {"-2.82928976488209487526077e+242", -0x1.537236bbf8535p+805},
      {"-16.806962410453355", -0x1.0ce9516a9ff9dp+4},
      {"201086121638927679800.955497375906", 0x1.5cd42d4761a8cp+67},
      {"1793336797544.0000000000001760156", 0x1.a18b33e968000p+40},
      {"25624975255581.0000000000001266144105303", 0x1.74e478c281d00p+44},
      {"26652514244828945995.00000", 0x1.71e0c07e9e116p+64},
      {"2782609.9444157736", 0x1.53ac8f8e29db7p+21},
      {"986684.00000000000000006429423", 0x1.e1c7800000000p+19},
      {"-3e-131", -0x1.54b4a59c409f2p-434},
      {"69943232.02517457551", 0x1.0acff0019c75dp+26},
      {"-3.80e+13", -0x1.147c840300000p+45},
      {"7.26777826877041e-131", 0x1.9cb20dbfb9620p-433},
      {"5.2528451483102305e-140", 0x1.40464f02a0ec0p-463},
      {"-5.123636718854241", -0x1.47e9a9fc0413ep+2},
      {"-18.98440953341052", -0x1.2fc02435fde6ap+4},
      {"-9.638649292429e+128", -0x1.63f9491330470p+428},
      {"1.570376581137e-291", 0x1.f579aff40f690p-967},
      {"1.4205440682904737e-135", 0x1.08525789d8844p-448},
      {"4031.000388748210266", 0x1.f7e0032f439b3p+11},
      {"-7.430048125903515385616639e+75", -0x1.06d421a15c5c0p+252},
      {"-1.3e-207", -0x1.ab62d3a608576p-688},
      {"83807181673.000000044559", 0x1.3834c1b690000p+36},
      {"9.0288074196477726720000e+18", 0x1.f533120bc6112p+62},
      {"-6.450444490e-220", -0x1.d25554678548bp-729},
      {"8575876366.286921244417485538084615", 0x1.ff297d0e4973bp+32},
      {"-8.86697970e+130", -0x1.ffadd079d6982p+434},
      {"81.2352169793740936", 0x1.44f0dcb84780ap+6},
      {"494151556364450710366.455664", 0x1.ac9bafe62e581p+68},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    CHECK(json::read_decimal(c.text) == c.value);
    const std::string text =
        R"({"a \" [1.5": ["2.5\\", null, -7, )" + std::string(c.text) + R"(, {"b": 1e3}, 3]})";
    json::Document document = json::Document::parse(text, "numbers.json");
    document.read_numbers_like_serde(text);
    std::vector<json::Value> values;
    for (const json::Value value : (*document.root().value().members().begin()).value.elements())
      values.push_back(value);
    REQUIRE(values.size() == 6);
    CHECK(values[2].number() == -7);
    CHECK(values[3].number() == c.value);
    CHECK((*values[4].members().begin()).value.number() == 1000);
    CHECK(values[5].number() == 3);
  }
}

TEST_CASE("numbers that serde_json refuses") {
  for (const char* text : {"1e999", "-1e309", "123e99999999999999999999999", "1e310"}) {
    CHECK(std::isinf(json::read_decimal(text)));
  }
  CHECK(json::read_decimal("0e99999999999999999999") == 0);
  CHECK(json::read_decimal("1e-99999999999999999999") == 0);
}

}  // namespace
}  // namespace polyglyph::test
