#include "gort/runtime/goroutine/errno.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "gort/runtime/goroutine/goroutine.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

TEST(Errno, IsTheOneThatTheLastCallSet) {
  SetErrno(0);
  EXPECT_EQ(close(-1), -1);
  EXPECT_EQ(Errno(), EBADF);
  SetErrno(ENOENT);
  EXPECT_EQ(errno, ENOENT);
}

// In one function, the errno of whichever thread the goroutine is on. It yields until another thread has taken it up, which needs
// only a second thread that finds time to.
TEST(Errno, IsTheNewThreadsAfterAChangeOfThreads) {
  GoMaxProcs(2);
  const long before = syscall(SYS_gettid);
  SetErrno(EXDEV);
  long now = before;
  for (int i = 0; i < 100'000 && now == before; ++i) {
    Go([] { Gosched(); });
    Gosched();
    now = syscall(SYS_gettid);
  }
  if (now == before) GTEST_SKIP() << "100,000 yields and never another thread: the machine is too busy to tell";
  EXPECT_EQ(close(-1), -1);
  EXPECT_EQ(Errno(), EBADF);
}

TEST(Errno, EachThreadHasItsOwn) {
  SetErrno(EXDEV);
  LockOSThread();
  std::thread([] { SetErrno(EPERM); }).join();
  SetErrno(EXDEV);
  EXPECT_EQ(Errno(), EXDEV);
  UnlockOSThread();
}

}  // namespace
}  // namespace gort
