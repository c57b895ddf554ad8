// Holding on to the P: how an M keeps its P while it uses it, and how somebody else may take it while the user computes.
//
// A goroutine that computes for long must not keep others from running. Go interrupts it with a signal and switches away in
// the handler; in C++ that is unsound, for the goroutine may hold malloc's lock. So gort moves the P away and leaves the
// goroutine its thread. The same serves system calls (Blocking) and stopping the world.
//
//               the M (holder)                                      who takes it: sysmon, stopTheWorld (one at a time)
//
//     pin:      locks = 1                                           claim:  phold: kHeld -> kClaimed   (compare-and-swap)
//               (compiler barrier)                                          membarrier: a full fence on every running thread
//               phold == kHeld?  use the P                                  locks == 0?  phold: kClaimed -> kTaken: the P is ours
//               kClaimed: -> kHeld (compare-and-swap)                       otherwise:   phold: kClaimed -> kHeld: not now
//               kTaken: the P is gone
//     unpin:    locks = 0 (release)
//
//        kHeld ----claim----> kClaimed ----taken----> kTaken
//          ^  ^                 |   |                   |
//          |  +--- given up ----+   |                   |
//          |  +--- M was faster ----+                   |
//          +------------- the M gets another P ---------+
//
// The race it closes: the M says "I use it" and then looks, the other says "I take it" and then looks; one of them must see the
// other. That wants a full fence on both sides. Pinning happens in every runtime call and taking once in milliseconds, so
// the M's fence is only the compiler's and membarrier(2) supplies the rest: after it, either the M's `locks = 1` is visible to
// the taker, or the M will see kClaimed. When both see each other, the compare-and-swap on phold decides.
// Where the kernel has no membarrier (before 4.14, or a sandbox), nothing is ever taken: canretake().
#ifndef GORT_RUNTIME_SCHED_PIN_H_
#define GORT_RUNTIME_SCHED_PIN_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/m.h"
#include "gort/gstruct/sanitizers.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::runtime {

enum Phold : std::uint32_t { kHeld = 0, kClaimed = 1, kTaken = 2 };

// pin's way when somebody claims the P, or has it.
p* pinslow(m* mp);

// The caller's P, which stays its until unpin; null when the M has none. Nests.
// Runs on: G | g0, with mp the calling M.  Needs P: no.  Blocks: never.
[[gnu::always_inline]] inline p* pin(m* mp) {
  mp->locks.store(mp->locks.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  std::atomic_signal_fence(std::memory_order_seq_cst);  // half a fence: see above
  if (mp->phold.load(std::memory_order_relaxed) != kHeld) [[unlikely]] return pinslow(mp);
  return mp->p;
}

[[gnu::always_inline]] inline void unpin(m* mp) {
  // Release: what was done with the P is visible to who takes it; pairs with the acquire of locks in takep.
  mp->locks.store(mp->locks.load(std::memory_order_relaxed) - 1, std::memory_order_release);
}

// Whether Ps can be taken from running Ms: the kernel has membarrier. Constant after pininit.
bool canretake();
void pininit();

// Takes pp from the M that holds it if that M is in the user's code (or in Blocking). True: nobody holds pp, it is the caller's;
// its status stays kPrunning until the caller changes it.
// Runs on: any.  Needs P: no.  Locks: takes takelock.  Blocks: never; costs some microseconds.
bool takep(p* pp);

}  // namespace gort::runtime

GORT_RACE_INVISIBLE_END

#endif  // GORT_RUNTIME_SCHED_PIN_H_
