#include "gort/runtime/sched/dump.h"

#include <atomic>

#include "gort/gstruct/m.h"
#include "gort/gstruct/status.h"
#include "gort/gstruct/waitreason.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/print.h"

namespace gort::runtime {

namespace {

const char* StatusText(const g* gp) {
  switch (gp->atomicstatus.load(std::memory_order_acquire)) {
    case kGidle: return "idle";
    case kGrunnable: return "runnable";
    case kGrunning: return "running";
    case kGsyscall: return "syscall";
    case kGwaiting: return gp->waitreason == WaitReason::kZero ? "waiting" : WaitReasonText(gp->waitreason);
    case kGdead: return "dead";
    default: return "???";
  }
}

// After "fatal error: ...": a failing goroutine is shown alone, for its fault is its own. When the scheduler failed, on
// g0, nobody is to blame and all are shown.
void DumpForFatal(const char*) {
  g* gp = getg();
  if (gp == nullptr) return;
  if (gp == gp->m->g0) gp = gp->m->curg;
  if (gp != nullptr) {
    DumpGoroutine(gp, nullptr);
  } else {
    DumpAllGoroutines();
  }
}

}  // namespace

void DumpGoroutine(g* gp, void* ucontext) {
  sys::Printer out;
  out.Str("\ngoroutine ").Udec(gp->goid).Str(" [").Str(StatusText(gp)).Str("]:");
  if (gp->name != nullptr) out.Str("  // ").Str(gp->name);
  out.Char('\n').Flush();
  if (hooks.traceback != nullptr) hooks.traceback(gp, ucontext);
  if (gp->gofunction != nullptr) {
    out.Str("created by ").Str(gp->gofunction).Str(" in goroutine ").Udec(gp->parentGoid).Str("\n\t");
    out.Str(gp->gofile).Char(':').Udec(gp->goline).Char('\n');
  }
}

void DumpAllGoroutines() {
  for (g* gp = allgs.load(std::memory_order_acquire); gp != nullptr; gp = gp->alllink) {
    if (gp->atomicstatus.load(std::memory_order_acquire) != kGdead) DumpGoroutine(gp, nullptr);
  }
}

void InstallFatalDump() { sys::SetFatalHook(&DumpForFatal); }

}  // namespace gort::runtime
