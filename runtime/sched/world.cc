#include "gort/runtime/sched/world.h"

#include "gort/gstruct/status.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/lock/lockrank.h"
#include "gort/runtime/lock/note.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/glist_ops.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/sched/machine.h"
#include "gort/runtime/sched/persistent.h"
#include "gort/runtime/sched/pin.h"
#include "gort/runtime/sched/procs.h"
#include "gort/runtime/sched/runq.h"
#include "gort/runtime/sched/syscall.h"
#include "gort/runtime/sched/trace.h"
#include "gort/runtime/sched/tracking.h"
#include "gort/runtime/switch/switch.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/linux.h"

namespace gort::runtime {

namespace {

// One stops the world at a time. Source: Go 1.27 runtime.worldsema.
constinit mutex world_lock = lockRanked(lockRankWorld);

// The first P is static: a program with one P maps no memory for it.
constinit p p0{};

p* MakeP(std::int32_t id) {
  p* pp = id == 0 ? &p0 : persistentnew<p>();
  pp->id = id;
  lockInit(&pp->timers.lock, lockRankTimers);
  // At tick 0 the global queue comes first: main's first Gosched would only find main there.
  pp->schedtick.store(1, std::memory_order_relaxed);
  allp[id].store(pp, std::memory_order_release);
  return pp;
}

// Counts one P as stopped.  Locks: sched.lock held.
void CountStopped(p* pp) {
  pp->status.store(kPgcstop, std::memory_order_relaxed);
  --sched.stopwait;
}

// Takes the Ps that are in the user's hands. Source: Go 1.27 runtime.preemptall, for its place.
void TakeRunning() {
  const std::int32_t n = gomaxprocs.load(std::memory_order_relaxed);
  for (std::int32_t i = 0; i < n; ++i) {
    p* pp = procat(i);
    if (pp->status.load(std::memory_order_relaxed) != kPrunning || !takep(pp)) continue;
    lock(&sched.lock);
    CountStopped(pp);
    unlock(&sched.lock);
  }
}

// Source: Go 1.27 runtime.stopTheWorldWithSema.
void StopTheWorld() {
  constexpr std::int64_t kLookAgainNs = 100'000;
  m* mp = getg()->m;
  lock(&sched.lock);
  sched.stopwait = gomaxprocs.load(std::memory_order_relaxed);
  noteclear(&sched.stopnote);
  sched.gcwaiting.store(true, std::memory_order_seq_cst);
  if (mp->p != nullptr) CountStopped(mp->p);
  while (p* pp = pidleget()) CountStopped(pp);
  const bool done = sched.stopwait == 0;
  unlock(&sched.lock);
  if (done) return;
  for (;;) {
    TakeRunning();
    lock(&sched.lock);
    const bool all = sched.stopwait == 0;
    unlock(&sched.lock);
    // The last one to stop by itself wakes us; if we took the last one, nobody does.
    if (all || notetsleep(&sched.stopnote, kLookAgainNs)) return;
  }
}

// Takes everything from pp, which will not be used for a while.  Locks: sched.lock held.
// Source: Go 1.27 runtime.p.destroy.
void DestroyP(p* pp) {
  runqdrain(pp);
  while (g* gp = pop(&pp->gFree)) push(&sched.gFree, gp);
  pp->status.store(kPdead, std::memory_order_relaxed);
}

// With the world stopped. The caller's M keeps its P, or gets the first one instead if its own is gone.
void ProcResize(std::int32_t n) {
  const std::int32_t old = gomaxprocs.load(std::memory_order_relaxed);
  for (std::int32_t id = 0; id < n; ++id) {
    if (allp[id].load(std::memory_order_relaxed) == nullptr) MakeP(id);
  }
  m* mp = getg()->m;
  p* pp = mp->p;
  if (pp != nullptr && pp->id >= n) {
    mp->p = nullptr;
    pp->m.store(nullptr, std::memory_order_release);
    pp = nullptr;
    procat(0)->status.store(kPidle, std::memory_order_relaxed);
    acquirep(mp, procat(0));
  }
  lock(&sched.lock);
  for (std::int32_t id = n; id < old; ++id) DestroyP(procat(id));
  unlock(&sched.lock);
  for (std::int32_t id = n; id < old; ++id) {
    if (procat(id)->timers.minWhen.load(std::memory_order_acquire) != 0) hooks.timermove(procat(id), procat(0));
  }
  gomaxprocs.store(n, std::memory_order_seq_cst);
}

// Source: Go 1.27 runtime.startTheWorldWithSema.
void StartTheWorld() {
  m* mp = getg()->m;
  const std::int32_t n = gomaxprocs.load(std::memory_order_relaxed);
  p* with_work = nullptr;  // through p.link
  if (mp->p != nullptr) mp->p->status.store(kPrunning, std::memory_order_relaxed);
  lock(&sched.lock);
  for (std::int32_t id = n - 1; id >= 0; --id) {
    p* pp = procat(id);
    if (pp == mp->p) continue;
    pp->status.store(kPidle, std::memory_order_relaxed);
    if (runqempty(pp)) {
      pidleput(pp);
    } else {
      pp->link = with_work;
      with_work = pp;
    }
  }
  sched.gcwaiting.store(false, std::memory_order_seq_cst);
  unlock(&sched.lock);
  while (with_work != nullptr) {
    p* pp = with_work;
    with_work = pp->link;
    pp->link = nullptr;
    startm(pp, false);
  }
  // What went to the global queue, or lost its P meanwhile, is looked for.
  wakep();
}

struct Work {
  void (*fn)(void*);
  void* arg;
};

void DoStopped(void* work_pointer) {
  const Work* work = static_cast<const Work*>(work_pointer);
  const std::int64_t begin = sys::Nanotime();
  StopTheWorld();
  times.stwStoppingTimeOther.Record(sys::Nanotime() - begin);
  work->fn(work->arg);
  StartTheWorld();
  times.stwTotalTimeOther.Record(sys::Nanotime() - begin);
}

}  // namespace

void procinit(std::int32_t n, bool guest) {
  for (std::int32_t id = 0; id < n; ++id) MakeP(id);
  gomaxprocs.store(n, std::memory_order_seq_cst);
  lock(&sched.lock);
  for (std::int32_t id = n - 1; id >= (guest ? 0 : 1); --id) pidleput(procat(id));
  unlock(&sched.lock);
  if (guest) return;
  m0.locks.store(1, std::memory_order_relaxed);  // the start is scheduler code
  acquirep(&m0, procat(0));
}

void withworldstopped(void (*fn)(void*), void* arg) {
  g* gp = getg();
  const bool on_goroutine = gp != gp->m->g0;
  const bool in_syscall = on_goroutine && gp->atomicstatus.load(std::memory_order_relaxed) == kGsyscall;
  // The wait for another caller is a call that blocks the thread: the other wants our P.
  if (on_goroutine && !in_syscall) entersyscall();
  lock(&world_lock);
  if (on_goroutine) leavesyscall();
  pin(gp->m);
  Work work = {fn, arg};
  systemstack(&DoStopped, &work);
  unpin(gp->m);
  unlock(&world_lock);
  if (in_syscall) entersyscall();
}

void setmaxprocs(std::int32_t n) {
  withworldstopped([](void* wanted) { ProcResize(*static_cast<const std::int32_t*>(wanted)); }, &n);
  traceEvent(traceEv::kGomaxprocs, 0, 0, static_cast<std::uint64_t>(n));
}

void gcstopm() {
  m* mp = getg()->m;
  if (mp->spinning) {
    mp->spinning = false;
    if (sched.nmspinning.fetch_sub(1) <= 0) sys::Fatal("gcstopm: nmspinning is negative");
  }
  p* pp = releasep(mp);
  lock(&sched.lock);
  pp->status.store(kPgcstop, std::memory_order_relaxed);
  if (--sched.stopwait == 0) notewakeup(&sched.stopnote);
  unlock(&sched.lock);
  stopm();
}

}  // namespace gort::runtime
