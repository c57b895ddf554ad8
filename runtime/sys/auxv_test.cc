#include "gort/runtime/sys/auxv.h"

#include <elf.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "gtest/gtest.h"

namespace gort::runtime::sys {
namespace {

// A stack as the kernel builds it, in words.
constexpr char kArg[] = "arg", kEnv[] = "A=1";
struct InitialStack {
  const char* argv[3] = {kArg, kArg, nullptr};
  const char* envp[2] = {kEnv, nullptr};
  AuxvEntry auxv[3] = {{kAtPagesz, 4096}, {kAtPagesz, 1}, {kAtNull, 0}};
};

TEST(Auxv, LiesBehindTheEnvironment) {
  const InitialStack stack;
  const char* const* envp = stack.argv + 3;
  ASSERT_EQ(envp, stack.envp);
  const AuxvEntry* auxv = AuxvAfter(envp);
  ASSERT_EQ(auxv, stack.auxv);
  EXPECT_EQ(AuxvValue(auxv, kAtPagesz, 0), 4096u);  // the first one counts
  EXPECT_EQ(AuxvValue(auxv, kAtEntry, 77), 77u);
}

TEST(Auxv, ConstantsAreTheAbis) {
  EXPECT_EQ(kAtPhdr, uintptr_t{AT_PHDR});
  EXPECT_EQ(kAtPhnum, uintptr_t{AT_PHNUM});
  EXPECT_EQ(kAtPagesz, uintptr_t{AT_PAGESZ});
  EXPECT_EQ(kAtBase, uintptr_t{AT_BASE});
  EXPECT_EQ(kAtEntry, uintptr_t{AT_ENTRY});
  EXPECT_EQ(kAtHwcap, uintptr_t{AT_HWCAP});
  EXPECT_EQ(kAtHwcap2, uintptr_t{AT_HWCAP2});
  EXPECT_EQ(kAtSecure, uintptr_t{AT_SECURE});
  EXPECT_EQ(kAtRandom, uintptr_t{AT_RANDOM});
  EXPECT_EQ(kAtExecfn, uintptr_t{AT_EXECFN});
  EXPECT_EQ(kAtSysinfoEhdr, uintptr_t{AT_SYSINFO_EHDR});
  EXPECT_EQ(kAtMinsigstksz, uintptr_t{AT_MINSIGSTKSZ});
}

}  // namespace
}  // namespace gort::runtime::sys
