#include "gort/runtime/sched/syscall.h"

#include <atomic>

#include "gort/gstruct/p.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/sched/coarseclock.h"
#include "gort/runtime/sched/machine.h"
#include "gort/runtime/sched/pin.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sched/procs.h"
#include "gort/runtime/sched/trace.h"
#include "gort/runtime/switch/switch.h"

namespace gort::runtime {

namespace {

// Odd: in a call.
void CountSyscall(p* pp) {
  pp->syscalltick.store(pp->syscalltick.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void GivePAway(void* mp) { handoffp(releasep(static_cast<m*>(mp))); }

}  // namespace

void entersyscall() {
  g* gp = getg();
  m* mp = gp->m;
  p* pp = pin(mp);
  traceGo(mp, traceEv::kSyscallEnter, gp);
  gp->waitsince = coarsetime.load(std::memory_order_relaxed);
  casgstatus(gp, kGrunning, kGsyscall);
  if (pp != nullptr) {
    if (canretake()) {
      CountSyscall(pp);
    } else {
      systemstack(&GivePAway, mp);
    }
  }
  unpin(mp);
}

void leavesyscall() {
  g* gp = getg();
  m* mp = gp->m;
  fiber::AwaitLeakCheck(gp);
  p* pp = pin(mp);
  traceGo(mp, traceEv::kSyscallExit, gp);
  casgstatus(gp, kGsyscall, kGrunning);
  if (pp != nullptr) CountSyscall(pp);
  unpin(mp);
}

void exitsyscall() {
  leavesyscall();
  if (getg()->m->p == nullptr) regainp();
}

}  // namespace gort::runtime
