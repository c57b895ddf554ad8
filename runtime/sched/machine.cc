#include "gort/runtime/sched/machine.h"

#include "gort/gstruct/status.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/lock/note.h"
#include "gort/runtime/sched/coarseclock.h"
#include "gort/runtime/sched/glist_ops.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/sched/persistent.h"
#include "gort/runtime/sched/poller.h"
#include "gort/runtime/sched/preempt.h"
#include "gort/runtime/sched/procs.h"
#include "gort/runtime/sched/rand.h"
#include "gort/runtime/sched/runq.h"
#include "gort/runtime/sched/startup.h"
#include "gort/runtime/sched/sysmon.h"
#include "gort/runtime/sched/trace.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/print.h"
#include "gort/runtime/sys/syscall.h"
#include "gort/runtime/sys/thread.h"

namespace gort::runtime {

constinit std::atomic<bool> mainStarted{false};

namespace {

// Twice Go's 32 KiB: ours also runs the unwinder and the symbolizer.
constexpr std::size_t kSignalStackBytes = 64 * 1024;
// The scheduler's stack of a thread in a program without libc. Only address space until it is touched.
constexpr std::size_t kRawStackBytes = 64 * 1024;

// An m with the two gs that are never apart from it.
struct Machine {
  m mp;
  g g0;
  g gsignal;
};

// `size_bytes` of memory for a stack that belongs to an m for ever.
stack MachineStack(std::size_t size_bytes) {
  const auto lo = reinterpret_cast<uintptr_t>(persistentalloc(size_bytes));
  return {lo, lo + size_bytes};
}

[[noreturn]] void ThreadExhaustion() {
  sys::Printer out;
  out.Str("runtime: program exceeds ").Dec(sched.maxmcount).Str("-thread limit\n").Flush();
  sys::Fatal("thread exhaustion");
}

// A program without libc: the kernel's own way to make a thread.
void RawThreadStart(void* arg) {
  m* mp = static_cast<m*>(arg);
  setg(mp->g0);
  mstartthread(mp);
}

int RawNewThread(m* mp) {
  if (mp->g0->stack.hi == 0) mp->g0->stack = MachineStack(kRawStackBytes);
  mp->tls[1] = reinterpret_cast<uintptr_t>(&mp->tls[1]);  // the ABI's self pointer
  const long tid = sys::NewThread(reinterpret_cast<void*>(mp->g0->stack.hi), &mp->tls[1], &RawThreadStart, mp);
  return tid < 0 ? static_cast<int>(-tid) : 0;
}

// Source: Go 1.27 runtime.mspinning.
void mspinning() { getg()->m->spinning = true; }

// Source: Go 1.27 runtime.mput.  Locks: sched.lock held.
void mput(m* mp) {
  mp->schedlink = sched.midle;
  sched.midle = mp;
  sched.nmidle.fetch_add(1, std::memory_order_relaxed);
}

// Source: Go 1.27 runtime.mget.  Locks: sched.lock held.
m* mget() {
  m* mp = sched.midle;
  if (mp != nullptr) {
    sched.midle = mp->schedlink;
    mp->schedlink = nullptr;
    sched.nmidle.fetch_sub(1, std::memory_order_relaxed);
  }
  return mp;
}

}  // namespace

m* allocm(void (*fn)(), p* pp) {
  lock(&sched.lock);
  m** link = &sched.freem;
  // Acquire: pairs with the store when the ended thread has left its stack.
  while (*link != nullptr && (*link)->freeWait.load(std::memory_order_acquire) != 0) link = &(*link)->schedlink;
  m* mp = *link;
  if (mp != nullptr) *link = mp->schedlink;
  const std::int64_t id = sched.mnext++;
  const bool too_many = mcount() > sched.maxmcount;
  unlock(&sched.lock);
  if (too_many) ThreadExhaustion();
  if (mp == nullptr) {
    auto* machine = persistentnew<Machine>();
    mp = &machine->mp;
    mp->g0 = &machine->g0;
    mp->gsignal = &machine->gsignal;
    mp->g0->m = mp;
    mp->gsignal->m = mp;
    mp->gsignal->stack = MachineStack(kSignalStackBytes);
    m* head = allm.load(std::memory_order_relaxed);
    do {
      mp->alllink = head;
      // Release: who finds mp sees it initialised.
    } while (!allm.compare_exchange_weak(head, mp, std::memory_order_release, std::memory_order_relaxed));
  }
  mp->schedlink = nullptr;
  mp->id = id;
  mp->mstartfn = fn;
  mp->nextp = pp;
  mp->locks.store(1, std::memory_order_relaxed);  // it starts in the scheduler
  mp->cheaprand = randseed(mp);
  return mp;
}

void newosproc(m* mp) {
  // Too many processes for the moment, perhaps: threads of ours that have just ended. Source: Go 1.27 retryOnEAGAIN.
  constexpr int kTries = 20;
  int error = 0;
  for (int tries = 0; tries < kTries; ++tries) {
    // The new thread must not be interrupted before it has its g and its signal stack.
    const sys::SigsetBits all = ~sys::SigsetBits{0};
    sys::SigsetBits before;
    sys::RtSigprocmask(sys::kSIG_SETMASK, &all, &before);
    mp->sigmask = initSigmask;
    error = hooks.newthread != nullptr ? hooks.newthread(mp) : RawNewThread(mp);
    sys::RtSigprocmask(sys::kSIG_SETMASK, &before, nullptr);
    if (error == 0) return;
    if (error != sys::kEAGAIN) break;
    sys::Usleep(static_cast<std::uint32_t>(tries + 1) * 1000);
  }
  sys::Printer out;
  lock(&sched.lock);
  const std::int32_t have = mcount();
  unlock(&sched.lock);
  out.Str("runtime: failed to create new OS thread (have ").Dec(have).Str(" already; errno=").Dec(error).Str(")\n");
  if (error == sys::kEAGAIN) out.Str("runtime: may need to increase max user processes (ulimit -u)\n");
  out.Flush();
  sys::Fatal("newosproc");
}

void newm(void (*fn)(), p* pp) {
  m* mp = allocm(fn, pp);
  const g* self = getg();
  const bool clean = self != nullptr && !self->m->isextra && self->m->lockedg == nullptr;
  if (clean) {
    newosproc(mp);
    return;
  }
  lock(&sched.lock);
  mp->schedlink = sched.newmhandoff;
  sched.newmhandoff = mp;
  unlock(&sched.lock);
  startsysmon();
  wakesysmon();
}

void stopm() {
  m* mp = getg()->m;
  if (mp->spinning || (mp->p != nullptr)) sys::Fatal("stopm: the M spins or holds a P");
  lock(&sched.lock);
  mput(mp);
  unlock(&sched.lock);
  mp->blocked = true;
  notesleep(&mp->park);
  mp->blocked = false;
  noteclear(&mp->park);
  coarsetick(sys::Nanotime());  // perhaps nobody has looked for hours; beside the wake-up it costs nothing
  p* pp = mp->nextp;
  mp->nextp = nullptr;
  acquirep(mp, pp);
}

void startm(p* pp, bool spinning) {
  lock(&sched.lock);
  if (pp == nullptr) {
    pp = pidleget();
    if (pp == nullptr) {
      unlock(&sched.lock);
      if (spinning) sys::Fatal("startm: a P is required for an M that spins");
      return;
    }
  }
  m* mp = mget();
  unlock(&sched.lock);
  if (mp == nullptr) {
    newm(spinning ? &mspinning : nullptr, pp);
    return;
  }
  mp->spinning = spinning;
  mp->nextp = pp;
  notewakeup(&mp->park);
}

void handoffp(p* pp) {
  if (!runqempty(pp) || sched.runqsize.load(std::memory_order_relaxed) != 0) {
    startm(pp, false);
    return;
  }
  // Nobody looks and nobody is idle: let this P's work, whatever comes, be looked for.
  std::int32_t none = 0;
  if (sched.nmspinning.load() + sched.npidle.load() == 0 && sched.nmspinning.compare_exchange_strong(none, 1)) {
    sched.needspinning.store(0, std::memory_order_relaxed);
    startm(pp, true);
    return;
  }
  lock(&sched.lock);
  if (sched.gcwaiting.load(std::memory_order_relaxed)) {
    pp->status.store(kPgcstop, std::memory_order_relaxed);
    if (--sched.stopwait == 0) notewakeup(&sched.stopnote);
    unlock(&sched.lock);
    return;
  }
  if (sched.runq.size != 0) {
    unlock(&sched.lock);
    startm(pp, false);
    return;
  }
  // The last P that ran, and nobody waits for the network or for timers.
  if (sched.npidle.load() == gomaxprocs.load() - 1 && sched.lastpoll.load() != 0) {
    unlock(&sched.lock);
    startm(pp, false);
    return;
  }
  const std::int64_t when = pp->timers.minWhen.load(std::memory_order_acquire);
  pidleput(pp);
  unlock(&sched.lock);
  if (when != 0) timerwake(when);
}

void wakepslow() {
  if (!mainStarted.load(std::memory_order_seq_cst)) return;  // a timer of a constructor's
  std::int32_t none = 0;
  if (!sched.nmspinning.compare_exchange_strong(none, 1)) return;
  lock(&sched.lock);
  p* pp = pidlegetSpinning();
  // Within the lock: who makes Ps idle afterwards and calls wakep must not find us "spinning".
  const bool miscounted = pp == nullptr && sched.nmspinning.fetch_sub(1) <= 0;
  unlock(&sched.lock);
  if (miscounted) sys::Fatal("wakep: nmspinning is negative");
  if (pp != nullptr) startm(pp, true);
}

void injectglist(gList* list) {
  std::int32_t n = list->size;
  if (n == 0) return;
  lock(&sched.lock);
  while (g* gp = pop(list)) globrunqput(gp);
  unlock(&sched.lock);
  if (!mainStarted.load(std::memory_order_seq_cst)) return;  // mainbegin looks at the queue after it has set this
  for (; n != 0 && sched.npidle.load() != 0; --n) startm(nullptr, false);
}

void injectg(g* gp) {
  gList list = {};
  push(&list, gp);
  injectglist(&list);
}

void mstartthread(m* mp) {
  mstart();
  // mreturn brings us back. What follows must not need a g, nor mp once it is on the list.
  setg(nullptr);
  const bool raw = hooks.newthread == nullptr;
  if (raw) mp->freeWait.store(1, std::memory_order_relaxed);  // its stack is ours, and we stand on it
  lock(&sched.lock);
  ++sched.nmfreed;
  mp->schedlink = sched.freem;
  sched.freem = mp;
  unlock(&sched.lock);
  if (raw) sys::ExitThread(&mp->freeWait);
}

void mexit() {
  m* mp = getg()->m;
  p* pp = mp->p != nullptr ? releasep(mp) : nullptr;
  if (pp != nullptr) handoffp(pp);
  if (mp == &m0) {  // a process whose first thread has ended is a zombie to many tools
    lock(&sched.lock);
    ++sched.nmidlelocked;
    unlock(&sched.lock);
    mp->blocked = true;
    for (;;) {
      noteclear(&mp->park);
      notesleep(&mp->park);
    }
  }
  traceEvent(traceEv::kThreadStop, 0, 0, static_cast<std::uint64_t>(mp->id));
  setguardword(mp, nullptr);
  sys::StackT none = {};
  none.ss_flags = sys::kSS_DISABLE;
  sys::Sigaltstack(&none, nullptr);
  mreturn();
}

}  // namespace gort::runtime
