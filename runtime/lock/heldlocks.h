// What lock.cc tells the checker of lock ranks (lockrank.h). Without GORT_LOCKRANK all of it is empty.
#ifndef GORT_RUNTIME_LOCK_HELDLOCKS_H_
#define GORT_RUNTIME_LOCK_HELDLOCKS_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/mutex.h"
#include "gort/runtime/lock/lockrank.h"

namespace gort::runtime {

// The part of the key that never changes: its upper half is the rank. The futex is the lower half.
constexpr uintptr_t kRankMask = GORT_LOCKRANK ? ~uintptr_t{UINT32_MAX} : 0;

#if GORT_LOCKRANK
inline uintptr_t RankBits(const mutex* l) { return l->key.load(std::memory_order_relaxed) & kRankMask; }
// Before the caller waits for `l`: stops the program if the order forbids it, names the two ranks.
void CheckRank(const mutex* l);
// The caller has taken `l`.
void RankLocked(const mutex* l);
// The caller has released a lock whose RankBits were `rank`: stops the program if this thread does not hold one.
void RankUnlocked(uintptr_t rank);
#else
inline uintptr_t RankBits(const mutex*) { return 0; }
inline void CheckRank(const mutex*) {}
inline void RankLocked(const mutex*) {}
inline void RankUnlocked(uintptr_t) {}
#endif

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_LOCK_HELDLOCKS_H_
