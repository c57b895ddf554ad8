#include "gort/runtime/debug/traceback.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <unwind.h>

#include <cstddef>
#include <exception>

#include "gort/gstruct/m.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/sched/ucontext.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/switch/switch.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/print.h"

extern "C" {
void gort_unwindparked(std::uintptr_t sp, void (*fn)(void*), void* arg) asm("runtime.unwindparked");
extern char gort_goexit[] asm("runtime.goexit");
}

namespace gort::runtime {

namespace {

// Writer: SetSymbolizer, before main. Readers: tracebacks.
constinit Symbolizer symbolize = nullptr;

// As Go: the innermost and the outermost frames, when there are more than both together.
constexpr std::size_t kEnd = 50;

// The innermost kEnd frames in order, and of the rest the last kEnd in a ring.
struct Walk {
  bool skipping;  // until start_pc comes by
  std::uintptr_t start_pc;
  std::uintptr_t first[kEnd];
  std::uintptr_t last[kEnd];
  std::size_t count;
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
  if (walk->count < kReporterFrames && IsReporter(_Unwind_FindEnclosingFunction(reinterpret_cast<void*>(pc - 1)))) {
    walk->count = 0;
    return _URC_NO_REASON;
  }
  if (pc == reinterpret_cast<std::uintptr_t>(gort_goexit) + 1) return _URC_END_OF_STACK;
  // A return address is behind its call; the interrupted instruction of a signal is itself.
  const std::uintptr_t at = before_instruction != 0 ? pc : pc - 1;
  if (walk->count < kEnd) {
    walk->first[walk->count] = at;
  } else {
    walk->last[walk->count % kEnd] = at;
  }
  ++walk->count;
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
  walk->first[walk->count++] = pc;
#if defined(__x86_64__)
  const std::uintptr_t sp = SpOf(uc);
  if (sp >= gp->stack.lo && sp < gp->stack.hi) walk->first[walk->count++] = *reinterpret_cast<std::uintptr_t*>(sp) - 1;
#endif
}

void WalkGoroutine(g* gp, void* ucontext, Walk* walk) {
  walk->count = 0;
  walk->skipping = false;
  if (ucontext != nullptr) {
    WalkInterrupted(gp, static_cast<const Ucontext*>(ucontext), walk);
  } else if (const g* self = getg(); self != nullptr && (gp == self || (gp->m != nullptr && gp->m == self->m))) {
    UnwindHere(walk);
  } else if (gp->sched.sp != gp->stktopsp) {  // it has run: mcall saved it
    // The return address of its mcall, above the registers that mcall pushed.
    WalkFrom(*reinterpret_cast<std::uintptr_t*>(gp->sched.sp + kMcallFrameBytes - sizeof(std::uintptr_t)), walk);
    gort_unwindparked(gp->sched.sp, &UnwindHere, walk);
  } else {
    walk->first[walk->count++] = gp->startpc;
  }
}

// Two lines, as in Go: the function, then where it is. The place is what addr2line wants: module and offset.
void PrintFrame(std::uintptr_t pc, sys::Printer* out) {
  char name[512];
  out->Str(symbolize != nullptr && symbolize(pc, name, sizeof(name)) ? name : "???").Str("\n\t");
  Dl_info module;
  if (dladdr(reinterpret_cast<void*>(pc), &module) != 0 && module.dli_fname != nullptr) {
    out->Str(module.dli_fname).Str(" +").Hex(pc - reinterpret_cast<std::uintptr_t>(module.dli_fbase)).Char(' ');
  }
  out->Str("pc=").Hex(pc).Char('\n');
}

void Traceback(g* gp, void* ucontext) {
  Walk walk;
  WalkGoroutine(gp, ucontext, &walk);
  sys::Printer out;
  for (std::size_t i = 0; i < walk.count && i < kEnd; ++i) PrintFrame(walk.first[i], &out);
  if (walk.count <= kEnd) return;
  std::size_t rest = walk.count - kEnd;
  if (rest > kEnd) {
    out.Str("...").Udec(rest - kEnd).Str(" frames elided...\n");
    rest = kEnd;
  }
  for (std::size_t i = walk.count - rest; i < walk.count; ++i) PrintFrame(walk.last[i % kEnd], &out);
}

}  // namespace

void InstallTraceback() { hooks.traceback = &Traceback; }

void SetSymbolizer(Symbolizer symbolizer) { symbolize = symbolizer; }

std::size_t Callers(g* gp, void* ucontext, std::uintptr_t* pcs, std::size_t most) {
  Walk walk;
  WalkGoroutine(gp, ucontext, &walk);
  for (std::size_t i = 0; i < walk.count && i < most && i < kEnd; ++i) pcs[i] = walk.first[i];
  return walk.count;
}

}  // namespace gort::runtime
