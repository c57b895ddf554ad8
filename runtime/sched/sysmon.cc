#include "gort/runtime/sched/sysmon.h"

#include <cstdint>

#include "gort/gstruct/status.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/lock/note.h"
#include "gort/runtime/sched/checkdead.h"
#include "gort/runtime/sched/coarseclock.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/sched/machine.h"
#include "gort/runtime/sched/malg.h"
#include "gort/runtime/sched/pin.h"
#include "gort/runtime/sched/poller.h"
#include "gort/runtime/sched/preempt.h"
#include "gort/runtime/sched/procs.h"
#include "gort/runtime/sched/reports.h"
#include "gort/runtime/sched/runq.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/linux.h"

namespace gort::runtime {

namespace {

// Source: Go 1.27 runtime.sysmon, forcePreemptNS.
constexpr std::int64_t kFirstDelayNs = 20'000;
constexpr std::int64_t kLastDelayNs = 10'000'000;
constexpr int kShortRounds = 50;
constexpr std::int64_t kSliceNs = 10'000'000;
constexpr std::int64_t kPollEveryNs = 10'000'000;
// Idle for this long (and the 20 ms before it came here), memory is given back.
constexpr std::int64_t kTrimAfterNs = 32'000'000;
// Between two deadlock checks, at most; and how long it sleeps when there is nothing to check.
constexpr std::int64_t kLastCheckNs = 1'000'000'000;
constexpr std::int64_t kDeepNs = 60'000'000'000;

bool AllIdle() { return sched.npidle.load(std::memory_order_seq_cst) == gomaxprocs.load(std::memory_order_relaxed); }

bool HasHandedOffThreads() {
  lock(&sched.lock);
  const bool any = sched.newmhandoff != nullptr;
  unlock(&sched.lock);
  return any;
}

// When there is something to do by the clock, whatever else there is; INT64_MAX: nothing.
std::int64_t ByTheClock() { return HaveReports() ? reports.when() : INT64_MAX; }

// Sleeps for ns, until wakesysmon or until something is due by the clock, which it does; not at all if there is something to do by
// now. The flag first, then the look: who makes something to do and does not see the flag is seen by the look. noteclear is safe
// here: a waker has claimed sysmonasleep and woken the note before the next sleep begins.
void Sleep(std::int64_t ns) {
  const std::int64_t due_ns = ByTheClock();
  if (due_ns != INT64_MAX) {
    const std::int64_t until_ns = due_ns - sys::Nanotime();
    if (until_ns < ns) ns = until_ns > 0 ? until_ns : 0;
  }
  noteclear(&sched.sysmonnote);
  sched.sysmonasleep.store(true, std::memory_order_seq_cst);
  const bool handoff = HasHandedOffThreads();
  const bool busy = sched.sysmonwait.load(std::memory_order_relaxed) && !AllIdle();
  const bool woken = notetsleep(&sched.sysmonnote, handoff || busy ? 0 : ns);
  // Somebody who has claimed the flag will wake the note at any moment; wait for it, so that it is ours again.
  if (!woken && !sched.sysmonasleep.exchange(false, std::memory_order_seq_cst)) notesleep(&sched.sysmonnote);
  if (due_ns == INT64_MAX) return;
  reports.run(sys::Nanotime());
}

void StartHandedOffThreads() {
  lock(&sched.lock);
  m* mp = sched.newmhandoff;
  sched.newmhandoff = nullptr;
  unlock(&sched.lock);
  while (mp != nullptr) {
    m* next = mp->schedlink;
    mp->schedlink = nullptr;
    newosproc(mp);
    mp = next;
  }
}

bool AnybodyWaitsFor(const p* pp, std::int64_t now) {
  const std::int64_t when = pp->timers.minWhen.load(std::memory_order_acquire);
  return !runqempty(pp) || sched.runqsize.load(std::memory_order_relaxed) != 0 || (when != 0 && when <= now);
}

// Whether pp, whose M is in a system call, should go to another M. Source: Go 1.27 runtime.retake.
bool SyscallTooLong(p* pp, std::uint32_t tick, std::int64_t now) {
  if (pp->sysmontick.syscalltick != tick) {  // the first look at this call
    pp->sysmontick.syscalltick = tick;
    pp->sysmontick.syscallwhen = now;
    return false;
  }
  const bool others_look = sched.nmspinning.load() + sched.npidle.load() > 0;
  return AnybodyWaitsFor(pp, now) || !others_look || pp->sysmontick.syscallwhen + kSliceNs <= now;
}

// Whether pp has not switched since sysmon came by a time slice ago.
bool StuckForASlice(const p* pp, std::int64_t now) {
  return pp->sysmontick.schedtick == pp->schedtick.load(std::memory_order_relaxed) && pp->sysmontick.schedwhen + kSliceNs <= now;
}

bool SliceOver(p* pp, std::int64_t now) {
  const std::uint32_t tick = pp->schedtick.load(std::memory_order_relaxed);
  if (pp->sysmontick.schedtick != tick) {
    pp->sysmontick.schedtick = tick;
    pp->sysmontick.schedwhen = now;
    return false;
  }
  if (pp->sysmontick.schedwhen + kSliceNs > now || !AnybodyWaitsFor(pp, now)) return false;
  const bool asked = pp->preempt.load(std::memory_order_relaxed);
  pp->preempt.store(true, std::memory_order_relaxed);  // in case the M is in the scheduler right now
  // A goroutine that yields by itself costs no thread. One that has not for another slice calls nothing that looks; or it was not
  // the one that heard, so it is asked again.
  const bool hears = preemptasks && preemptone(pp);
  if (asked || !hears) return true;
  pp->sysmontick.schedwhen = now;
  return false;
}

// Takes Ps from those who have had them for too long. Returns how many.
int Retake(std::int64_t now) {
  int taken = 0;
  const std::int32_t n = gomaxprocs.load(std::memory_order_relaxed);
  for (std::int32_t i = 0; i < n; ++i) {
    p* pp = procat(i);
    if (pp->status.load(std::memory_order_relaxed) != kPrunning) continue;
    const std::uint32_t tick = pp->syscalltick.load(std::memory_order_relaxed);
    const bool in_syscall = tick % 2 != 0;
    if (HaveReports() && !in_syscall && !seeded && StuckForASlice(pp, now)) reports.suspect(pp, now);
    if (!(in_syscall ? SyscallTooLong(pp, tick, now) : !seeded && SliceOver(pp, now))) continue;
    if (!takep(pp)) continue;
    pp->status.store(kPidle, std::memory_order_relaxed);
    handoffp(pp);
    ++taken;
  }
  return taken;
}

void PollNetwork(std::int64_t now) {
  std::int64_t last = sched.lastpoll.load(std::memory_order_relaxed);
  if (netpollWaiters.load(std::memory_order_relaxed) == 0 || last == 0 || last + kPollEveryNs > now) return;
  sched.lastpoll.compare_exchange_strong(last, now);
  gList list = netpollnow();
  injectglist(&list);
}

// Every P is idle: sleeps until an M gets one.
void SleepDeeply() {
  bool trimmed = false;
  for (std::int64_t check_ns = kTrimAfterNs;;) {
    // The flag first, then the look: an M that gets a P after the look sees the flag (procs.cc, acquirep).
    sched.sysmonwait.store(true, std::memory_order_seq_cst);
    if (!AllIdle()) break;
    const bool may_be_dead = checkdead();
    Sleep(may_be_dead || !trimmed ? check_ns : kDeepNs);
    if (!AllIdle() || HasHandedOffThreads()) break;
    gftrim();
    trimmed = true;
    check_ns = check_ns < kLastCheckNs / 2 ? 2 * check_ns : kLastCheckNs;
  }
  sched.sysmonwait.store(false, std::memory_order_relaxed);
}

// Runs on: g0 of its own M, for ever.  Needs P: must not have one.
void Sysmon() {
  const sys::SigsetBits others = ~sys::kSynchronousSignals;
  sys::RtSigprocmask(sys::kSIG_SETMASK, &others, nullptr);  // the user's handlers run on the user's threads
  lock(&sched.lock);
  ++sched.nmsys;
  unlock(&sched.lock);
  int idle_rounds = 0;
  std::int64_t delay_ns = kFirstDelayNs;
  for (;;) {
    if (idle_rounds == 0) {
      delay_ns = kFirstDelayNs;
    } else if (idle_rounds > kShortRounds && delay_ns < kLastDelayNs) {
      delay_ns = 2 * delay_ns < kLastDelayNs ? 2 * delay_ns : kLastDelayNs;
    }
    Sleep(delay_ns);
    StartHandedOffThreads();
    if (AllIdle() && delay_ns == kLastDelayNs) {
      SleepDeeply();
      idle_rounds = 0;
      continue;
    }
    const std::int64_t now = sys::Nanotime();
    coarsetick(now);
    PollNetwork(now);
    idle_rounds = Retake(now) != 0 ? 0 : idle_rounds + 1;
  }
}

}  // namespace

void startsysmon() {
  if (sched.sysmonstarted.load(std::memory_order_relaxed) || sched.sysmonstarted.exchange(true)) return;
  newosproc(allocm(&Sysmon, nullptr));
}

void wakesysmon() {
  if (sched.sysmonasleep.exchange(false, std::memory_order_seq_cst)) notewakeup(&sched.sysmonnote);
}

}  // namespace gort::runtime
