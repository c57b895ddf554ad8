// The numbers behind the metrics, taken from the scheduler once for each read.
#ifndef GORT_RUNTIME_METRICS_COLLECT_H_
#define GORT_RUNTIME_METRICS_COLLECT_H_

#include <cstdint>
#include <span>

#include "gort/runtime/metrics/metrics.h"
#include "gort/runtime/sched/timehistogram.h"

namespace gort::metrics {

// Goroutines by what they do. Those that wait are counted as the rest, because nobody keeps a list of them.
struct GoroutineStates {
  std::uint64_t total;
  std::uint64_t not_in_go;  // in Blocking
  std::uint64_t runnable;
  std::uint64_t running;
  std::uint64_t waiting;
};

// Runs on: any.  Blocks: never; walks the Ps and the Ms.
GoroutineStates ReadGoroutineStates();

// Address space of stacks.
struct StackBytes {
  std::uint64_t in_use;    // of goroutines that exist, and of those that are kept to be reused
  std::uint64_t reserved;  // all
};

// Runs on: any.  Blocks: M, for the stack pools' locks.
StackBytes ReadStackBytes();

// The number of threads of the scheduler.  Runs on: any.  Locks: takes sched.lock.
std::uint64_t ReadThreads();

// How often a thread was found blocked.  Runs on: any.
std::uint64_t ReadBlockedEvents();

// How often goroutines were stolen.  Runs on: any.
std::uint64_t ReadSteals();

// Bounds of all duration histograms, in seconds, from -infinity to infinity.  Runs on: any.
std::span<const double> DurationBuckets();

// Runs on: any.
Float64Histogram ReadHistogram(const runtime::TimeHistogram& histogram);

}  // namespace gort::metrics

#endif  // GORT_RUNTIME_METRICS_COLLECT_H_
