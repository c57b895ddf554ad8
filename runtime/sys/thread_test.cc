// The threads under test have no libc: what runs on them uses layer 1 only, and says what it saw through atomics.
#include "gort/runtime/sys/thread.h"

#include <cerrno>
#include <cstddef>

#include "gort/runtime/sys/linux.h"
#include "gtest/gtest.h"

namespace gort::runtime::sys {
namespace {

constexpr size_t kStackBytes = 64 << 10;
constexpr size_t kTlsWords = 64;

uintptr_t ThreadPointer() {
  uintptr_t tp;
#if defined(__x86_64__)
  asm("movq %%fs:0, %0" : "=r"(tp));
#elif defined(__aarch64__)
  asm("mrs %0, tpidr_el0" : "=r"(tp));
#else
  asm("mv %0, tp" : "=r"(tp));
#endif
  return tp;
}

// A thread's memory and what it found. One per test, static: nothing else knows when the kernel lets go of it.
struct RawThread {
  alignas(16) unsigned char stack[kStackBytes];
  // The middle is the thread pointer: amd64 looks on both sides of it.
  alignas(64) uintptr_t tls[kTlsWords];
  std::atomic<uint32_t> stack_wait{1};
  std::atomic<int> tid{0};
  std::atomic<uintptr_t> thread_pointer{0};
  std::atomic<uintptr_t> frame{0};
  std::atomic<bool> go_on{true};

  void* StackHi() { return stack + kStackBytes; }
  uintptr_t* Tls() { return tls + kTlsWords / 2; }
  long Start(void (*fn)(void*)) {
    *Tls() = reinterpret_cast<uintptr_t>(Tls());
    return NewThread(StackHi(), Tls(), fn, this);
  }
};

void LookAround(void* arg) {
  auto* self = static_cast<RawThread*>(arg);
  self->frame = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  self->thread_pointer = ThreadPointer();
  while (!self->go_on) SchedYield();
  self->tid = Gettid();
}

void LookAroundAndExit(void* arg) {
  LookAround(arg);
  ExitThread(&static_cast<RawThread*>(arg)->stack_wait);
}

void WaitUntilGone(long tid) {
  while (Tgkill(Getpid(), static_cast<int>(tid), 0) != -ESRCH) SchedYield();
}

TEST(NewThread, RunsOnItsOwnStackWithItsOwnThreadPointer) {
  static RawThread thread;
  const long tid = thread.Start(&LookAround);
  ASSERT_GT(tid, 0);
  WaitUntilGone(tid);
  EXPECT_EQ(thread.tid, tid);
  EXPECT_NE(thread.tid, Gettid());
  EXPECT_EQ(thread.thread_pointer, reinterpret_cast<uintptr_t>(thread.Tls()));
  EXPECT_GT(thread.frame, reinterpret_cast<uintptr_t>(thread.stack));
  EXPECT_LT(thread.frame, reinterpret_cast<uintptr_t>(thread.StackHi()));
}

TEST(NewThread, EndsAloneWhenItsFunctionReturns) {
  static RawThread thread;
  thread.go_on = false;
  const long tid = thread.Start(&LookAround);
  ASSERT_GT(tid, 0);
  EXPECT_EQ(Tgkill(Getpid(), static_cast<int>(tid), 0), 0);  // one of ours, while it runs
  thread.go_on = true;
  WaitUntilGone(tid);
  EXPECT_EQ(thread.tid, tid);  // and the process is still there
}

TEST(NewThread, TakesAnUnalignedTop) {
  static RawThread thread;
  *thread.Tls() = reinterpret_cast<uintptr_t>(thread.Tls());
  const long tid = NewThread(thread.stack + kStackBytes - 7, thread.Tls(), &LookAround, &thread);
  ASSERT_GT(tid, 0);
  WaitUntilGone(tid);
  EXPECT_EQ(thread.frame % 16, 0u);
  EXPECT_EQ(thread.tid, tid);
}

TEST(ExitThread, GivesTheStackBack) {
  static RawThread thread;
  for (int i = 0; i < 100; ++i) {
    thread.stack_wait = 1;
    thread.tid = 0;
    const long tid = thread.Start(&LookAroundAndExit);
    ASSERT_GT(tid, 0);
    while (thread.stack_wait.load(std::memory_order_acquire) != 0) SchedYield();
    EXPECT_EQ(thread.tid, tid);
    // From here on the thread, if the kernel has not ended it yet, needs neither stack nor TLS: the next one gets both.
    for (unsigned char& byte : thread.stack) byte = 0xcc;
  }
}

}  // namespace
}  // namespace gort::runtime::sys
