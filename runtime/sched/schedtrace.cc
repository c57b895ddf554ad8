#include "gort/runtime/sched/schedtrace.h"

#include <atomic>

#include "gort/gstruct/m.h"
#include "gort/gstruct/p.h"
#include "gort/gstruct/status.h"
#include "gort/gstruct/waitreason.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/machine.h"
#include "gort/runtime/sched/peek.h"
#include "gort/runtime/sched/procs.h"
#include "gort/runtime/sched/runq.h"
#include "gort/runtime/sys/print.h"

namespace gort::runtime {

namespace {

// Constant after schedtraceinit.
constinit std::int64_t period_ns = 0;  // 0: off
constinit bool detailed = false;
// Writer and reader: sysmon, but for schedtraceinit.
constinit std::int64_t first_ns = 0;
constinit std::int64_t next_ns = INT64_MAX;

const char* Bool(bool value) { return value ? "true" : "false"; }

// "nil", or the number that identifies it.
void PutId(sys::Printer* out, const p* pp) { pp != nullptr ? out->Dec(pp->id) : out->Str("nil"); }
void PutId(sys::Printer* out, const m* mp) { mp != nullptr ? out->Dec(Peek(mp->id)) : out->Str("nil"); }
void PutId(sys::Printer* out, const g* gp) { gp != nullptr ? out->Udec(Peek(gp->goid)) : out->Str("nil"); }

void PrintP(sys::Printer* out, const p* pp) {
  out->Str("  P").Dec(pp->id).Str(": status=").Udec(pp->status.load(std::memory_order_relaxed));
  out->Str(" schedtick=").Udec(pp->schedtick.load(std::memory_order_relaxed));
  out->Str(" syscalltick=").Udec(pp->syscalltick.load(std::memory_order_relaxed) / 2);  // ours counts ends, too
  out->Str(" m=");
  PutId(out, pp->m.load(std::memory_order_relaxed));
  out->Str(" runqsize=").Udec(runqlen(pp)).Str(" gfreecnt=").Dec(Peek(pp->gFree.size));
  out->Str(" timerslen=").Udec(Peek(pp->timers.len)).Char('\n');
}

void PrintM(sys::Printer* out, const m* mp) {
  out->Str("  M").Dec(Peek(mp->id)).Str(": p=");
  PutId(out, Peek(mp->p));
  out->Str(" curg=");
  PutId(out, Peek(mp->curg));
  out->Str(" mallocing=0 throwing=0 preemptoff= locks=").Dec(mp->locks.load(std::memory_order_relaxed));
  out->Str(" dying=").Dec(Peek(mp->dying)).Str(" spinning=").Str(Bool(Peek(mp->spinning)));
  out->Str(" blocked=").Str(Bool(Peek(mp->blocked))).Str(" lockedg=");
  PutId(out, Peek(mp->lockedg));
  out->Char('\n');
}

void PrintG(sys::Printer* out, const g* gp) {
  const std::uint32_t status = gp->atomicstatus.load(std::memory_order_relaxed);
  out->Str("  G").Udec(Peek(gp->goid)).Str(": status=").Udec(status).Char('(');
  if (status == kGwaiting) out->Str(WaitReasonText(Peek(gp->waitreason)));
  out->Str(") m=");
  PutId(out, Peek(gp->m));
  out->Str(" lockedm=");
  PutId(out, Peek(gp->lockedm));
  out->Char('\n');
}

// What a P's queues hold, in one line for all.
void PrintRunqs(sys::Printer* out) {
  const std::int32_t n = gomaxprocs.load(std::memory_order_relaxed);
  out->Str(" [ ");
  for (std::int32_t i = 0; i < n; ++i) out->Udec(runqlen(procat(i))).Char(' ');
  out->Str("] schedticks=[ ");
  for (std::int32_t i = 0; i < n; ++i) out->Udec(procat(i)->schedtick.load(std::memory_order_relaxed)).Char(' ');
  out->Str("]\n");
}

void PrintDetails(sys::Printer* out) {
  const std::int32_t n = gomaxprocs.load(std::memory_order_relaxed);
  for (std::int32_t i = 0; i < n; ++i) PrintP(out, procat(i));
  for (const m* mp = allm.load(std::memory_order_acquire); mp != nullptr; mp = mp->alllink) PrintM(out, mp);
  for (const g* gp = allgs.load(std::memory_order_acquire); gp != nullptr; gp = gp->alllink) PrintG(out, gp);
}

void Print(std::int64_t since_first_ns) {
  constexpr std::int64_t kNsPerMs = 1'000'000;
  // Not while we print: who reads fd 2 may be slow, and everybody wants the lock.
  lock(&sched.lock);
  const std::int32_t threads = mcount();
  const std::int32_t nmidlelocked = sched.nmidlelocked;
  const std::int32_t stopwait = sched.stopwait;
  unlock(&sched.lock);
  sys::Printer out;
  out.Str("SCHED ")
      .Dec(since_first_ns / kNsPerMs)
      .Str("ms: gomaxprocs=")
      .Dec(gomaxprocs.load(std::memory_order_relaxed));
  out.Str(" idleprocs=").Dec(sched.npidle.load(std::memory_order_relaxed)).Str(" threads=").Dec(threads);
  out.Str(" spinningthreads=").Dec(sched.nmspinning.load(std::memory_order_relaxed));
  out.Str(" needspinning=").Udec(sched.needspinning.load(std::memory_order_relaxed));
  out.Str(" idlethreads=").Dec(sched.nmidle.load(std::memory_order_relaxed));
  out.Str(" runqueue=").Dec(sched.runqsize.load(std::memory_order_relaxed));
  if (!detailed) {
    PrintRunqs(&out);
    return;
  }
  out.Str(" gcwaiting=").Str(Bool(sched.gcwaiting.load(std::memory_order_relaxed)));
  out.Str(" nmidlelocked=").Dec(nmidlelocked).Str(" stopwait=").Dec(stopwait);
  out.Str(" sysmonwait=").Str(Bool(sched.sysmonwait.load(std::memory_order_relaxed))).Char('\n');
  PrintDetails(&out);
}

}  // namespace

void schedtraceinit(std::int32_t period_ms, bool detail) {
  period_ns = std::int64_t{period_ms} * 1'000'000;
  detailed = detail;
  next_ns = period_ns != 0 ? 0 : INT64_MAX;
}

std::int64_t schedtracewhen() { return next_ns; }

void schedtracerun(std::int64_t now_ns) {
  if (now_ns < next_ns) return;
  if (first_ns == 0) first_ns = now_ns;
  next_ns = now_ns + period_ns;
  Print(now_ns - first_ns);
}

}  // namespace gort::runtime
