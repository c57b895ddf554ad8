// Looking for work, and the race between submitting it and giving up.
//
//     who submits                                     who gives up (a spinning M)
//
//     1 put the goroutine into a queue                1 give the P back          (npidle + 1)
//     2 look at npidle and nmspinning:                2 stop spinning            (nmspinning - 1)
//       idle P and nobody spins -> wake an M          3 look at every queue once more
//
// Every step is sequentially consistent, so they have one order. If submit-2 sees no idle P, it comes before give-up-1, so
// submit-1 comes before give-up-3, which finds the goroutine. If it sees somebody spinning, it comes before give-up-2, and
// again give-up-3 finds it. Otherwise it wakes an M. On amd64 this costs nothing in submit: step 1 is an exchange anyway, or
// an unlock.
// An M that does not spin need not look again: whatever is in its own P's queue it has seen, and others are looked after by
// their owners.
//
// Source: Go 1.27 runtime.findRunnable, stealWork, checkRunqsNoP.
#include "gort/runtime/sched/findrunnable.h"

#include <atomic>

#include "gort/gstruct/status.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/coarseclock.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/glist_ops.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/sched/machine.h"
#include "gort/runtime/sched/malg.h"
#include "gort/runtime/sched/poller.h"
#include "gort/runtime/sched/procs.h"
#include "gort/runtime/sched/rand.h"
#include "gort/runtime/sched/runq.h"
#include "gort/runtime/sched/seeded.h"
#include "gort/runtime/sched/sysmon.h"
#include "gort/runtime/sched/world.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/linux.h"

