#include "gort/runtime/trace/json.h"

#include <cstdint>
#include <string>

#include "gtest/gtest.h"

namespace gort::trace::internal {
namespace {

bool Append(void* to, const char* data, std::size_t size) {
  static_cast<std::string*>(to)->append(data, size);
  return true;
}
bool Refuse(void*, const char*, std::size_t) { return false; }

template <class F>
std::string Written(F f) {
  std::string out;
  Json json({&Append, &out});
  f(&json);
  EXPECT_TRUE(json.Flush());
  return out;
}

std::string Quoted(const std::string& s) {
  return Written([&](Json* json) { json->String({s.data(), s.size()}); });
}

TEST(TraceJson, NumbersToTheirLimits) {
  EXPECT_EQ(Written([](Json* json) { json->Dec(INT64_MIN).Raw(" ").Dec(-1).Raw(" ").Udec(UINT64_MAX).Raw(" ").Udec(0); }),
            "-9223372036854775808 -1 18446744073709551615 0");
}

TEST(TraceJson, TimesAreMicrosecondsWithThreeDecimals) {
  EXPECT_EQ(Written([](Json* json) { json->Micros(0).Raw(" ").Micros(7).Raw(" ").Micros(1'234'050); }), "0.000 0.007 1234.050");
}

TEST(TraceJson, StringsAreEscaped) {
  EXPECT_EQ(Quoted("plain"), "\"plain\"");
  EXPECT_EQ(Quoted("a\"b\\c\n\x01\x7f"), "\"a\\\"b\\\\c\\u000a\\u0001\\u007f\"");
  EXPECT_EQ(Quoted(std::string("\0", 1)), "\"\\u0000\"");
}

TEST(TraceJson, Utf8StaysAndWhatIsNoneIsReplaced) {
  EXPECT_EQ(Quoted("\u00e9 \u20ac \U0001f600"), "\"\u00e9 \u20ac \U0001f600\"");
  const std::string mark = "\xef\xbf\xbd";
  EXPECT_EQ(Quoted("\xff"), "\"" + mark + "\"");
  EXPECT_EQ(Quoted("\xc3"), "\"" + mark + "\"");                       // cut short
  EXPECT_EQ(Quoted("\xc0\xaf"), "\"" + mark + mark + "\"");            // overlong
  EXPECT_EQ(Quoted("\xed\xa0\x80"), "\"" + mark + mark + mark + "\"");  // a surrogate
  EXPECT_EQ(Quoted("\xf4\x90\x80\x80"), "\"" + mark + mark + mark + mark + "\"");
}

TEST(TraceJson, LongTextsArriveWhole) {
  const std::string longer(200'000, 'x');
  EXPECT_EQ(Written([&](Json* json) { json->Raw("[").Raw({longer.data(), longer.size()}).String({longer.data(), longer.size()}); }),
            "[" + longer + "\"" + longer + "\"");
}

TEST(TraceJson, ASinkThatRefusesIsToldAtTheEnd) {
  Json json({&Refuse, nullptr});
  for (int i = 0; i < 100'000; ++i) json.Raw("0123456789");
  EXPECT_FALSE(json.Flush());
  EXPECT_FALSE(json.Flush());
}

}  // namespace
}  // namespace gort::trace::internal
