// The public functions, on the heap of the process.
#include "gort/stack/stack.h"

#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>

#include "gort/runtime/sys/linux.h"
#include "gtest/gtest.h"

namespace gort::runtime {
namespace {

class StackTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    StackConfig config;
    config.page_size_bytes = sysconf(_SC_PAGESIZE);
    ASSERT_EQ(stackinit(config), StackError::kNone);
    ASSERT_EQ(stackinit(config), StackError::kNone);  // a second call does nothing
  }
};

size_t CountMappings() {
  std::ifstream maps("/proc/self/maps");
  size_t lines = 0;
  for (std::string line; std::getline(maps, line);) ++lines;
  return lines;
}

TEST_F(StackTest, AllocAndFreeWithAndWithoutCache) {
  StackCache cache{};
  StackError error = StackError::kTooLarge;
  const stack with_cache = stackalloc(&cache, 100'000, &error);
  EXPECT_EQ(error, StackError::kTooLarge);  // left alone
  const stack without = stackalloc(0);
  ASSERT_NE(with_cache.hi, 0u);
  ASSERT_NE(without.hi, 0u);
  EXPECT_EQ(StackOf(without.lo).hi, without.hi);
  EXPECT_EQ(StackOf(with_cache.hi - 1).lo, with_cache.lo);
  stackfree(&cache, with_cache);
  EXPECT_EQ(StackCacheSize(&cache), 1u);
  StackCacheFlush(&cache);
  EXPECT_EQ(StackCacheSize(&cache), 0u);
  stackfree(without);
}

TEST_F(StackTest, TenThousandStacksAreAFewMappingsWhereTheKernelHasGuardMarkers) {
  if (ReadStackStats().guard_kind != StackGuardKind::kInstall) GTEST_SKIP() << "this kernel has no MADV_GUARD_INSTALL";
  const size_t before = CountMappings();
  StackCache cache{};
  for (int i = 0; i < 10'000; ++i) ASSERT_NE(stackalloc(&cache, 0, nullptr).hi, 0u);
  EXPECT_LE(CountMappings() - before, 10u);
  EXPECT_GE(ReadStackStats().guards_installed, 10'000u);
}

TEST_F(StackTest, EachErrorHasItsOwnSentence) {
  std::string all;
  for (int i = 0; i <= static_cast<int>(StackError::kTooManyLarge); ++i) {
    const std::string sentence = StackErrorSentence(static_cast<StackError>(i));
    EXPECT_EQ(all.find(sentence), std::string::npos) << sentence;
    EXPECT_NE(sentence, "unknown stack error");
    all += sentence + '\n';
  }
}

}  // namespace
}  // namespace gort::runtime