namespace gort::runtime {

namespace {

constexpr int kStealRounds = 4;

// Runs the timers of pp that are due. *now is the clock, 0 if it was not read yet.
void checkTimers(p* pp, std::int64_t* now) {
  // Acquire: pairs with the release of minWhen.
  const std::int64_t when = pp->timers.minWhen.load(std::memory_order_acquire);
  if (when == 0) return;
  if (*now == 0) *now = sys::Nanotime();
  if (when <= *now) hooks.timerrun(pp, *now);
}

// Takes from the global queue, without the lock when it looks empty.
g* globrunqtake(p* pp, bool batch) {
  if (sched.runqsize.load(std::memory_order_relaxed) == 0) return nullptr;
  lock(&sched.lock);
  g* gp = globrunqget(pp, batch);
  unlock(&sched.lock);
  return gp;
}

void becomeSpinning(m* mp) {
  mp->spinning = true;
  sched.nmspinning.fetch_add(1, std::memory_order_seq_cst);
  sched.needspinning.store(0, std::memory_order_relaxed);
}

void stopSpinning(m* mp) {
  mp->spinning = false;
  if (sched.nmspinning.fetch_sub(1, std::memory_order_seq_cst) <= 0) sys::Fatal("findRunnable: nmspinning is negative");
}

// The greatest common divisor. (<numeric> needs libc.)
constexpr std::int32_t Gcd(std::int32_t a, std::int32_t b) { return b == 0 ? a : Gcd(b, a % b); }

// A walk over 0 .. n-1 that starts anywhere and steps by a number coprime to n: each once, in an order that differs from walk
// to walk. Source: Go 1.27 runtime.randomOrder.
struct StealOrder {
  std::int32_t n;
  std::int32_t at;
  std::int32_t step;
  explicit StealOrder(std::int32_t count)
      : n(count), at(static_cast<std::int32_t>(cheaprandn(static_cast<std::uint32_t>(count)))), step(1) {
    if (n < 3) return;
    do {
      step = 1 + static_cast<std::int32_t>(cheaprandn(static_cast<std::uint32_t>(n - 1)));
    } while (Gcd(step, n) != 1);
  }
  std::int32_t Next() {
    const std::int32_t here = at;
    at = (at + step) % n;
    return here;
  }
};

// Four rounds over all Ps; in the last one also timers (which may ready somebody on our own queue) and what is next on a busy P.
// True in *again: the world is being stopped.
g* stealWork(p* pp, std::int64_t* now, bool* again) {
  const std::int32_t n = gomaxprocs.load(std::memory_order_relaxed);
  for (int round = 0; round < kStealRounds; ++round) {
    const bool last = round == kStealRounds - 1;
    StealOrder order(n);
    for (std::int32_t i = 0; i < n; ++i) {
      if (sched.gcwaiting.load(std::memory_order_relaxed)) {
        *again = true;
        return nullptr;
      }
      p* victim = procat(order.Next());
      if (victim == pp) continue;
      if (last) {
        checkTimers(victim, now);
        bool inherit_time;
        if (g* gp = runqget(pp, &inherit_time); gp != nullptr) return gp;
      }
      if (isidlep(victim)) continue;
      if (g* gp = runqsteal(pp, victim, last); gp != nullptr) {
        CountOne(&pp->steals);
        return gp;
      }
    }
  }
  return nullptr;
}

// After having given up the P: takes an idle P if some P has work in its queue.
p* checkRunqsNoP() {
  const std::int32_t n = gomaxprocs.load(std::memory_order_relaxed);
  for (std::int32_t i = 0; i < n; ++i) {
    p* pp = procat(i);
    if (isidlep(pp) || runqempty(pp)) continue;
    lock(&sched.lock);
    p* idle = pidlegetSpinning();
    unlock(&sched.lock);
    return idle;  // null: no P, and needspinning says so to the next one
  }
  return nullptr;
}

// When the first timer of any P is due; 0: there is none.
std::int64_t FirstTimer() {
  std::int64_t first = 0;
  const std::int32_t n = gomaxprocs.load(std::memory_order_relaxed);
  for (std::int32_t i = 0; i < n; ++i) {
    const std::int64_t when = procat(i)->timers.minWhen.load(std::memory_order_seq_cst);
    if (when != 0 && (first == 0 || when < first)) first = when;
  }
  return first;
}

// What the M does once it has no P and no work. True: it has a P again and should look; false: it must stop.
// *found: a goroutine that was found right away.
bool GiveUp(m* mp, bool was_spinning, g** found) {
  if (was_spinning) {
    lock(&sched.lock);
    if (sched.runq.size != 0) {
      if (p* pp = pidlegetSpinning(); pp != nullptr) {
        g* gp = globrunqget(pp, true);
        unlock(&sched.lock);
        acquirep(mp, pp);
        becomeSpinning(mp);
        *found = gp;
        return true;
      }
    }
    unlock(&sched.lock);
    if (p* pp = checkRunqsNoP(); pp != nullptr) {
      acquirep(mp, pp);
      becomeSpinning(mp);
      return true;
    }
  }
  const std::int64_t poll_until = FirstTimer();
  // Sequentially consistent, after the P and the spinning were given up: a thread that begins to wait is counted first and then looks
  // for an M that it must wake (netpollblockcommit). One of the two sees the other.
  if (poll_until == 0 && netpollWaiters.load(std::memory_order_seq_cst) == 0) return false;
  if (sched.lastpoll.exchange(0, std::memory_order_seq_cst) == 0) {
    // Somebody polls already. It may have to wake earlier.
    if (poll_until != 0) timerwake(poll_until);
    return false;
  }
  gList list = netpoll(poll_until);
  coarsetick(sys::Nanotime());
  lock(&sched.lock);
  p* pp = pidleget();
  unlock(&sched.lock);
  if (pp == nullptr) {
    injectglist(&list);
    return false;
  }
  acquirep(mp, pp);
  *found = pop(&list);
  injectglist(&list);
  // Spinning, whatever it was before: the timer may be another P's, and only a spinning M looks there. (Otherwise it would
  // poll for a moment that is past, again and again, until the kernel lets the other P's M run.)
  if (*found == nullptr) becomeSpinning(mp);
  return true;
}

}  // namespace

g* findRunnable(m* mp, bool* inherit_time) {
  for (;;) {
    p* pp = mp->p;
    if (sched.gcwaiting.load(std::memory_order_relaxed)) [[unlikely]] {
      gcstopm();
      continue;
    }
    *inherit_time = false;
    std::int64_t now = 0;
    checkTimers(pp, &now);
    if (pp->preempt.load(std::memory_order_relaxed)) [[unlikely]] {
      // Goroutines that keep readying each other share one time slice, and that is over.
      pp->preempt.store(false, std::memory_order_relaxed);
      if (g* gp = pp->runnext.exchange(nullptr); gp != nullptr) runqput(pp, gp, false);
      if (g* gp = globrunqtake(pp, false); gp != nullptr) return gp;
    }
    if (seeded) [[unlikely]] {
      if (g* gp = seededget(pp); gp != nullptr) return gp;
    }
    if (pp->schedtick.load(std::memory_order_relaxed) % kGlobalQueueTick == 0) {
      if (g* gp = globrunqtake(pp, false); gp != nullptr) return gp;
    }
    if (g* gp = runqget(pp, inherit_time); gp != nullptr) return gp;
    if (g* gp = globrunqtake(pp, true); gp != nullptr) return gp;
    if (netpollWaiters.load(std::memory_order_relaxed) != 0 && sched.lastpoll.load(std::memory_order_relaxed) != 0) {
      gList list = netpollnow();
      if (g* gp = pop(&list); gp != nullptr) {
        injectglist(&list);
        return gp;
      }
    }
    // At most half as many spin as Ps are busy: more would burn CPU where there is little to find.
    if (mp->spinning || 2 * sched.nmspinning.load() < gomaxprocs.load(std::memory_order_relaxed) - sched.npidle.load()) {
      if (!mp->spinning) becomeSpinning(mp);
      bool again = false;
      if (g* gp = stealWork(pp, &now, &again); gp != nullptr) return gp;
      if (again) continue;
    }

    lock(&sched.lock);
    if (sched.gcwaiting.load(std::memory_order_relaxed)) {
      unlock(&sched.lock);
      continue;
    }
    if (sched.runq.size != 0) {
      g* gp = globrunqget(pp, true);
      unlock(&sched.lock);
      return gp;
    }
    if (!mp->spinning && sched.needspinning.load(std::memory_order_relaxed) == 1) {
      becomeSpinning(mp);
      unlock(&sched.lock);
      continue;
    }
    pidleput(releasep(mp));
    unlock(&sched.lock);
    const bool was_spinning = mp->spinning;
    if (was_spinning) stopSpinning(mp);

    g* found = nullptr;
    if (!GiveUp(mp, was_spinning, &found)) {
      startsysmon();  // somebody must notice when nobody will wake us
      stopm();
    }
    if (found != nullptr) return found;
  }
}

void resetspinning(m* mp) {
  stopSpinning(mp);
  wakep();
}

void timerwake(std::int64_t when) {
  if (sched.lastpoll.load(std::memory_order_seq_cst) == 0) {
    // An M sleeps in netpoll, or is about to and has looked at the timers already. pollUntil 0: for ever, or not known yet.
    const std::int64_t until = sched.pollUntil.load(std::memory_order_seq_cst);
    if (until == 0 || until > when) netpollbreak();
    return;
  }
  wakep();  // an M that looks for work will look at the timers
}

}  // namespace gort::runtime
