// The time to within a second or two, for nothing: since when a goroutine waits, which dumps show in minutes.
//
// A goroutine that parks does not read the clock, 25 ns, but a word that others set when they have read it: sysmon at each round,
// an M that wakes. While nobody does, everybody is asleep and nobody parks.
// Go sets g.waitsince when its collector comes by, which we have not.
#ifndef GORT_RUNTIME_SCHED_COARSECLOCK_H_
#define GORT_RUNTIME_SCHED_COARSECLOCK_H_

#include <atomic>
#include <cstdint>

namespace gort::runtime {

// CLOCK_MONOTONIC ns, less than two seconds old while any M has something to do; 0 before sysmon starts. On a line of its own,
// which changes once in a second. Writers: coarsetick. Readers: any.
alignas(64) inline constinit std::atomic<std::int64_t> coarsetime{0};

// When it was set for the first time: a goroutine whose waitsince is 0 has parked before that.
inline constinit std::atomic<std::int64_t> coarsestart{0};

// The caller has read the clock: it is `now`.
// Runs on: any.  Blocks: never.
inline void coarsetick(std::int64_t now) {
  constexpr std::int64_t kStepNs = 1'000'000'000;
  const std::int64_t before = coarsetime.load(std::memory_order_relaxed);
  if (now - before < kStepNs) return;
  if (before == 0) coarsestart.store(now, std::memory_order_relaxed);
  coarsetime.store(now, std::memory_order_relaxed);
}

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_COARSECLOCK_H_
