#include "gort/runtime/sys/vdso.h"

#include <sys/auxv.h>
#include <time.h>

#include <cstdint>

#include "gort/runtime/sys/auxv.h"
#include "gort/runtime/sys/linux.h"
#include "gtest/gtest.h"

namespace gort::runtime::sys {
namespace {

int64_t LibcNow() {
  timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return int64_t{ts.tv_sec} * 1'000'000'000 + ts.tv_nsec;
}

TEST(Vdso, ClockIsTheKernelsClock) {
  const AuxvEntry auxv[] = {{kAtSysinfoEhdr, getauxval(AT_SYSINFO_EHDR)}, {kAtNull, 0}};
  if (auxv[0].value == 0) GTEST_SKIP() << "no vDSO here";
  ASSERT_TRUE(VdsoInit(auxv));
  for (int i = 0; i < 1000; ++i) {
    const int64_t before = LibcNow();
    const int64_t now = Nanotime();
    ASSERT_LE(before, now);
    ASSERT_LE(now, LibcNow());
  }
  SetClockGettime(nullptr);
  const int64_t before = LibcNow();
  EXPECT_LE(before, Nanotime());
}

TEST(Vdso, WithoutOneTheSystemCallIsUsed) {
  const AuxvEntry auxv[] = {{kAtNull, 0}};
  EXPECT_FALSE(VdsoInit(auxv));
  EXPECT_GT(Nanotime(), 0);
}

}  // namespace
}  // namespace gort::runtime::sys
