// Goal: with one P, a goroutine that computes lets others run. One with calls yields by itself and costs no thread; one without
// loses its P.
// Method: GORT_MAXPROCS=1. For the first half the kernel's membarrier is hidden from the runtime, without which no P can be taken
// (pin.h): whoever runs then, runs because the hog has yielded. So time decides nothing.
#include <dirent.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>

#include "gort/runtime/channel/channel.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/preempt/checked.h"
#include "gort/runtime/preempt/preempt.h"
#include "gort/runtime/sched/pin.h"
#include "gort/runtime/sched/preempt.h"

namespace gort {
namespace {

// Makes membarrier(2) fail as on a kernel that has none. Before the runtime starts, hence a constructor.
[[gnu::constructor]] void HideMembarrier() {
  if (std::getenv("HOG_TEST_NO_MEMBARRIER") == nullptr) return;
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_membarrier, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program = {sizeof(code) / sizeof(code[0]), code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int CountThreads() {
  DIR* tasks = opendir("/proc/self/task");
  int n = 0;
  while (const dirent* entry = readdir(tasks)) n += entry->d_name[0] != '.' ? 1 : 0;
  closedir(tasks);
  return n;
}

TEST(Hog, WithCallsItYieldsByItselfAndCostsNoThread) {
  if (std::getenv("HOG_TEST_NO_MEMBARRIER") == nullptr) GTEST_SKIP() << "the other half of this test";
  if (runtime::canretake()) GTEST_SKIP() << "skipped: seccomp is not to be had here";
  runtime::preemptasks = true;  // also in this build: checked.cc has no inline functions
  volatile int stop = 0;
  Chan<int> ready = MakeChan<int>(1);
  Go([ready]() mutable { ready.Send(1); });
  ready.Recv();  // sysmon has its thread
  const int threads_before = CountThreads();
  const std::uint64_t before = runtime::preemptcount();

  constexpr int kTurns = 20;
  int turns = 0;
  Go([&] {
    for (; turns < kTurns; ++turns) Gosched();
    stop = 1;
  });
  const unsigned long calls = checked::CallUntil(&stop);
  EXPECT_EQ(turns, kTurns);
  EXPECT_GT(calls, 0U);
  EXPECT_GE(runtime::preemptcount() - before, static_cast<std::uint64_t>(kTurns));
  EXPECT_EQ(CountThreads(), threads_before);
}

TEST(Hog, WithoutCallsItLosesItsP) {
  if (!runtime::canretake()) GTEST_SKIP() << "no membarrier: hidden for the other half, or not in this kernel";
  runtime::preemptasks = true;
  volatile int stop = 0;
  Go([&] { stop = 1; });
  const std::uint64_t before = runtime::preemptcount();
  while (stop == 0) {
  }
  EXPECT_EQ(runtime::preemptcount(), before);
}

}  // namespace
}  // namespace gort
