// The mutex's slow ways.
//
//     state_:   | waiters: 29 bits | starving | woken | locked |        sema_: a count is a turn for one waiter
//
//   locked    somebody holds it.
//   woken     a waiter is on its way, woken or still spinning: Unlock need not wake another.
//   starving  the turn goes to the first waiter and to nobody else.
//   waiters   those that sleep on sema_ or are about to; in normal mode Unlock takes off the one it wakes.
//
// Two modes. In normal mode a woken waiter competes with newcomers, which have the better cards: they are running already, and
// there may be many. That is what makes a mutex fast: one goroutine may take it many times in a row. A waiter that loses goes
// back to the front. One that has waited for more than 1 ms puts the mutex into starving mode, where Unlock hands it over:
//
//                         a waiter finds that it has waited for > 1 ms
//              normal  ------------------------------------------------->  starving
//                ^                                                            |
//                +-- the new owner is the last waiter, or waited for < 1 ms --+
//
// Who does what to the state, each by one compare-and-swap:
//
//   Lock      free, normal:           | locked; a waiter that was woken also clears woken
//             held, or starving:      + one waiter (| starving if it starves), sleep
//   Unlock    normal, nobody to wake: & ~locked                                        then the mutex is not touched again
//             normal, one to wake:    & ~locked, - one waiter, | woken                 then a count on sema_
//             starving:               & ~locked                                        then a count, with the time slice
//   waiter    handed over (starving): | locked, - one waiter, & ~starving if that is over
//
// In starving mode the mutex looks free between Unlock and the waiter's turn, but `starving` keeps all others out.
//
// Destruction. After its compare-and-swap Unlock touches the mutex only if it owes a count, and whoever waits for that count is
// still in Lock. So the last holder may destroy a mutex even if an earlier Unlock has not returned.
// Here we differ from Go, whose Unlock first clears `locked` and looks for somebody to wake afterwards; its collector keeps the
// memory for that long. The price is nothing: one locked operation either way.
//
// Source: Go 1.27 internal/sync.Mutex.
#include "gort/runtime/sync/mutex.h"

#include "gort/gstruct/sanitizers.h"
#include "gort/gstruct/waitreason.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/rand.h"
#include "gort/runtime/sema/sema.h"
#include "gort/runtime/sync/spin.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/linux.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort {

namespace {

// Who has waited for longer gets its turn. Source: Go 1.27 starvationThresholdNs.
constexpr std::int64_t kStarvation_ns = 1'000'000;

// Whether who waits since start_ns has waited for too long. With a seed that decides, for the clock never does the same twice.
bool WaitedTooLong(std::int64_t start_ns) {
  constexpr std::uint32_t kOneIn = 8;
  if (runtime::seeded) return runtime::cheaprandn(kOneIn) == 0;
  return runtime::sys::Nanotime() - start_ns > kStarvation_ns;
}

}  // namespace

// Spins for one turn and returns the state after it. To keep Unlock from waking somebody who would only compete with us, we
// pretend to be the woken waiter.
std::uint32_t Mutex::Spin(std::uint32_t state, bool* awake) {
  if (!*awake && (state & kWoken) == 0 && state >> kWaiterShift != 0) {
    *awake = state_.compare_exchange_strong(state, state | kWoken, std::memory_order_relaxed);
  }
  runtime::dospin();
  return state_.load(std::memory_order_relaxed);
}

void Mutex::LockSlow(std::uint32_t state) {
  std::int64_t wait_start_ns = 0;
  bool starving = false;  // we are
  bool awake = false;     // `woken` is set on our behalf
  int spins = 0;
  for (;;) {
    // In starving mode the lock would not be given to us anyway.
    if ((state & (kLocked | kStarving)) == kLocked && runtime::canspin(spins)) {
      state = Spin(state, &awake);
      ++spins;
      continue;
    }
    const bool wait = (state & (kLocked | kStarving)) != 0;
    std::uint32_t next = wait ? state + kOneWaiter : state | kLocked;
    if (starving && (state & kLocked) != 0) next |= kStarving;
    if (awake) next &= ~kWoken;
    // Acquire: if we take it, pairs with the release in Unlock.
    if (!state_.compare_exchange_weak(state, next, std::memory_order_acquire, std::memory_order_relaxed)) continue;
    if (!wait) return;

    const bool waited_before = wait_start_ns != 0;
    if (!waited_before) wait_start_ns = runtime::sys::Nanotime();
    runtime::semacquire1(&sema_, /*lifo=*/waited_before, runtime::WaitReason::kSyncMutexLock);
    starving = starving || WaitedTooLong(wait_start_ns);
    state = state_.load(std::memory_order_relaxed);
    if ((state & kStarving) != 0) {
      // Handed over to us. The acquire that makes the critical section before ours visible was semacquire1's.
      const bool over = !starving || state >> kWaiterShift == 1;
      state_.fetch_add(kLocked - kOneWaiter - (over ? kStarving : 0), std::memory_order_relaxed);
      return;
    }
    awake = true;
    spins = 0;
  }
}

void Mutex::UnlockSlow(std::uint32_t state) {
  bool starving;
  bool wake;
  std::uint32_t next;
  do {
    if ((state & kLocked) == 0) runtime::sys::Fatal("sync: unlock of unlocked mutex");
    starving = (state & kStarving) != 0;
    wake = !starving && state >> kWaiterShift != 0 && (state & kWoken) == 0;
    next = state - kLocked;
    if (wake) next = (next - kOneWaiter) | kWoken;
    // Release: publishes the critical section.
  } while (!state_.compare_exchange_weak(state, next, std::memory_order_release, std::memory_order_relaxed));
  if (starving || wake) runtime::semrelease1(&sema_, /*handoff=*/starving);
}

}  // namespace gort

GORT_RACE_INVISIBLE_END
