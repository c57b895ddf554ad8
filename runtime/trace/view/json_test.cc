#include "gort/runtime/trace/view/json.h"

#include <string>
#include <string_view>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gort::trace::view {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string StringOf(std::string_view text) {
  Json json(text);
  std::string out = json.String();
  json.End();
  return json.ok() ? out : "error: " + std::string(json.status().message());
}

bool Accepts(std::string_view text) {
  Json json(text);
  json.Skip();
  if (json.ok()) json.End();
  return json.ok();
}

std::string ErrorOf(std::string_view text) {
  Json json(text);
  json.Skip();
  if (json.ok()) json.End();
  return std::string(json.status().message());
}

TEST(Json, WalksThroughMembersAndElements) {
  Json json(R"( {"a": [1, 2, 3], "b": {"c": "d"}, "e": 1.5} )");
  std::string seen;
  for (json.EnterObject(); json.NextMember();) {
    seen += json.key();
    if (json.key() == "a") {
      for (json.EnterArray(); json.NextElement();) seen += std::to_string(json.Int());
    } else if (json.key() == "e") {
      EXPECT_EQ(json.Double(), 1.5);
    } else {
      json.Skip();
    }
  }
  json.End();
  EXPECT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(seen, "a123be");
}

TEST(Json, UnescapesStrings) {
  EXPECT_EQ(StringOf(R"("a\"\\\/\b\f\n\r\tz")"), "a\"\\/\b\f\n\r\tz");
  EXPECT_EQ(StringOf(R"("\u0041\u00e9\u20AC")"), "A\xC3\xA9\xE2\x82\xAC");
  EXPECT_EQ(StringOf(R"("\ud83d\ude00")"), "\xF0\x9F\x98\x80");
  EXPECT_EQ(StringOf("\"\xF0\x9F\x98\x80\""), "\xF0\x9F\x98\x80");
}

TEST(Json, HalfACharacterIsReplaced) {
  EXPECT_EQ(StringOf(R"("\ud83d!")"), "\xEF\xBF\xBD!");
  EXPECT_EQ(StringOf(R"("\ud83d\u0041")"),
            "\xEF\xBF\xBD"
            "A");
  EXPECT_EQ(StringOf(R"("\ude00")"), "\xEF\xBF\xBD");
}

TEST(Json, RefusesStringsThatAreNone) {
  EXPECT_THAT(StringOf("\"a\nb\""), HasSubstr("control character"));
  EXPECT_THAT(StringOf(R"("\x41")"), HasSubstr("unknown escape"));
  EXPECT_THAT(StringOf(R"("\u12G4")"), HasSubstr("unknown escape"));
  EXPECT_THAT(StringOf("\"abc"), HasSubstr("ends in the middle of a string"));
  for (const char* bytes : {"\"\x80\"", "\"\xC0\x80\"", "\"\xE0\x80\x80\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"",
                            "\"\xC3\"", "\"\xFF\""}) {
    EXPECT_THAT(StringOf(bytes), HasSubstr("not UTF-8")) << bytes;
  }
}

TEST(Json, NumbersFollowTheGrammar) {
  for (const char* good : {"0", "-0", "10", "1.5", "1e3", "1E-3", "-0.25e+2"}) EXPECT_TRUE(Accepts(good)) << good;
  for (const char* bad : {"01", "+1", ".5", "1.", "1e", "1e+", "-", "0x10", "NaN", "Infinity", "--1", "-01"})
    EXPECT_FALSE(Accepts(bad)) << bad;
}

TEST(Json, WholeNumbersAreNotRounded) {
  Json big("9223372036854775807");
  EXPECT_EQ(big.Int(), 9223372036854775807);
  for (const char* bad : {"9223372036854775808", "1.0", "1e3"}) {
    Json json(bad);
    json.Int();
    EXPECT_THAT(std::string(json.status().message()), HasSubstr("whole number")) << bad;
  }
  Json huge("1e999");
  huge.Double();
  EXPECT_FALSE(huge.ok());
}

TEST(Json, EveryProperPrefixIsAnError) {
  constexpr std::string_view kText = R"({"a":[1,-2.5e1,"x\u00e9\n",true,false,null,{}],"b":{"c":[]}})";
  ASSERT_TRUE(Accepts(kText));
  for (size_t n = 0; n < kText.size(); n++) EXPECT_FALSE(Accepts(kText.substr(0, n))) << kText.substr(0, n);
}

TEST(Json, EveryOneByteChangeIsReadOrRefusedButNeverCrashes) {
  std::string text = R"({"a":[1,-2.5e1,"x\u00e9\n",true,{}],"b":0})";
  for (size_t i = 0; i < text.size(); i++) {
    const char old = text[i];
    for (int c = 0; c < 256; c++) {
      text[i] = static_cast<char>(c);
      Accepts(text);
    }
    text[i] = old;
  }
}

TEST(Json, NestingHasALimit) {
  EXPECT_TRUE(Accepts(std::string(60, '[') + std::string(60, ']')));
  EXPECT_THAT(ErrorOf(std::string(1000000, '[')), HasSubstr("nested too deeply"));
}

TEST(Json, ErrorsNameLineAndByte) {
  EXPECT_THAT(ErrorOf("{\n\"a\": 1,\n  oops}"), StartsWith("line 3 (byte 13): expected a string"));
  EXPECT_THAT(ErrorOf("[1 2]"), StartsWith("line 1 (byte 4): expected ',' or ']'"));
  EXPECT_THAT(ErrorOf("[1] x"), HasSubstr("something follows"));
  EXPECT_THAT(ErrorOf("[1,]"), HasSubstr("expected a value"));
  EXPECT_THAT(ErrorOf("{\"a\" 1}"), HasSubstr("expected ':'"));
}

TEST(Json, TheFirstErrorSticks) {
  Json json("[1, x, 2]");
  int elements = 0;
  for (json.EnterArray(); json.NextElement(); elements++) json.Int();
  json.Fail("another");
  EXPECT_EQ(elements, 2);
  EXPECT_THAT(std::string(json.status().message()), HasSubstr("expected a number"));
}

}  // namespace
}  // namespace gort::trace::view
