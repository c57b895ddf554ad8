#include "gort/runtime/sched/proc.h"

#include <atomic>

#include "gort/gstruct/m.h"
#include "gort/gstruct/p.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/idle.h"
#include "gort/runtime/sched/malg.h"
#include "gort/runtime/sched/runq.h"
#include "gort/runtime/switch/switch.h"
#include "gort/runtime/sys/fatal.h"

namespace gort::runtime {

namespace {

// Every so many time slices the global queue goes first: two goroutines that keep readying each other would otherwise
// hold the P for ever. A prime, so that it does not fall in step with a program's own rhythm. Source: Go schedule.
constexpr std::uint32_t kGlobalQueueTick = 61;

// A goroutine from runnext goes on in the time slice of the one that readied it, so a pair that keeps readying each other
// never ends its slice. Go's sysmon ends it after 10 ms; here it ends after so many turns, about as long as 100 us.
constexpr std::uint32_t kInheritMost = 1000;

// Separates the M from its goroutine. Source: Go 1.27 runtime.dropg.
void dropg(m* mp) {
  mp->curg->m = nullptr;
  mp->curg = nullptr;
}

// Source: Go 1.27 runtime.execute.
const gobuf* execute(m* mp, g* gp, bool inherit_time) {
  casgstatus(gp, kGrunnable, kGrunning);
  gp->waitsince = 0;
  gp->m = mp;
  mp->curg = gp;
  if (inherit_time) {
    ++mp->p->inherited;
  } else {
    mp->p->inherited = 0;
    ++mp->p->schedtick;
  }
  return &gp->sched;
}

// Takes from the global queue, without the lock when it looks empty.
g* globrunqtake(p* pp) {
  if (sched.runqsize.load(std::memory_order_relaxed) == 0) return nullptr;
  lock(&sched.lock);
  g* gp = globrunqget(pp);
  unlock(&sched.lock);
  return gp;
}

// Source: Go 1.27 runtime.findRunnable, its first part.
g* findRunnable(p* pp, bool* inherit_time) {
  *inherit_time = false;
  if (pp->inherited >= kInheritMost) {
    pp->inherited = 0;
    if (g* gp = pp->runnext.exchange(nullptr, std::memory_order_acq_rel); gp != nullptr) runqput(pp, gp, false);
    if (g* gp = globrunqtake(pp); gp != nullptr) return gp;
  }
  if (pp->schedtick % kGlobalQueueTick == 0) {
    if (g* gp = globrunqtake(nullptr); gp != nullptr) return gp;
  }
  for (;;) {
    if (g* gp = runqget(pp, inherit_time); gp != nullptr) return gp;
    if (g* gp = globrunqtake(pp); gp != nullptr) return gp;
    stopm();
  }
}

// gopark's half on g0. Source: Go 1.27 runtime.park_m.
const gobuf* park_m(g* gp, void*) {
  m* mp = gp->m;
  casgstatus(gp, kGrunning, kGwaiting);
  dropg(mp);
  if (UnlockFn unlockf = mp->waitunlockf; unlockf != nullptr) {
    void* lock = mp->waitlock;
    mp->waitunlockf = nullptr;
    mp->waitlock = nullptr;
    if (!unlockf(gp, lock)) {
      casgstatus(gp, kGwaiting, kGrunnable);
      return execute(mp, gp, true);
    }
  }
  return schedule();
}

// Source: Go 1.27 runtime.goschedImpl.
const gobuf* gosched_m(g* gp, void*) {
  casgstatus(gp, kGrunning, kGrunnable);
  dropg(gp->m);
  lock(&sched.lock);
  globrunqput(gp);
  unlock(&sched.lock);
  return schedule();
}

// Source: Go 1.27 runtime.goexit0.
const gobuf* goexit0(g* gp, void*) {
  m* mp = gp->m;
  casgstatus(gp, kGrunning, kGdead);
  dropg(mp);
  fiber::Destroy(gp);
  CountOne(&mp->p->goroutinesEnded);
  gfput(mp->p, gp);
  return schedule();
}

bool unlockMutex(g*, void* l) {
  unlock(static_cast<mutex*>(l));
  return true;
}

}  // namespace

const gobuf* schedule() {
  m* mp = getg()->m;
  bool inherit_time;
  g* gp = findRunnable(mp->p, &inherit_time);
  return execute(mp, gp, inherit_time);
}

void gopark(UnlockFn unlockf, void* lock, WaitReason reason) {
  g* gp = getg();
  m* mp = gp->m;
  if (gp == mp->g0) sys::Fatal("gopark: the scheduler's own stack cannot wait; a goroutine must");
  gp->waitreason = reason;
  mp->waitunlockf = unlockf;
  mp->waitlock = lock;
  mcall(&park_m, nullptr);
}

void goparkunlock(mutex* l, WaitReason reason) { gopark(&unlockMutex, l, reason); }

void goready(g* gp) {
  casgstatus(gp, kGwaiting, kGrunnable);
  g* self = getg();
  if (self != nullptr && self->m->p != nullptr) {
    runqput(self->m->p, gp, true);
    return;
  }
  injectglist(gp);
}

void gosched() { mcall(&gosched_m, nullptr); }

void goexit1() {
  g* gp = getg();
  fiber::Retire(gp);
  mcall(&goexit0, nullptr);
  __builtin_unreachable();
}

void casgstatus(g* gp, std::uint32_t from, std::uint32_t to) {
  if (gp->atomicstatus.load(std::memory_order_relaxed) != from) {
    sys::Fatal("casgstatus: the goroutine is not in the state it must be in; was it readied twice, or used after its end?");
  }
  // Release: who sees the new status sees what the owner of the old one left in g.
  gp->atomicstatus.store(to, std::memory_order_release);
}

}  // namespace gort::runtime
