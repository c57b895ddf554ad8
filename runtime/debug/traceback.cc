#include "gort/runtime/debug/traceback.h"

#include <cxxabi.h>
#include <unwind.h>

#include <exception>

#include "gort/gstruct/m.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/debug/frames.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/sched/peek.h"
#include "gort/runtime/sched/stacktrace.h"
#include "gort/runtime/sched/ucontext.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/switch/switch.h"
#include "gort/runtime/sys/fatal.h"

extern "C" {
void gort_unwindparked(std::uintptr_t sp, void (*fn)(void*), void* arg) asm("runtime.unwindparked");
extern char gort_goexit[] asm("runtime.goexit");
}

namespace gort::runtime {

namespace {

// What a walk is about.
struct Walk {
  StackTrace* trace;
  bool skipping;  // until start_pc comes by
  std::uintptr_t start_pc;
};

// What a trace begins behind: the frames from here inwards are the report's own, or the C++ runtime's.
constexpr std::size_t kReporterFrames = 16;
bool IsReporter(const void* function) {
  return function != nullptr &&
         (function == reinterpret_cast<void*>(&sys::Fatal) || function == reinterpret_cast<void*>(&abi::__cxa_throw) ||
          function == reinterpret_cast<void*>(&abi::__cxa_rethrow) || function == reinterpret_cast<void*>(&std::terminate));
}

_Unwind_Reason_Code Visit(_Unwind_Context* context, void* arg) {
  auto* walk = static_cast<Walk*>(arg);
  int before_instruction = 0;
  const std::uintptr_t pc = _Unwind_GetIPInfo(context, &before_instruction);
  if (walk->skipping) {
    if (pc != walk->start_pc) return _URC_NO_REASON;
    walk->skipping = false;
  }
  if (pc == 0) return _URC_END_OF_STACK;
  if (walk->trace->count < kReporterFrames && IsReporter(_Unwind_FindEnclosingFunction(reinterpret_cast<void*>(pc - 1)))) {
    walk->trace->count = 0;
    return _URC_NO_REASON;
  }
  if (pc == reinterpret_cast<std::uintptr_t>(gort_goexit) + 1) {
    walk->trace->end = _Unwind_GetCFA(context);
    return _URC_END_OF_STACK;
  }
  // A return address is behind its call; the interrupted instruction of a signal is itself. What the unwinder calls a frame's CFA is
  // its callee's: the sp that the frame has once the call returns.
  walk->trace->Add(pc, _Unwind_GetCFA(context), before_instruction == 0);
  return _URC_NO_REASON;
}

void UnwindHere(void* walk) { _Unwind_Backtrace(&Visit, walk); }

void WalkFrom(std::uintptr_t pc, Walk* walk) {
  walk->skipping = true;
  walk->start_pc = pc;
}

// From the instruction that a signal interrupted. When that is not in a function (a call through a wild pointer), no table
// describes it, but the call has just pushed where it came from; as Go's sigpanic, go on from there.
void WalkInterrupted(const g* gp, const Ucontext* uc, Walk* walk) {
  const std::uintptr_t pc = PcOf(uc);
  if (_Unwind_FindEnclosingFunction(reinterpret_cast<void*>(pc)) != nullptr) {
    WalkFrom(pc, walk);
    UnwindHere(walk);
    return;
  }
  walk->trace->Add(pc, SpOf(uc), false);
#if defined(__x86_64__)
  const std::uintptr_t sp = SpOf(uc);
  if (sp >= gp->stack.lo && sp < gp->stack.hi) walk->trace->Add(*reinterpret_cast<std::uintptr_t*>(sp), sp + sizeof(sp), true);
#endif
}

void FindCallers(g* gp, void* ucontext, StackTrace* trace) {
  Walk walk = {trace, false, 0};
  trace->count = 0;
  trace->end = 0;
  if (ucontext != nullptr) {
    WalkInterrupted(gp, static_cast<const Ucontext*>(ucontext), &walk);
  } else if (const g* self = getg(); self != nullptr && (gp == self || Peek(gp->m) == self->m)) {
    UnwindHere(&walk);
  } else if (gp->sched.sp != gp->stktopsp) {  // it has run: mcall saved it
    // The return address of its mcall, above the registers that mcall pushed.
    WalkFrom(*reinterpret_cast<std::uintptr_t*>(gp->sched.sp + kMcallFrameBytes - sizeof(std::uintptr_t)), &walk);
    gort_unwindparked(gp->sched.sp, &UnwindHere, &walk);
  } else {
    trace->Add(gp->startpc, gp->sched.sp, false);
  }
}

}  // namespace

void InstallTraceback() {
  hooks.callers = &FindCallers;
  hooks.printframes = &PrintFrames;
}

}  // namespace gort::runtime
