// The counter of a WaitGroup.
//
//     state_:  | count: 32 bits | waiters: 32 bits |
//
// One word, so that the one who brings the count to zero learns in the same operation whether somebody waits. If so,
// the count stays zero until they have been let go: whoever adds now breaks the rules. So it may set the word to zero
// by a plain store, and then owes each waiter a count on sema_. If nobody waits, it does not touch the group again,
// which may be gone: the next Wait returns at once.
//
// Source: Go 1.27 sync.WaitGroup.
#include "gort/runtime/sync/waitgroup.h"

#include "gort/gstruct/g.h"
#include "gort/gstruct/sanitizers.h"
#include "gort/gstruct/synctest.h"
#include "gort/gstruct/waitreason.h"
#include "gort/runtime/panic/panic.h"
#include "gort/runtime/sema/sema.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/switch/race.h"
#include "gort/runtime/sys/fatal.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort {

namespace {

constexpr int kCountShift = 32;

std::int32_t CountOf(std::uint64_t state) { return static_cast<std::int32_t>(state >> kCountShift); }
std::uint32_t WaitersOf(std::uint64_t state) { return static_cast<std::uint32_t>(state); }

[[noreturn]] void Misuse() { throw PanicError("sync: WaitGroup misuse: Add called concurrently with Wait"); }

// The synctest bubble that the caller is in; 0: none.
std::uint32_t BubbleId() {
  const runtime::g* gp = runtime::getg();
  return gp != nullptr && gp->bubble != nullptr ? gp->bubble->id : 0;
}

}  // namespace

// A group belongs to the bubble that counts with it, so that Wait knows whether the bubble alone can end it; from zero
// on it is free again. Two that take it at the same moment may both succeed: that is a mistake anyway, noticed at the
// next Add.
void WaitGroup::ChangeBubble(std::uint32_t here) {
  if (state_.load(std::memory_order_relaxed) != 0) {
    runtime::sys::Fatal(here != 0 && bubble_.load(std::memory_order_relaxed) != 0
                            ? "sync: WaitGroup.Add called from multiple synctest bubbles"
                            : "sync: WaitGroup.Add called from inside and outside synctest bubble");
  }
  bubble_.store(here, std::memory_order_relaxed);
}

void WaitGroup::Add(int delta) {
  if (const std::uint32_t here = BubbleId(); here != bubble_.load(std::memory_order_relaxed)) [[unlikely]] {
    ChangeBubble(here);
  }
  if (delta < 0) runtime::racereleasemerge(&sema_);
  const std::uint64_t change = static_cast<std::uint64_t>(delta) << kCountShift;
  // Release: what was done before Done; acquire: the last one passes on what all have done.
  const std::uint64_t state = state_.fetch_add(change, std::memory_order_acq_rel) + change;
  const std::int32_t count = CountOf(state);
  const std::uint32_t waiters = WaitersOf(state);
  if (count < 0) throw PanicError("sync: negative WaitGroup counter");
  if (waiters != 0 && delta > 0 && count == delta) Misuse();
  if (count > 0 || waiters == 0) return;

  if (state_.load(std::memory_order_relaxed) != state) Misuse();
  state_.store(0, std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < waiters; ++i) runtime::semrelease1(&sema_, false);
}

void WaitGroup::Wait() {
  // Acquire: pairs with the release in Add, when the count is zero already.
  std::uint64_t state = state_.load(std::memory_order_acquire);
  do {
    if (CountOf(state) == 0) return runtime::raceacquire(&sema_);
  } while (!state_.compare_exchange_weak(state, state + 1, std::memory_order_acquire));
  const std::uint32_t here = BubbleId();
  const bool durable = here != 0 && here == bubble_.load(std::memory_order_relaxed);
  runtime::semacquire1(&sema_, false,
                       durable ? runtime::WaitReason::kSynctestWaitGroupWait : runtime::WaitReason::kSyncWaitGroupWait);
  if (state_.load(std::memory_order_relaxed) != 0) {
    throw PanicError("sync: WaitGroup is reused before previous Wait has returned");
  }
}

}  // namespace gort

GORT_RACE_INVISIBLE_END
