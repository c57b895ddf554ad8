#include "gort/runtime/sys/taskfile.h"

#include <string>

#include "gort/runtime/sys/linux.h"
#include "gtest/gtest.h"

namespace gort::runtime::sys {
namespace {

const uint64_t self = static_cast<uint64_t>(Gettid());

TEST(ReadTaskFile, ReadsWhatTheKernelSaysOfAThread) {
  char text[4096];
  const size_t size = ReadTaskFile(self, "status", text, sizeof(text));
  ASSERT_GT(size, 0u);
  EXPECT_EQ(text[size], '\0');
  EXPECT_NE(std::string(text).find("\nPid:\t" + std::to_string(self) + "\n"), std::string::npos) << text;
}

TEST(ReadTaskFile, LeavesOutWhatDoesNotFit) {
  char text[8] = "#######";
  EXPECT_EQ(ReadTaskFile(self, "status", text, 6), 5u);
  EXPECT_STREQ(text, "Name:");
  EXPECT_EQ(text[6], '#');
}

TEST(ReadTaskFile, IsEmptyForAThreadThatDoesNotExist) {
  char text[64] = "#";
  EXPECT_EQ(ReadTaskFile(UINT64_MAX, "status", text, sizeof(text)), 0u);
  EXPECT_STREQ(text, "");
}

}  // namespace
}  // namespace gort::runtime::sys
