#include <unistd.h>
#include <unwind.h>

#include <atomic>
#include <csignal>
#include <cstring>

#include "gort/runtime/sys/linux.h"
#include "gtest/gtest.h"

#if defined(__x86_64__)
extern "C" void __restore_rt();
#endif

namespace gort::runtime::sys {
namespace {

std::atomic<int> handled{0};
std::atomic<bool> unwound_to_raiser{false};

[[gnu::noinline]] void RaiseHere() {
  ASSERT_EQ(Tgkill(Getpid(), Gettid(), SIGUSR2), 0);
  asm volatile("" ::: "memory");  // not a tail call: the frame must be there to be found
}

_Unwind_Reason_Code LookForRaiser(_Unwind_Context* context, void*) {
  if (_Unwind_FindEnclosingFunction(reinterpret_cast<void*>(_Unwind_GetIP(context))) ==
      reinterpret_cast<void*>(&RaiseHere)) {
    unwound_to_raiser = true;
  }
  return _URC_NO_REASON;
}

void Handler(int sig, void*, void*) {
  if (sig != SIGUSR2) return;
  handled.fetch_add(1);
  _Unwind_Backtrace(&LookForRaiser, nullptr);
}

class SignalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KernelSigaction act{};
    act.handler = &Handler;
    act.flags = kSA_SIGINFO;
    ASSERT_EQ(RtSigaction(SIGUSR2, &act, &old_), 0);
  }
  void TearDown() override { ASSERT_EQ(RtSigaction(SIGUSR2, &old_, nullptr), 0); }

  KernelSigaction old_;
};

TEST_F(SignalTest, HandlerRunsAndReturns) {
  const int before = handled;
  RaiseHere();
  EXPECT_EQ(handled, before + 1);
}

// libgcc must recognise our restorer as a signal frame; otherwise the walk ends in the handler.
TEST_F(SignalTest, UnwinderWalksThroughTheSignalFrame) {
  unwound_to_raiser = false;
  RaiseHere();
  EXPECT_TRUE(unwound_to_raiser);
}

TEST_F(SignalTest, BlockedSignalWaitsForUnblock) {
  const int before = handled;
  const SigsetBits set = SigBit(SIGUSR2);
  SigsetBits old = ~SigsetBits{0};
  ASSERT_EQ(RtSigprocmask(kSIG_BLOCK, &set, &old), 0);
  EXPECT_EQ(old & set, 0u);
  RaiseHere();
  EXPECT_EQ(handled, before);
  ASSERT_EQ(RtSigprocmask(kSIG_SETMASK, &old, nullptr), 0);
  EXPECT_EQ(handled, before + 1);
}

TEST_F(SignalTest, SigaltstackComesBackAsSet) {
  StackT before;
  ASSERT_EQ(Sigaltstack(nullptr, &before), 0);
  alignas(16) static char memory[64 << 10];
  const StackT ours{memory, 0, sizeof(memory)};
  ASSERT_EQ(Sigaltstack(&ours, nullptr), 0);
  StackT read;
  ASSERT_EQ(Sigaltstack(&before, &read), 0);
  EXPECT_EQ(read.ss_sp, ours.ss_sp);
  EXPECT_EQ(read.ss_size, ours.ss_size);
}

#if defined(__x86_64__)
// The nine bytes that libgcc and gdb look for. An assembler that chose another encoding would break both in silence.
TEST(Restorer, HasTheBytesThatUnwindersKnow) {
  const unsigned char want[] = {0x48, 0xc7, 0xc0, 0x0f, 0x00, 0x00, 0x00, 0x0f, 0x05};
  EXPECT_EQ(memcmp(reinterpret_cast<const void*>(&__restore_rt), want, sizeof(want)), 0);
}
#endif

}  // namespace
}  // namespace gort::runtime::sys
