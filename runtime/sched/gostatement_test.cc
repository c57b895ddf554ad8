#include "gort/runtime/sched/gostatement.h"

#include <string>

#include "gtest/gtest.h"

namespace gort::runtime {
namespace {

TEST(GoStatement, IsComparedByContents) {
  const std::string file = "server.h";
  const std::string same_file = "server.h";  // as another translation unit has it
  const GoStatement go = {"Serve", file.c_str(), 7};
  EXPECT_TRUE(go == (GoStatement{"Serve", same_file.c_str(), 7}));
  EXPECT_FALSE(go == (GoStatement{"Serve", "client.h", 7}));
  EXPECT_FALSE(go == (GoStatement{"Serve<int>", file.c_str(), 7}));
  EXPECT_FALSE(go == (GoStatement{"Serve", file.c_str(), 8}));
}

TEST(GoStatement, GoroutineOneHasNone) {
  const GoStatement none = {nullptr, nullptr, 0};
  EXPECT_TRUE(none == none);
  EXPECT_FALSE(none == (GoStatement{"main", "main.cc", 0}));
  EXPECT_FALSE((GoStatement{"main", "main.cc", 0}) == none);
}

}  // namespace
}  // namespace gort::runtime
