// The file under test defines libc's names; renamed, it can stand beside the libc that the test needs, and be compared
// with it.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "gtest/gtest.h"

#define memcpy gort_memcpy
#define memmove gort_memmove
#define memset gort_memset
#define memcmp gort_memcmp
#define strlen gort_strlen
#include "gort/runtime/sys/freestanding_mem.cc"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen

namespace {

constexpr size_t kBytes = 300;

std::string Pattern(size_t n) {
  std::string s(n, 0);
  for (size_t i = 0; i < n; ++i) s[i] = static_cast<char>(i * 37 + 11);
  return s;
}

TEST(FreestandingMem, MovesLikeLibcForEveryOverlap) {
  for (size_t n : {size_t{0}, size_t{1}, size_t{7}, size_t{64}, size_t{100}}) {
    for (size_t from = 0; from <= kBytes - n; from += 13) {
      for (size_t to = 0; to <= kBytes - n; to += 7) {
        std::string want = Pattern(kBytes), got = want;
        memmove(want.data() + to, want.data() + from, n);
        EXPECT_EQ(gort_memmove(got.data() + to, got.data() + from, n), got.data() + to);
        ASSERT_EQ(got, want) << n << " bytes from " << from << " to " << to;
      }
    }
  }
}

TEST(FreestandingMem, CopiesAndSetsNoByteMoreThanAsked) {
  const std::string source = Pattern(kBytes);
  for (size_t n = 0; n < 70; ++n) {
    std::string got(kBytes, 'x'), want(kBytes, 'x');
    gort_memcpy(got.data() + 3, source.data() + 1, n);
    memcpy(want.data() + 3, source.data() + 1, n);
    ASSERT_EQ(got, want);
    gort_memset(got.data() + 5, 0x1ab, n);
    memset(want.data() + 5, 0x1ab, n);
    ASSERT_EQ(got, want);
  }
}

TEST(FreestandingMem, ComparesBytesAsUnsigned) {
  EXPECT_LT(gort_memcmp("a\x7f", "a\x80", 2), 0);
  EXPECT_GT(gort_memcmp("\xff", "\x01", 1), 0);
  EXPECT_EQ(gort_memcmp("ab", "ac", 1), 0);
  EXPECT_EQ(gort_memcmp("a", "b", 0), 0);
  EXPECT_EQ(gort_strlen(""), 0u);
  EXPECT_EQ(gort_strlen("four"), 4u);
}

}  // namespace
