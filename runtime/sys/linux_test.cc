#include "gort/runtime/sys/linux.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include "gort/runtime/sys/syscall.h"
#include "gtest/gtest.h"

namespace gort::runtime::sys {
namespace {

// Our numbers are written down once, by hand. The system's headers, which the library itself must not need, check them
// here.
TEST(LinuxAbi, SyscallNumbersAreTheKernels) {
  EXPECT_EQ(kSysRead, SYS_read);
  EXPECT_EQ(kSysWrite, SYS_write);
  EXPECT_EQ(kSysClose, SYS_close);
  EXPECT_EQ(kSysMmap, SYS_mmap);
  EXPECT_EQ(kSysMprotect, SYS_mprotect);
  EXPECT_EQ(kSysMunmap, SYS_munmap);
  EXPECT_EQ(kSysRtSigaction, SYS_rt_sigaction);
  EXPECT_EQ(kSysRtSigprocmask, SYS_rt_sigprocmask);
  EXPECT_EQ(kSysSchedYield, SYS_sched_yield);
  EXPECT_EQ(kSysMincore, SYS_mincore);
  EXPECT_EQ(kSysMadvise, SYS_madvise);
  EXPECT_EQ(kSysNanosleep, SYS_nanosleep);
  EXPECT_EQ(kSysGetpid, SYS_getpid);
  EXPECT_EQ(kSysClone, SYS_clone);
  EXPECT_EQ(kSysExit, SYS_exit);
  EXPECT_EQ(kSysSigaltstack, SYS_sigaltstack);
  EXPECT_EQ(kSysGettid, SYS_gettid);
  EXPECT_EQ(kSysFutex, SYS_futex);
  EXPECT_EQ(kSysSchedGetaffinity, SYS_sched_getaffinity);
  EXPECT_EQ(kSysClockGettime, SYS_clock_gettime);
  EXPECT_EQ(kSysExitGroup, SYS_exit_group);
  EXPECT_EQ(kSysTgkill, SYS_tgkill);
  EXPECT_EQ(kSysRtTgsigqueueinfo, SYS_rt_tgsigqueueinfo);
  EXPECT_EQ(kSysSetitimer, SYS_setitimer);
  EXPECT_EQ(kSysOpenat, SYS_openat);
  EXPECT_EQ(kSysGetcwd, SYS_getcwd);
  EXPECT_EQ(kSysPrlimit64, SYS_prlimit64);
  EXPECT_EQ(kSysMembarrier, SYS_membarrier);
  EXPECT_EQ(kSysPidfdOpen, SYS_pidfd_open);
  EXPECT_EQ(kSysProcessMadvise, SYS_process_madvise);
}

TEST(LinuxAbi, ConstantsAreTheKernels) {
  EXPECT_EQ(kEPERM, EPERM);
  EXPECT_EQ(kENOENT, ENOENT);
  EXPECT_EQ(kEINTR, EINTR);
  EXPECT_EQ(kEAGAIN, EAGAIN);
  EXPECT_EQ(kENOMEM, ENOMEM);
  EXPECT_EQ(kEFAULT, EFAULT);
  EXPECT_EQ(kEINVAL, EINVAL);
  EXPECT_EQ(kENOSYS, ENOSYS);
  EXPECT_EQ(kETIMEDOUT, ETIMEDOUT);
  EXPECT_EQ(kO_CLOEXEC, O_CLOEXEC);
  EXPECT_EQ(kO_WRONLY, O_WRONLY);
  EXPECT_EQ(kO_CREAT, O_CREAT);
  EXPECT_EQ(kO_TRUNC, O_TRUNC);
  EXPECT_EQ(kPROT_READ, PROT_READ);
  EXPECT_EQ(kPROT_WRITE, PROT_WRITE);
  EXPECT_EQ(kMAP_PRIVATE, MAP_PRIVATE);
  EXPECT_EQ(kMAP_FIXED, MAP_FIXED);
  EXPECT_EQ(kMAP_ANONYMOUS, MAP_ANONYMOUS);
  EXPECT_EQ(kMAP_NORESERVE, MAP_NORESERVE);
  EXPECT_EQ(kMADV_DONTNEED, MADV_DONTNEED);
  EXPECT_EQ(kMADV_NOHUGEPAGE, MADV_NOHUGEPAGE);
  EXPECT_EQ(kSIGQUIT, SIGQUIT);
  EXPECT_EQ(kSIGTRAP, SIGTRAP);
  EXPECT_EQ(kSIGABRT, SIGABRT);
  EXPECT_EQ(kSIGBUS, SIGBUS);
  EXPECT_EQ(kSIGSEGV, SIGSEGV);
  EXPECT_EQ(kSIGURG, SIGURG);
  EXPECT_EQ(kSIG_BLOCK, SIG_BLOCK);
  EXPECT_EQ(kSIG_UNBLOCK, SIG_UNBLOCK);
  EXPECT_EQ(kSIG_SETMASK, SIG_SETMASK);
  EXPECT_EQ(kSA_SIGINFO, static_cast<unsigned long>(SA_SIGINFO));
  EXPECT_EQ(kSA_ONSTACK, static_cast<unsigned long>(SA_ONSTACK));
  EXPECT_EQ(kSA_RESTART, static_cast<unsigned long>(SA_RESTART));
  EXPECT_EQ(kSA_NODEFER, static_cast<unsigned long>(SA_NODEFER));
  EXPECT_EQ(kSA_RESETHAND, static_cast<unsigned long>(static_cast<unsigned>(SA_RESETHAND)));
  EXPECT_EQ(kSS_ONSTACK, SS_ONSTACK);
  EXPECT_EQ(kSS_DISABLE, SS_DISABLE);
  EXPECT_EQ(kSI_KERNEL, SI_KERNEL);
  EXPECT_EQ(kSEGV_MAPERR, SEGV_MAPERR);
  EXPECT_EQ(kSEGV_ACCERR, SEGV_ACCERR);
  EXPECT_EQ(int{kMEMBARRIER_CMD_QUERY}, int{MEMBARRIER_CMD_QUERY});
  EXPECT_EQ(int{kMEMBARRIER_CMD_PRIVATE_EXPEDITED}, int{MEMBARRIER_CMD_PRIVATE_EXPEDITED});
  EXPECT_EQ(int{kMEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED}, int{MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED});
  EXPECT_EQ(kRLIMIT_STACK, RLIMIT_STACK);
  EXPECT_EQ(kRLIMIT_AS, RLIMIT_AS);
}

TEST(LinuxAbi, StructsAreTheKernels) {
  EXPECT_EQ(sizeof(Timespec), sizeof(timespec));
  EXPECT_EQ(sizeof(Iovec), sizeof(iovec));
  EXPECT_EQ(sizeof(Rlimit), sizeof(rlimit));
  EXPECT_EQ(sizeof(StackT), sizeof(stack_t));
  EXPECT_EQ(offsetof(StackT, ss_size), offsetof(stack_t, ss_size));
  EXPECT_EQ(offsetof(Siginfo, code), offsetof(siginfo_t, si_code));
  EXPECT_EQ(offsetof(Siginfo, addr), offsetof(siginfo_t, si_addr));
  EXPECT_EQ(offsetof(Siginfo, sender.pid), offsetof(siginfo_t, si_pid));
  EXPECT_EQ(offsetof(Siginfo, call.number), offsetof(siginfo_t, si_syscall));
}

TEST(Syscall, ReturnsMinusErrnoAndLeavesErrnoAlone) {
  errno = 4711;
  EXPECT_EQ(Close(-1), -EBADF);
  EXPECT_EQ(Open("/does/not/exist", kO_RDONLY), -kENOENT);
  EXPECT_TRUE(IsError(Mmap(nullptr, 0, kPROT_NONE, kMAP_PRIVATE | kMAP_ANONYMOUS, -1, 0)));
  EXPECT_EQ(errno, 4711);
}

TEST(Syscall, PassesSixArguments) {
  // mmap is the only one of ours that uses all six; the offset, the last one, shows in what is mapped.
  const long fd = Open("/proc/self/exe", kO_RDONLY | kO_CLOEXEC);
  ASSERT_GE(fd, 0);
  const long page = sysconf(_SC_PAGESIZE);
  char want[64];
  ASSERT_EQ(pread(static_cast<int>(fd), want, sizeof(want), page), static_cast<ssize_t>(sizeof(want)));
  const long p = Mmap(nullptr, page, kPROT_READ, kMAP_PRIVATE, static_cast<int>(fd), page);
  ASSERT_FALSE(IsError(p));
  EXPECT_EQ(memcmp(reinterpret_cast<void*>(p), want, sizeof(want)), 0);
  EXPECT_EQ(Munmap(reinterpret_cast<void*>(p), page), 0);
  EXPECT_EQ(Close(static_cast<int>(fd)), 0);
}

TEST(Syscall, IdentifiesProcessAndThread) {
  EXPECT_EQ(Getpid(), getpid());
  EXPECT_EQ(Gettid(), getpid());
  int other = 0;
  std::thread([&] { other = Gettid(); }).join();
  EXPECT_NE(other, getpid());
}

TEST(NumCPU, IsTheAffinityMask) {
  cpu_set_t set;
  ASSERT_EQ(sched_getaffinity(0, sizeof(set), &set), 0);
  EXPECT_EQ(NumCPU(), CPU_COUNT(&set));
}

TEST(Getrlimit, IsLibcs) {
  Rlimit ours;
  rlimit libcs;
  ASSERT_EQ(Getrlimit(kRLIMIT_STACK, &ours), 0);
  ASSERT_EQ(getrlimit(RLIMIT_STACK, &libcs), 0);
  EXPECT_EQ(ours.rlim_cur, libcs.rlim_cur);
  EXPECT_EQ(ours.rlim_max, libcs.rlim_max);
}

TEST(Nanotime, IsClockMonotonic) {
  const auto libc_now = [] {
    timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return int64_t{ts.tv_sec} * 1'000'000'000 + ts.tv_nsec;
  };
  const int64_t before = libc_now();
  const int64_t now = Nanotime();
  EXPECT_LE(before, now);
  EXPECT_LE(now, libc_now());
}

TEST(Futex, ReturnsAtOnceWhenTheWordDiffers) {
  uint32_t word = 1;
  EXPECT_EQ(FutexWait(&word, 0, -1), -kEAGAIN);
}

TEST(Futex, TimesOut) {
  uint32_t word = 1;
  const int64_t start = Nanotime();
  EXPECT_EQ(FutexWait(&word, 1, 2'000'000), -kETIMEDOUT);
  EXPECT_GE(Nanotime() - start, 2'000'000);
  EXPECT_EQ(FutexWake(&word, 1), 0);
}

TEST(Usleep, LastsAtLeastItsTime) {
  const int64_t start = Nanotime();
  Usleep(2'000);
  EXPECT_GE(Nanotime() - start, 2'000'000);
}

TEST(Membarrier, WorksOnceRegistered) {
  const long commands = Membarrier(kMEMBARRIER_CMD_QUERY);
  if (commands == -kENOSYS || (commands & kMEMBARRIER_CMD_PRIVATE_EXPEDITED) == 0)
    GTEST_SKIP() << "skipped: old kernel";
  EXPECT_EQ(Membarrier(kMEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED), 0);
  EXPECT_EQ(Membarrier(kMEMBARRIER_CMD_PRIVATE_EXPEDITED), 0);
  EXPECT_EQ(Membarrier(1 << 30), -kEINVAL);
}

}  // namespace
}  // namespace gort::runtime::sys
