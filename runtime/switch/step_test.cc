// Every instruction of the switch routines can be interrupted by a profiler. This test is one: it single-steps through
// them with the processor's trap flag and, at each instruction, unwinds with the exception tables and along the frame
// pointers. Both walks must end, and must either reach the goroutine's marker function or stop at the routine itself,
// where two stacks are half in place.

#include <signal.h>
#include <ucontext.h>
#include <unwind.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <string>

#include "gort/runtime/switch/switch.h"
#include "gort/runtime/switch/test_m.h"
#include "gtest/gtest.h"

extern "C" {
extern char gort_gogo[] asm("runtime.gogo");
extern char gort_mcall[] asm("runtime.mcall");
extern char gort_systemstack[] asm("runtime.systemstack");
}

namespace gort::runtime {
namespace {

constexpr int kMostFrames = 64;

struct Seen {
  int steps = 0;    // instructions of the routine
  int stopped = 0;  // of them: the walk ended at the routine
  int reached = 0;  // of them: the walk reached the marker
};

struct Walk {
  std::uintptr_t start;
  int frames = 0;
  bool started = false;
  bool reached = false;
};

void* marker;  // the function on the goroutine that walks must find
std::map<std::uintptr_t, Seen>* seen;
std::string* trouble;

gobuf here;
gobuf there;

// Two functions around the inline switch.
[[gnu::noinline]] void SwitchHere() {
  gobufswitch(&here, &there);
  asm volatile("");
}
void SwitchBack(void*) {
  for (;;) gobufswitch(&there, &here);
}

// The routine that `pc` is in, or 0. The table is that of the linker: by FDE, not by symbol.
std::uintptr_t RoutineAt(std::uintptr_t pc) {
  void* function = _Unwind_FindEnclosingFunction(reinterpret_cast<void*>(pc + 1));
  for (char* routine : {gort_gogo, gort_mcall, gort_systemstack}) {
    if (function == routine) return reinterpret_cast<std::uintptr_t>(routine);
  }
  for (void* caller : {reinterpret_cast<void*>(&SwitchHere), reinterpret_cast<void*>(&SwitchBack)}) {
    if (function == caller) return reinterpret_cast<std::uintptr_t>(caller);
  }
  return 0;
}

_Unwind_Reason_Code Visit(_Unwind_Context* context, void* arg) {
  auto* walk = static_cast<Walk*>(arg);
  const std::uintptr_t pc = _Unwind_GetIP(context);
  if (!walk->started) {
    if (pc != walk->start) return _URC_NO_REASON;  // the handler's own frames
    walk->started = true;
  }
  if (pc == 0) return _URC_END_OF_STACK;  // how the unwinder shows the end
  if (++walk->frames > kMostFrames) return _URC_END_OF_STACK;
  if (_Unwind_FindEnclosingFunction(reinterpret_cast<void*>(pc)) == marker) walk->reached = true;
  return _URC_NO_REASON;
}

// As a sampling profiler does it: each step must lie higher on the stack that sp is on.
int FramePointerWalk(std::uintptr_t sp, std::uintptr_t bp) {
  constexpr std::uintptr_t kMostBytes = TestG::kBytes;
  int frames = 0;
  std::uintptr_t low = sp;
  while (bp >= low && bp - sp < kMostBytes && bp % sizeof(bp) == 0 && frames <= kMostFrames) {
    low = bp + 1;
    bp = *reinterpret_cast<std::uintptr_t*>(bp);
    ++frames;
  }
  return frames;
}

void OnStep(int, siginfo_t*, void* ucontext) {
  auto* registers = static_cast<ucontext_t*>(ucontext)->uc_mcontext.gregs;
  const auto pc = static_cast<std::uintptr_t>(registers[REG_RIP]);
  const std::uintptr_t routine = RoutineAt(pc);
  if (routine == 0) return;
  Walk walk{pc};
  _Unwind_Backtrace(&Visit, &walk);
  Seen& s = (*seen)[routine];
  ++s.steps;
  if (walk.reached) ++s.reached;
  if (!walk.reached && walk.frames == 1) ++s.stopped;
  if (!walk.started) *trouble += "the walk did not begin at the interrupted instruction; ";
  if (walk.frames > kMostFrames) *trouble += "the walk by tables does not end; ";
  if (!walk.reached && walk.frames > 1) {
    *trouble += "a walk went on from +" + std::to_string(pc - routine) + " but missed the goroutine; ";
  }
  const auto sp = static_cast<std::uintptr_t>(registers[REG_RSP]);
  const auto bp = static_cast<std::uintptr_t>(registers[REG_RBP]);
  if (FramePointerWalk(sp, bp) > kMostFrames) *trouble += "the walk along frame pointers does not end; ";
}

void StartStepping() {
  asm volatile("pushfq; orq $0x100, (%%rsp); popfq" ::: "memory", "cc");
}
void StopStepping() {
  asm volatile("pushfq; andq $~0x100, (%%rsp); popfq" ::: "memory", "cc");
}

[[gnu::noinline]] void Marker(void (*f)(void*), void* arg) {
  f(arg);
  asm volatile("");  // no tail call: this frame must be there
}

class StepTest : public testing::Test {
 protected:
  void SetUp() override {
    if (GORT_FIBER_HOOKS) GTEST_SKIP() << "sanitizers see to traps themselves; the routines are the same without them";
    marker = reinterpret_cast<void*>(&Marker);
    seen = &seen_;
    trouble = &trouble_;
    stack_t alternate = {};
    alternate.ss_sp = alternate_;
    alternate.ss_size = sizeof(alternate_);
    sigaltstack(&alternate, nullptr);
    struct sigaction action = {};
    action.sa_sigaction = &OnStep;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigaction(SIGTRAP, &action, nullptr);
    Walk warm{1};
    _Unwind_Backtrace(&Visit, &warm);  // the unwinder's first call may allocate
  }
  void TearDown() override {
    signal(SIGTRAP, SIG_DFL);
    stack_t off = {};
    off.ss_flags = SS_DISABLE;
    sigaltstack(&off, nullptr);
  }

