#include "gort/runtime/sys/text.h"

#include "gtest/gtest.h"

namespace gort::runtime::sys {
namespace {

TEST(Text, IsEqualByContent) {
  EXPECT_TRUE(Text("ab") == Text("abc", 2));
  EXPECT_FALSE(Text("ab") == "abc");
  EXPECT_FALSE(Text("abd") == "abc");
  EXPECT_TRUE(Text().empty());
  EXPECT_TRUE(Text() == "");
}

TEST(Cut, TakesFieldAfterField) {
  Text rest("a,,bc");
  EXPECT_TRUE(Cut(&rest, ',') == "a");
  EXPECT_TRUE(Cut(&rest, ',') == "");
  EXPECT_TRUE(Cut(&rest, ',') == "bc");
  EXPECT_TRUE(rest.empty());
  EXPECT_TRUE(Cut(&rest, ',') == "");
}

TEST(ParseUint, TakesDigitsUpToTheBound) {
  constexpr uint64_t kMax = UINT64_MAX;
  uint64_t v = 77;
  for (const char* wrong :
       {"", "-1", "+1", " 1", "1 ", "0x1", "a", "1.5", "18446744073709551616", "99999999999999999999"}) {
    EXPECT_FALSE(ParseUint(wrong, kMax, &v)) << wrong;
    EXPECT_EQ(v, 77u);
  }
  EXPECT_TRUE(ParseUint("18446744073709551615", kMax, &v));
  EXPECT_EQ(v, kMax);
  EXPECT_TRUE(ParseUint("007", kMax, &v));
  EXPECT_EQ(v, 7u);
  EXPECT_TRUE(ParseUint("1024", 1024, &v));
  EXPECT_FALSE(ParseUint("1025", 1024, &v));
  EXPECT_TRUE(ParseUint("1", 1, &v));
  EXPECT_FALSE(ParseUint("2", 1, &v));
  EXPECT_FALSE(ParseUint("10", 1, &v));
}

}  // namespace
}  // namespace gort::runtime::sys
