#include "gort/runtime/sched/proc.h"

#include <atomic>

#include "gort/gstruct/m.h"
#include "gort/gstruct/p.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/lock/lockrank.h"
#include "gort/runtime/lock/note.h"
#include "gort/runtime/sched/bubble.h"
#include "gort/runtime/sched/coarseclock.h"
#include "gort/runtime/sched/findrunnable.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/sched/labels.h"
#include "gort/runtime/sched/locked.h"
#include "gort/runtime/sched/machine.h"
#include "gort/runtime/sched/malg.h"
#include "gort/runtime/sched/pin.h"
#include "gort/runtime/sched/procs.h"
#include "gort/runtime/sched/reports.h"
#include "gort/runtime/sched/runq.h"
#include "gort/runtime/sched/seeded.h"
#include "gort/runtime/sched/syscall.h"
#include "gort/runtime/sched/thread.h"
#include "gort/runtime/sched/trace.h"
#include "gort/runtime/switch/race.h"
#include "gort/runtime/switch/switch.h"
#include "gort/runtime/sys/fatal.h"

namespace gort::runtime {

namespace {

// Separates the M from its goroutine. Source: Go 1.27 runtime.dropg.
inline void dropg(m* mp) {
  mp->curg->m = nullptr;
  mp->curg = nullptr;
}

// Makes gp, which is kGrunnable, the M's current goroutine and returns where it goes on. The M leaves the scheduler with it.
// Source: Go 1.27 runtime.execute.
inline const gobuf* execute(m* mp, g* gp, bool inherit_time) {
  traceGo(mp, traceEv::kGoStart, gp);
  casgstatus(gp, kGrunnable, kGrunning);
  gp->waitsince = 0;
  gp->m = mp;
  mp->curg = gp;
  if (!inherit_time) {
    auto& tick = mp->p->schedtick;
    tick.store(tick.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  // The last use of the P. Release: pairs with takep's acquire.
  mp->locks.store(0, std::memory_order_release);
  return &gp->sched;
}

// Whether the M may take the next goroutine from its own queue without looking further: neither timers, nor the end of a time
// slice, nor the turn of the global queue, nor anybody who stops the world.
inline bool nothingspecial(const p* pp) {
  return pp->timers.minWhen.load(std::memory_order_relaxed) == 0 && !pp->preempt.load(std::memory_order_relaxed) &&
         pp->schedtick.load(std::memory_order_relaxed) % kGlobalQueueTick != 0 && !seeded &&
         !sched.gcwaiting.load(std::memory_order_relaxed);
}

// Puts gp, which has just left the M, into the global queue. The M looks there next, unless it is locked to gp and without a P:
// then it can only sleep, and another must be sent.
void requeue(m* mp, g* gp) {
  if (mp->p == nullptr && mp->lockedg != nullptr) {
    injectg(gp);
  } else {
    globrunqputone(gp);
  }
}

// gopark's half on g0. Source: Go 1.27 runtime.park_m.
const gobuf* park_m(g* gp, void*) {
  m* mp = gp->m;
  synctestBubble* bubble = durablebubble(gp);  // asked now: after unlockf, gp may be running again, or dead
  traceGo(mp, traceEv::kGoPark, gp);
  casgstatus(gp, kGrunning, kGwaiting);
  dropg(mp);
  if (UnlockFn unlockf = mp->waitunlockf; unlockf != nullptr) {
    void* lock = mp->waitlock;
    mp->waitunlockf = nullptr;
    mp->waitlock = nullptr;
    if (!unlockf(gp, lock)) {
      casgstatus(gp, kGwaiting, kGrunnable);
      if (mp->p != nullptr) return execute(mp, gp, true);
      requeue(mp, gp);
      return schedule();
    }
  }
  if (bubble != nullptr) [[unlikely]] bubbleblock(bubble);
  return schedule();
}

// gopark of a thread that gort did not make. It stays associated with its m, which is how goready knows it.
void threadpark(g* gp, UnlockFn unlockf, void* lock) {
  m* mp = gp->m;
  noteclear(&mp->park);
  casgstatus(gp, kGrunning, kGwaiting);
  if (unlockf != nullptr && !unlockf(gp, lock)) {
    casgstatus(gp, kGwaiting, kGrunning);
    return;
  }
  sched.nmextrawaiting.fetch_add(1, std::memory_order_relaxed);
  notesleep(&mp->park);  // threadready has counted us out: a thread that was woken but does not run yet can wake others
}

// Source: Go 1.27 runtime.goschedImpl. When the P has nothing of its own, the next one comes from the global queue in the same
// critical section: the lock is half of what a yield costs.
const gobuf* gosched_m(g* gp, void*) {
  m* mp = gp->m;
  traceGo(mp, traceEv::kGoYield, gp);
  casgstatus(gp, kGrunning, kGrunnable);
  dropg(mp);
  p* pp = mp->p;
  if (pp == nullptr) [[unlikely]] {
    requeue(mp, gp);
    return schedule();
  }
  g* next = nullptr;
  lock(&sched.lock);
  if (nothingspecial(pp) && runqlooksempty(pp)) next = globrunqget(pp, true);
  globrunqput(gp);
  unlock(&sched.lock);
  if (next != nullptr && next->lockedm == nullptr && mp->lockedg == nullptr) [[likely]] return execute(mp, next, false);
  if (next != nullptr) runqput(pp, next, false);
  return schedule();
}

// Source: Go 1.27 runtime.goyield_m.
const gobuf* goyield_m(g* gp, void*) {
  m* mp = gp->m;
  traceGo(mp, traceEv::kGoYield, gp);
  casgstatus(gp, kGrunning, kGrunnable);
  dropg(mp);
  if (mp->p != nullptr) {
    runqput(mp->p, gp, false);
  } else {
    requeue(mp, gp);
  }
  return schedule();
}

// regainp's half on g0: an idle P at once, or a place in the global queue. Source: Go 1.27 runtime.exitsyscall0.
const gobuf* regainp_m(g* gp, void*) {
  m* mp = gp->m;
  traceGo(mp, traceEv::kGoPreempt, gp);
  casgstatus(gp, kGrunning, kGrunnable);
  dropg(mp);
  lock(&sched.lock);
  p* pp = pidleget();
  if (pp == nullptr) globrunqput(gp);
  unlock(&sched.lock);
  if (pp != nullptr) {
    acquirep(mp, pp);
    return execute(mp, gp, false);
  }
  return schedule();
}

// Source: Go 1.27 runtime.goexit0.
const gobuf* goexit0(g* gp, void*) {
  m* mp = gp->m;
  const bool locked = gp->lockedm != nullptr;
  traceGoEnd(mp, gp);
  casgstatus(gp, kGrunning, kGdead);
  dropg(mp);
  gp->lockedm = nullptr;
  mp->lockedg = nullptr;
  mp->lockedExt = 0;
  droplabels(gp);
  fiber::Destroy(gp);
  if (mp->p != nullptr) {
    CountOne(&mp->p->goroutinesEnded);
  } else {
    sched.goroutinesEnded.fetch_add(1, std::memory_order_release);  // as CountOne: gcount sees what it did
  }
  if (gp->bubble != nullptr) bubbleleave(gp->bubble);
  if (stackdepths) [[unlikely]] reports.goended(gp);
  gfput(mp->p, gp);
  // Whatever it did to its thread (that is why it was locked) dies with it.
  if (locked) mexit();
  return schedule();
}

bool unlockMutex(g*, void* l) {
  unlock(static_cast<mutex*>(l));
  return true;
}

// Wakes a thread that waits in threadpark. It goes on only when the note is woken, so its m is there until then.
void threadready(g* gp) {
  casgstatus(gp, kGwaiting, kGrunning);
  threadwakes.fetch_add(1);
  sched.nmextrawaiting.fetch_sub(1, std::memory_order_relaxed);
  notewakeup(&gp->m->park);
}

}  // namespace

const gobuf* schedule() {
  assertNoLocks("schedule");
  m* mp = getg()->m;
  if (mp->lockedg != nullptr) [[unlikely]] {
    stoplockedm();
    return execute(mp, mp->lockedg, false);
  }
  if (mp->p == nullptr) [[unlikely]] {  // it was taken while the goroutine ran
    lock(&sched.lock);
    p* pp = pidleget();
    unlock(&sched.lock);
    if (pp != nullptr) {
      acquirep(mp, pp);
    } else {
      stopm();
    }
  }
  if (nothingspecial(mp->p) && !mp->spinning) [[likely]] {
    bool inherit_time;
    if (g* gp = runqget(mp->p, &inherit_time); gp != nullptr) [[likely]] {
      if (gp->lockedm == nullptr) [[likely]] return execute(mp, gp, inherit_time);
      startlockedm(gp);
    }
  }
  for (;;) {
    bool inherit_time;
    g* gp = findRunnable(mp, &inherit_time);
    if (mp->spinning) resetspinning(mp);
    if (gp->lockedm == nullptr) [[likely]] return execute(mp, gp, inherit_time);
    startlockedm(gp);  // only its own thread may run it; gives that our P
  }
}

void gopark(UnlockFn unlockf, void* lock, WaitReason reason) {
  g* gp = getg();
  m* mp = gp->m;
  gp->waitreason = reason;
  gp->leaked = false;  // what was found out about another wait
  gp->waitsince = coarsetime.load(std::memory_order_relaxed);
  if (gp == mp->g0) [[unlikely]] {
    if (!mp->isextra) sys::Fatal("gopark: the scheduler's own stack cannot wait; a goroutine must");
    threadpark(gp, unlockf, lock);
    raceresume(gp);
    return;
  }
  racepark(gp);
  const bool in_syscall = gp->atomicstatus.load(std::memory_order_relaxed) == kGsyscall;
  if (in_syscall) [[unlikely]] leavesyscall();
  pin(mp);  // until the scheduler has found something else to run
  mp->waitunlockf = unlockf;
  mp->waitlock = lock;
  mcall(&park_m, nullptr);
  raceresume(gp);
  if (in_syscall) [[unlikely]] entersyscall();
}

void goparkunlock(mutex* l, WaitReason reason) { gopark(&unlockMutex, l, reason); }

void goready(g* gp) {
  assertNoLocks("goready");
  raceready(gp);
  if (gp->m != nullptr) [[unlikely]] {
    threadready(gp);
    return;
  }
  traceGoReady(gp);
  if (synctestBubble* bubble = durablebubble(gp); bubble != nullptr) [[unlikely]] bubblewake(bubble);
  casgstatus(gp, kGwaiting, kGrunnable);
  g* self = getg();
  if (self == nullptr) [[unlikely]] {
    injectg(gp);
    return;
  }
  m* mp = self->m;
  if (p* pp = pin(mp); pp != nullptr) [[likely]] {
    runqput(pp, gp, true);
    wakep();
    unpin(mp);
    seededpoint();
    return;
  }
  unpin(mp);
  injectg(gp);
  if (self == mp->curg && self->atomicstatus.load(std::memory_order_relaxed) == kGrunning) regainp();
}

void gosched() {
  if (getg()->atomicstatus.load(std::memory_order_relaxed) == kGsyscall) return;  // it keeps nobody from running
  pin(getg()->m);
  mcall(&gosched_m, nullptr);
}

void goyield() {
  const g* gp = getg();
  if (gp == gp->m->g0 || gp->atomicstatus.load(std::memory_order_relaxed) == kGsyscall) return;
  pin(getg()->m);
  mcall(&goyield_m, nullptr);
}

void regainp() {
  pin(getg()->m);
  mcall(&regainp_m, nullptr);
}

void goexit1() {
  g* gp = getg();
  if (gp->atomicstatus.load(std::memory_order_relaxed) == kGsyscall) leavesyscall();
  pin(gp->m);
  racepark(gp);
  fiber::Retire(gp);
  mcall(&goexit0, nullptr);
  __builtin_unreachable();
}

void badgstatus() {
  sys::Fatal("casgstatus: the goroutine is not in the state it must be in; was it readied twice, or used after its end?");
}

}  // namespace gort::runtime
