#include "gort/runtime/sched/pin.h"

#include <atomic>

#include "gort/gstruct/mutex.h"
#include "gort/gstruct/p.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/trace.h"
#include "gort/runtime/sys/linux.h"

namespace gort::runtime {

namespace {

// Makes takers one at a time, so that a claim always has one owner.
constinit mutex takelock{};
// Written by pininit.
constinit bool have_membarrier = false;

}  // namespace

bool canretake() { return have_membarrier; }

void pininit() { have_membarrier = sys::Membarrier(sys::kMEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0; }

p* pinslow(m* mp) {
  std::uint32_t hold = kClaimed;
  // Acquire: when the claim was given up or we are faster, what the taker did is over; when it is gone, ditto.
  if (mp->phold.compare_exchange_strong(hold, kHeld, std::memory_order_acquire, std::memory_order_acquire)) return mp->p;
  if (hold == kTaken) mp->p = nullptr;
  return mp->p;
}

bool takep(p* pp) {
  if (!have_membarrier) return false;
  lock(&takelock);
  bool taken = false;
  m* mp = pp->m.load(std::memory_order_acquire);
  std::uint32_t hold = kHeld;
  if (mp != nullptr && mp->phold.compare_exchange_strong(hold, kClaimed, std::memory_order_relaxed)) {
    sys::Membarrier(sys::kMEMBARRIER_CMD_PRIVATE_EXPEDITED);
    // Acquire: pairs with the release in unpin. With locks 0 the M changes nothing, so pp->m says whether it still holds pp.
    const bool may = mp->locks.load(std::memory_order_acquire) == 0 && pp->m.load(std::memory_order_relaxed) == mp;
    hold = kClaimed;
    taken = mp->phold.compare_exchange_strong(hold, may ? kTaken : kHeld, std::memory_order_acq_rel) && may;
    if (taken) {
      pp->m.store(nullptr, std::memory_order_relaxed);
      const std::uint32_t tick = pp->syscalltick.load(std::memory_order_relaxed);
      pp->syscalltick.store((tick + 1) & ~1U, std::memory_order_relaxed);  // not in a call any more
    }
  }
  unlock(&takelock);
  if (taken) traceProc(pp, traceEv::kProcTaken, nullptr);
  return taken;
}

}  // namespace gort::runtime
