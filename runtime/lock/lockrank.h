// The order in which the runtime's locks may be taken, as one small graph, and a build that checks every lock against it.
//
//     bazel test --config=lockrank //...          compiles with GORT_LOCKRANK=1
//
// A deadlock between two locks needs two threads and luck; a wrong order needs one thread and shows every time. So in that
// build lock() stops the program when the graph does not allow the lock under those that the thread already holds. In every
// other build nothing is left of it but this table.
//
// A mutex that nobody gives a rank is a leaf: it may be taken under every other lock, and none may be taken under it. Most
// locks are: the pools of stacks, memory, the semaphores' roots, the lists of waiting Conds. Only the others are named here.
//
// To add one: its rank and its line in lockRanks, and lockInit(&x->lock, rank) before its first use, or
// `constinit mutex l = lockRanked(rank)`.
//
// Source: Go 1.27 runtime.lockRank, lockPartialOrder, lockInit, lockRankLeafRank; the table is ours, as our locks are.
#ifndef GORT_RUNTIME_LOCK_LOCKRANK_H_
#define GORT_RUNTIME_LOCK_LOCKRANK_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/mutex.h"

#ifndef GORT_LOCKRANK
#define GORT_LOCKRANK 0
#endif

namespace gort::runtime {

enum lockRank : uint32_t {
  lockRankLeafRank,  // of a mutex that is all zero bytes
  lockRankStart,     // runtime/sched/startup.cc: whoever starts the runtime first
  lockRankWorld,     // runtime/sched/world.cc: whoever stops the world
  lockRankHchan,     // hchan.lock
  lockRankPollDesc,  // pollDesc.lock
  lockRankSched,     // sched.lock
  lockRankTimers,    // timers.lock
  lockRankCount,
};

// How many locks of one rank a thread may hold.
enum class Several : uint8_t {
  kNo,
  kByAddress,  // many, the lowest address first: select
  kByRule,     // many, in an order that the code explains where it does so
};

using lockRankSet = uint32_t;
static_assert(lockRankCount <= 32, "a lockRankSet has a bit for each rank");
constexpr lockRankSet lockRankBit(lockRank rank) { return lockRankSet{1} << rank; }

struct lockRankInfo {
  const char* name;
  // The ranks under which it may be taken; with them come all under which those may be taken.
  lockRankSet under;
  Several several;
};

// In the order of the enum. Only earlier ranks may stand in `under`, but for the leaf's: so there is no cycle.
inline constexpr lockRankInfo lockRanks[lockRankCount] = {
    {"leaf", ~lockRankBit(lockRankLeafRank), Several::kNo},
    {"start", 0, Several::kNo},
    {"world", lockRankBit(lockRankStart), Several::kNo},
    {"hchan", 0, Several::kByAddress},
    {"pollDesc", 0, Several::kNo},
    // Under hchan and pollDesc: the timer of a channel, of a select's timeout or of a descriptor's deadline is started there, and may wake
    // an M.
    {"sched", lockRankBit(lockRankStart) | lockRankBit(lockRankWorld) | lockRankBit(lockRankHchan) | lockRankBit(lockRankPollDesc),
     Several::kNo},
    // Under hchan: the first receiver of a timer's channel starts the timer. Under pollDesc: a deadline. Two of them: timermove, under
    // world.
    {"timers", lockRankBit(lockRankHchan) | lockRankBit(lockRankPollDesc) | lockRankBit(lockRankWorld), Several::kByRule},
};

constexpr bool lockRanksNameEarlierOnes() {
  for (uint32_t r = lockRankLeafRank + 1; r < lockRankCount; ++r) {
    const lockRankSet earlier = (lockRankSet{1} << r) - 1 - lockRankBit(lockRankLeafRank);
    if ((lockRanks[r].under & ~earlier) != 0) return false;
  }
  return true;
}
static_assert(lockRanksNameEarlierOnes(), "put the rank behind those that it may be taken under");

// Where the rank lies in mutex.key: above the futex word.
inline constexpr int kRankShift = 32;

// A mutex with a rank, for static storage.
constexpr mutex lockRanked([[maybe_unused]] lockRank rank) {
#if GORT_LOCKRANK
  return mutex{uintptr_t{rank} << kRankShift};
#else
  return mutex{0};
#endif
}

// Gives `l` its rank. Before its first use; again when its memory serves anew.
// Runs on: any.  Blocks: never.  Locks: `l` is not held.
inline void lockInit([[maybe_unused]] mutex* l, [[maybe_unused]] lockRank rank) {
#if GORT_LOCKRANK
  // Relaxed: whatever publishes the object publishes this, too.
  l->key.store(uintptr_t{rank} << kRankShift, std::memory_order_relaxed);
#endif
}

// For functions that may stop the thread or hand it over: stops the program when the thread holds a runtime mutex. `where`
// is the function's name. Does nothing without GORT_LOCKRANK.
// Runs on: any.  Blocks: never.
#if GORT_LOCKRANK
void assertNoLocks(const char* where);
#else
inline void assertNoLocks(const char*) {}
#endif

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_LOCK_LOCKRANK_H_