  const Seen& Of(char* routine) { return seen_[reinterpret_cast<std::uintptr_t>(routine)]; }

  std::map<std::uintptr_t, Seen> seen_;
  std::string trouble_;
  alignas(16) unsigned char alternate_[256 * 1024];
};

TEST_F(StepTest, ParkAndResume) {
  TestM mp;
  TestG gp([] {
    Marker(
        [](void*) {
          StartStepping();
          TestM::Park();
          StopStepping();
        },
        nullptr);
  });
  mp.Run(&gp);
  StartStepping();
  mp.Run(&gp);
  StopStepping();
  EXPECT_EQ(trouble_, "");
  EXPECT_GT(Of(gort_mcall).reached, 20) << "while the goroutine's stack is whole: before the switch and after it";
  EXPECT_GT(Of(gort_mcall).stopped, 2) << "on g0";
  EXPECT_EQ(Of(gort_mcall).reached + Of(gort_mcall).stopped, Of(gort_mcall).steps);
  EXPECT_GT(Of(gort_gogo).steps, 10);
}

TEST_F(StepTest, SystemstackIsTransparent) {
  TestM mp;
  TestG gp([] {
    Marker(
        [](void*) {
          StartStepping();
          systemstack([](void*) {}, nullptr);
          systemstack([](void*) { systemstack([](void*) {}, nullptr); }, nullptr);
          StopStepping();
        },
        nullptr);
  });
  mp.Run(&gp);
  EXPECT_EQ(trouble_, "");
  EXPECT_GT(Of(gort_systemstack).steps, 20);
  EXPECT_EQ(Of(gort_systemstack).reached, Of(gort_systemstack).steps);
}

TEST_F(StepTest, BareSwitch) {
  alignas(16) static std::byte memory[64 * 1024];
  const auto lo = reinterpret_cast<std::uintptr_t>(memory);
  gostartcall(&there, nullptr, {lo, lo + sizeof(memory)}, &SwitchBack, nullptr, 0);
  Marker(
      [](void*) {
        StartStepping();
        SwitchHere();  // enters the other context
        SwitchHere();  // resumes it
        StopStepping();
      },
      nullptr);
  EXPECT_EQ(trouble_, "");
  const Seen& caller = seen_[reinterpret_cast<std::uintptr_t>(&SwitchHere)];
  EXPECT_GT(caller.reached, 10);
  EXPECT_GT(caller.stopped, 2) << "while two stacks are half in place";
  EXPECT_EQ(caller.reached + caller.stopped, caller.steps);
}

}  // namespace
}  // namespace gort::runtime
