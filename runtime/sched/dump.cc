#include "gort/runtime/sched/dump.h"

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "gort/gstruct/m.h"
#include "gort/gstruct/status.h"
#include "gort/gstruct/synctest.h"
#include "gort/gstruct/waitreason.h"
#include "gort/runtime/sched/bubble.h"
#include "gort/runtime/sched/callers.h"
#include "gort/runtime/sched/coarseclock.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/gotraceback.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/sched/labels.h"
#include "gort/runtime/sched/thread.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/switch/switch.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/linux.h"
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

// For how long gp has been waiting, or in a call that blocks its thread; in whole minutes.
std::int64_t MinutesWaiting(const g* gp) {
  constexpr std::int64_t kMinuteNs = 60'000'000'000;
  const std::uint32_t status = gp->atomicstatus.load(std::memory_order_acquire);
  if (status != kGwaiting && status != kGsyscall) return 0;
  const std::int64_t since = gp->waitsince != 0 ? gp->waitsince : coarsestart.load(std::memory_order_relaxed);
  return since != 0 ? (sys::Nanotime() - since) / kMinuteNs : 0;
}

// Source: Go 1.27 runtime.goroutineheader.
void PrintHead(const g* gp, const DumpOptions& options, sys::Printer* out) {
  out->Str("\ngoroutine ").Udec(gp->goid);
  if (options.system) {
    out->Str(" gp=").Hex(reinterpret_cast<std::uintptr_t>(gp));
    if (const m* mp = gp->m; mp != nullptr) {
      out->Str(" m=").Dec(mp->id).Str(" mp=").Hex(reinterpret_cast<std::uintptr_t>(mp));
    } else {
      out->Str(" m=nil");
    }
  }
  out->Str(" [").Str(StatusText(gp));
  if (isleaked(gp)) out->Str(" (leaked)");
  if (gp->atomicstatus.load(std::memory_order_acquire) == kGwaiting && durablebubble(gp) != nullptr) out->Str(" (durable)");
  if (const std::int64_t minutes = MinutesWaiting(gp); minutes >= 1) out->Str(", ").Dec(minutes).Str(" minutes");
  if (gp->lockedm != nullptr) out->Str(", locked to thread");
  if (gp->bubble != nullptr) out->Str(", synctest bubble ").Udec(gp->bubble->id);
  out->Char(']');
  printlabels(gp, out);
  out->Char(':');
  if (gp->name != nullptr) out->Str("  // ").Escaped(gp->name);
  out->Char('\n');
}

// Source: Go 1.27 runtime.printcreatedby.
void PrintCreatedBy(const g* gp, sys::Printer* out) {
  if (gp->gofunction == nullptr) return;
  out->Str("created by ").Str(gp->gofunction).Str(" in goroutine ").Udec(gp->parentGoid).Str("\n\t");
  out->Str(gp->gofile).Char(':').Udec(gp->goline).Char('\n');
}

// Keeps other threads from taking up another goroutine, so that those which are parked stay so while they are shown. Best
// effort: who computes goes on computing. No lock, for the thread that failed may hold it.
// Source: Go 1.27 runtime.freezetheworld.
void FreezeTheWorld() {
  constexpr std::int32_t kNeverZero = 0x7fffffff;  // Ms count down, and whoever comes to 0 would wake somebody
  sched.stopwait = kNeverZero;
  sched.gcwaiting.store(true, std::memory_order_seq_cst);
  // Who is past its look at gcwaiting, but not yet in the goroutine that it chose, needs some hundred nanoseconds.
  sys::Usleep(1000);
}

bool IsG0(const g* gp) { return gp->m != nullptr && gp->m->g0 == gp; }

// Where the scheduler itself failed only level system shows its stack: as Go, which calls it "runtime stack".
void DumpFatal(void*) {
  const Traceback level = gotraceback();
  g* gp = FailingG();
  if (gp != nullptr && IsG0(gp) && !isthread(gp) && level < Traceback::kSystem) gp = nullptr;
  DumpForReport(gp, nullptr, level == Traceback::kSingle ? Traceback::kAll : level);
}

void DumpAtLevel(g* gp, void* ucontext, Traceback level) {
  sys::Printer out;
  const DumpOptions options = {.system = level >= Traceback::kSystem};
  const bool others = level >= Traceback::kAll || gp == nullptr || IsG0(gp);
  if (others) FreezeTheWorld();
  if (gp != nullptr) DumpGoroutine(gp, ucontext, options, &out);
  if (others) DumpAllGoroutines(gp, options, &out);
}

bool IsOnStackOf(const g* gp) {
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  return here >= gp->stack.lo && here < gp->stack.hi;
}

// After "fatal error: ...". Not on the goroutine's stack, which may be nearly full.
void DumpForFatal(const char*) {
  g* gp = getg();
  if (gp != nullptr && !IsG0(gp) && IsOnStackOf(gp)) {
    systemstack(&DumpFatal, nullptr);
  } else {
    DumpFatal(nullptr);
  }
}

}  // namespace

bool isleaked(const g* gp) { return gp->atomicstatus.load(std::memory_order_acquire) == kGwaiting && gp->leaked; }

g* FailingG() {
  g* gp = getg();
  return gp != nullptr && IsG0(gp) && gp->m->curg != nullptr ? gp->m->curg : gp;
}

void DumpForReport(g* gp, void* ucontext, Traceback level) {
  if (level != Traceback::kNone) DumpAtLevel(gp, ucontext, level);
  if (hooks.lastwords != nullptr) hooks.lastwords();
}

void DumpGoroutine(g* gp, void* ucontext, const DumpOptions& options, sys::Printer* out) {
  PrintHead(gp, options, out);
  out->Flush();  // the walk may fail, on a stack in ruins
  StackTrace trace;
  if (callersof(gp, ucontext, &trace)) {
    hooks.printframes(trace, options.system, out);
  } else if (hooks.callers != nullptr) {
    out->Str("\tgoroutine running on other thread; stack unavailable\n");
  }
  PrintCreatedBy(gp, out);
  out->Flush();
}

void DumpGoroutine(g* gp, void* ucontext) {
  sys::Printer out;
  DumpGoroutine(gp, ucontext, {}, &out);
}

void InstallFatalDump() { sys::SetFatalHook(&DumpForFatal); }

}  // namespace gort::runtime
