#include "gort/runtime/sys/getenv.h"

#include "gtest/gtest.h"

namespace gort::runtime::sys {
namespace {

TEST(Getenv, FindsTheFirstEntryOfExactlyThatName) {
  const char* const envp[] = {"AB=longer", "NOVALUE", "=odd", "A=first", "A=second", "EMPTY=", "EQ=a=b", nullptr};
  EXPECT_STREQ(Getenv(envp, "A"), "first");
  EXPECT_STREQ(Getenv(envp, "AB"), "longer");
  EXPECT_STREQ(Getenv(envp, "EMPTY"), "");
  EXPECT_STREQ(Getenv(envp, "EQ"), "a=b");
  EXPECT_EQ(Getenv(envp, "ABC"), nullptr);
  EXPECT_EQ(Getenv(envp, "NOVALUE"), nullptr);
  EXPECT_EQ(Getenv(envp, "a"), nullptr);
}

TEST(Getenv, AnEmptyEnvironmentHasNothing) {
  const char* const envp[] = {nullptr};
  EXPECT_EQ(Getenv(envp, "A"), nullptr);
}

TEST(Getenv, TakesTheVectorOfMain) {
  char entry[] = "A=1";
  char* envp[] = {entry, nullptr};
  EXPECT_STREQ(Getenv(envp, "A"), "1");
}

}  // namespace
}  // namespace gort::runtime::sys
