#include "gort/runtime/netpoll/fdmutex.h"

#include "gort/gstruct/waitreason.h"
#include "gort/runtime/sema/sema.h"
#include "gort/runtime/sys/fatal.h"

namespace gort::runtime {

namespace {

constexpr std::uint64_t kClosed = 1;
constexpr std::uint64_t kRef = 1u << 3;
constexpr std::uint64_t kCountMask = (1u << 20) - 1;
constexpr std::uint64_t kRefs = kCountMask << 3;

// What is R's or W's: the bit, one waiter, the field of all waiters.
struct Side {
  std::uint64_t locked;
  std::uint64_t waiter;
  std::uint64_t waiters;
};
constexpr Side kSides[kPollModes] = {
    {1u << 1, std::uint64_t{1} << 23, kCountMask << 23},
    {1u << 2, std::uint64_t{1} << 43, kCountMask << 43},
};

[[noreturn]] void TooMany() { sys::Fatal("too many concurrent operations on a single file or socket (max 1048575)"); }

}  // namespace

bool fdMutex::closed() const { return (state_.load(std::memory_order_relaxed) & kClosed) != 0; }

bool fdMutex::incref() {
  std::uint64_t old = state_.load(std::memory_order_relaxed);
  do {
    if ((old & kClosed) != 0) return false;
    if ((old & kRefs) == kRefs) TooMany();
    // Acquire: pairs with the releases of who was inside before.
  } while (!state_.compare_exchange_weak(old, old + kRef, std::memory_order_acquire, std::memory_order_relaxed));
  return true;
}

bool fdMutex::increfandclose() {
  std::uint64_t old = state_.load(std::memory_order_relaxed);
  std::uint64_t now;
  do {
    if ((old & kClosed) != 0) return false;
    if ((old & kRefs) == kRefs) TooMany();
    now = ((old | kClosed) + kRef) & ~(kSides[0].waiters | kSides[1].waiters);
  } while (!state_.compare_exchange_weak(old, now, std::memory_order_acq_rel, std::memory_order_relaxed));
  for (int i = 0; i < kPollModes; ++i) {
    for (std::uint64_t left = (old & kSides[i].waiters) / kSides[i].waiter; left != 0; --left) semrelease1(&sema_[i], false);
  }
  return true;
}

bool fdMutex::decref() {
  // Release: what was done inside is seen by the last one, who acquires.
  const std::uint64_t now = state_.fetch_sub(kRef, std::memory_order_acq_rel) - kRef;
  return (now & (kClosed | kRefs)) == kClosed;
}

bool fdMutex::rwlock(PollMode mode) {
  const Side& side = kSides[static_cast<int>(mode)];
  std::uint64_t old = state_.load(std::memory_order_relaxed);
  for (;;) {
    if ((old & kClosed) != 0) return false;
    const bool free = (old & side.locked) == 0;
    if (free ? (old & kRefs) == kRefs : (old & side.waiters) == side.waiters) TooMany();
    const std::uint64_t now = free ? (old | side.locked) + kRef : old + side.waiter;
    if (!state_.compare_exchange_weak(old, now, std::memory_order_acquire, std::memory_order_relaxed)) continue;
    if (free) return true;
    semacquire1(&sema_[static_cast<int>(mode)], false, WaitReason::kSemacquire);
    old = state_.load(std::memory_order_relaxed);
  }
}

bool fdMutex::rwunlock(PollMode mode) {
  const Side& side = kSides[static_cast<int>(mode)];
  std::uint64_t old = state_.load(std::memory_order_relaxed);
  std::uint64_t now;
  bool waited;
  do {
    waited = (old & side.waiters) != 0;
    now = (old & ~side.locked) - kRef - (waited ? side.waiter : 0);
  } while (!state_.compare_exchange_weak(old, now, std::memory_order_acq_rel, std::memory_order_relaxed));
  // A waiter keeps the object: it is in a call of its own.
  if (waited) semrelease1(&sema_[static_cast<int>(mode)], false);
  return (now & (kClosed | kRefs)) == kClosed;
}

}  // namespace gort::runtime
