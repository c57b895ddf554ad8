#include "gort/runtime/sched/procs.h"

#include "gort/gstruct/status.h"
#include "gort/runtime/sched/pin.h"
#include "gort/runtime/sched/runq.h"
#include "gort/runtime/sched/sysmon.h"
#include "gort/runtime/sched/trace.h"
#include "gort/runtime/sys/fatal.h"

namespace gort::runtime {

constinit std::atomic<std::uint32_t> pidlegets{0};

namespace {

// Bit i: P i is idle. Writers: under sched.lock. Readers: thieves. Source: Go 1.27 runtime.idlepMask.
constinit std::atomic<std::uint64_t> idlepMask[kMaxProcs / 64]{};

std::atomic<std::uint64_t>& MaskWord(const p* pp) { return idlepMask[pp->id / 64]; }
std::uint64_t MaskBit(const p* pp) { return std::uint64_t{1} << (pp->id % 64); }

}  // namespace

void acquirep(m* mp, p* pp) {
  if (mp->p != nullptr && mp->phold.load(std::memory_order_relaxed) != kTaken) sys::Fatal("acquirep: the M holds a P already");
  if (pp->status.load(std::memory_order_relaxed) != kPidle) sys::Fatal("acquirep: the P is not idle");
  mp->p = pp;
  traceProc(pp, traceEv::kProcStart, mp);
  // No taker can hold a claim on us that it may win: locks > 0 (pin.h).
  mp->phold.store(kHeld, std::memory_order_relaxed);
  pp->status.store(kPrunning, std::memory_order_relaxed);
  // A new time slice, also when the first goroutine comes from runnext: sysmon must not take it for the last holder's.
  pp->schedtick.store(pp->schedtick.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  // Release: a taker that finds mp here finds the rest.
  pp->m.store(mp, std::memory_order_release);
  // Sequentially consistent, after npidle went down: sysmon sets the flag and then looks at npidle.
  if (sched.sysmonwait.load(std::memory_order_seq_cst)) [[unlikely]] wakesysmon();
}

p* releasep(m* mp) {
  p* pp = mp->p;
  if (pp == nullptr || pp->m.load(std::memory_order_relaxed) != mp) sys::Fatal("releasep: the M does not hold its P");
  traceProc(pp, traceEv::kProcStop, mp);
  mp->p = nullptr;
  pp->m.store(nullptr, std::memory_order_release);
  pp->status.store(kPidle, std::memory_order_relaxed);
  return pp;
}

void pidleput(p* pp) {
  if (!runqempty(pp)) sys::Fatal("pidleput: the P has goroutines to run");
  MaskWord(pp).fetch_or(MaskBit(pp), std::memory_order_relaxed);
  pp->status.store(kPidle, std::memory_order_relaxed);
  pp->link = sched.pidle;
  sched.pidle = pp;
  // Sequentially consistent: one half of the race between submitting work and going idle (findrunnable.cc).
  sched.npidle.fetch_add(1, std::memory_order_seq_cst);
}

p* pidleget() {
  p* pp = sched.pidle;
  if (pp == nullptr) return nullptr;
  sched.pidle = pp->link;
  pp->link = nullptr;
  pidlegets.store(pidlegets.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  MaskWord(pp).fetch_and(~MaskBit(pp), std::memory_order_relaxed);
  sched.npidle.fetch_sub(1, std::memory_order_seq_cst);
  return pp;
}

p* pidlegetSpinning() {
  p* pp = pidleget();
  if (pp == nullptr) sched.needspinning.store(1, std::memory_order_relaxed);
  return pp;
}

bool isidlep(const p* pp) { return (MaskWord(pp).load(std::memory_order_relaxed) & MaskBit(pp)) != 0; }

}  // namespace gort::runtime
