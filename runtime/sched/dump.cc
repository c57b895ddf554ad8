#include "gort/runtime/sched/dump.h"

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "gort/gstruct/m.h"
#include "gort/gstruct/status.h"
#include "gort/gstruct/synctest.h"
#include "gort/gstruct/waitreason.h"
#include "gort/runtime/sched/bubble.h"
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

bool IsDead(const g* gp) { return gp->atomicstatus.load(std::memory_order_acquire) == kGdead; }

bool IsLeaked(const g* gp) { return gp->leaked && gp->atomicstatus.load(std::memory_order_acquire) == kGwaiting; }

// Whether a dump of all shows gp.
bool IsWanted(const g* gp, const g* except, const DumpOptions& options) {
  return gp != except && !IsDead(gp) && (!options.leaked || IsLeaked(gp));
}

// Whether gp is at work on another thread, which nobody can stop there: its stack changes while we look.
bool RunsElsewhere(const g* gp) {
  const std::uint32_t status = gp->atomicstatus.load(std::memory_order_acquire);
  if (status != kGrunning && status != kGsyscall) return false;
  const g* self = getg();
  return self == nullptr || gp->m != self->m;
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
  if (IsLeaked(gp)) out->Str(" (leaked)");
  if (gp->atomicstatus.load(std::memory_order_acquire) == kGwaiting && durablebubble(gp) != nullptr) out->Str(" (durable)");
  if (gp->lockedm != nullptr) out->Str(", locked to thread");
  if (gp->bubble != nullptr) out->Str(", synctest bubble ").Udec(gp->bubble->id);
  out->Char(']');
  printlabels(gp, out);
  out->Char(':');
  if (gp->name != nullptr) out->Str("  // ").Str(gp->name);
  out->Char('\n');
}

// Source: Go 1.27 runtime.printcreatedby.
void PrintCreatedBy(const g* gp, sys::Printer* out) {
  if (gp->gofunction == nullptr) return;
  out->Str("created by ").Str(gp->gofunction).Str(" in goroutine ").Udec(gp->parentGoid).Str("\n\t");
  out->Str(gp->gofile).Char(':').Udec(gp->goline).Char('\n');
}

// A goroutine by the number that it had when we looked: meanwhile a dead one may be reused.
struct Numbered {
  std::uint64_t goid;
  g* gp;
};

// Shellsort: in place, no recursion, and <algorithm> needs libc. Source: Ciura's gaps.
void SortByGoid(Numbered* all, std::size_t n) {
  for (const std::size_t gap : {701UL * 2048, 701UL * 128, 701UL * 8, 701UL, 301UL, 132UL, 57UL, 23UL, 10UL, 4UL, 1UL}) {
    for (std::size_t i = gap; i < n; ++i) {
      const Numbered moving = all[i];
      std::size_t at = i;
      for (; at >= gap && all[at - gap].goid > moving.goid; at -= gap) all[at] = all[at - gap];
      all[at] = moving;
    }
  }
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
  if (ucontext == nullptr && RunsElsewhere(gp)) {
    out->Str("\tgoroutine running on other thread; stack unavailable\n");
  } else if (hooks.callers != nullptr) {
    StackTrace trace;
    hooks.callers(gp, ucontext, &trace);
    hooks.printframes(trace, options.system, out);
  }
  PrintCreatedBy(gp, out);
  out->Flush();
}

void DumpGoroutine(g* gp, void* ucontext) {
  sys::Printer out;
  DumpGoroutine(gp, ucontext, {}, &out);
}

void DumpAllGoroutines(const g* except, const DumpOptions& options, sys::Printer* out) {
  g* const newest = allgs.load(std::memory_order_acquire);
  std::size_t count = 0;
  for (const g* gp = newest; gp != nullptr; gp = gp->alllink) ++count;
  if (count == 0) return;
  // Pages of our own, for malloc may be what failed. Rejected: looking through the list for the next higher number each time,
  // which for a hundred thousand goroutines takes longer than printing them.
  const long pages = sys::Mmap(nullptr, count * sizeof(Numbered), sys::kPROT_READ | sys::kPROT_WRITE,
                               sys::kMAP_PRIVATE | sys::kMAP_ANONYMOUS, -1, 0);
  if (pages < 0) {
    for (g* gp = newest; gp != nullptr; gp = gp->alllink) {
      if (IsWanted(gp, except, options)) DumpGoroutine(gp, nullptr, options, out);
    }
    return;
  }
  auto* const all = reinterpret_cast<Numbered*>(pages);
  std::size_t n = 0;
  for (g* gp = newest; gp != nullptr; gp = gp->alllink) {
    if (IsWanted(gp, except, options)) all[n++] = {gp->goid, gp};
  }
  SortByGoid(all, n);
  for (std::size_t i = 0; i < n; ++i) {
    if (!IsDead(all[i].gp)) DumpGoroutine(all[i].gp, nullptr, options, out);
  }
  sys::Munmap(all, count * sizeof(Numbered));
}

void InstallFatalDump() { sys::SetFatalHook(&DumpForFatal); }

}  // namespace gort::runtime
