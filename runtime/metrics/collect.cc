#include "gort/runtime/metrics/collect.h"

#include <array>
#include <limits>

#include "gort/gstruct/m.h"
#include "gort/gstruct/p.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/machine.h"
#include "gort/runtime/sched/malg.h"
#include "gort/runtime/sched/peek.h"
#include "gort/runtime/sched/procs.h"
#include "gort/runtime/sched/runq.h"
#include "gort/stack/stack.h"

namespace gort::metrics {

namespace {

constexpr double kSecondsPerNs = 1e-9;

// Adds what P `pp` has to run.
void CountQueue(const runtime::p* pp, GoroutineStates* states) {
  states->runnable += runtime::runqlen(pp);
  if (pp->runnext.load(std::memory_order_relaxed) != nullptr) ++states->runnable;
}

// Adds what M `mp` runs.
void CountCurrent(const runtime::m* mp, GoroutineStates* states) {
  const runtime::g* gp = runtime::Peek(mp->curg);
  if (gp == nullptr) return;
  const std::uint32_t status = runtime::Peek(gp->atomicstatus);
  if (status == runtime::kGrunning) ++states->running;
  if (status == runtime::kGsyscall) ++states->not_in_go;
}

}  // namespace

GoroutineStates ReadGoroutineStates() {
  GoroutineStates states = {};
  states.total = static_cast<std::uint64_t>(runtime::gcount());
  const int queued = runtime::sched.runqsize.load(std::memory_order_relaxed);
  states.runnable = static_cast<std::uint64_t>(queued);
  const std::int32_t n = runtime::gomaxprocs.load(std::memory_order_relaxed);
  for (std::int32_t i = 0; i < n; ++i) CountQueue(runtime::procat(i), &states);
  // Acquire: pairs with the release in allocm.
  for (const runtime::m* mp = runtime::allm.load(std::memory_order_acquire); mp != nullptr; mp = mp->alllink) {
    CountCurrent(mp, &states);
  }
  const std::uint64_t others = states.runnable + states.running + states.not_in_go;
  states.waiting = states.total > others ? states.total - others : 0;
  return states;
}

StackBytes ReadStackBytes() {
  const runtime::StackStats stats = runtime::ReadStackStats();
  StackBytes bytes = {stats.large_bytes, stats.large_bytes};
  for (const runtime::StackClassStats& of : stats.classes) {
    bytes.in_use += (of.touched - of.free) * of.size_bytes;
    bytes.reserved += of.reserved_bytes;
  }
  return bytes;
}

std::uint64_t ReadThreads() {
  runtime::lock(&runtime::sched.lock);
  const std::int32_t threads = runtime::mcount();
  runtime::unlock(&runtime::sched.lock);
  return static_cast<std::uint64_t>(threads);
}

std::uint64_t ReadSteals() {
  std::uint64_t steals = 0;
  const runtime::p* pp;
  for (std::int32_t i = 0; i < runtime::kMaxProcs && (pp = runtime::procat(i)) != nullptr; ++i) {
    steals += pp->steals.load(std::memory_order_relaxed);
  }
  return steals;
}

std::span<const double> DurationBuckets() {
  using runtime::TimeHistogram;
  static const auto buckets = [] {
    std::array<double, TimeHistogram::kBuckets + 1> bounds;
    bounds.front() = -std::numeric_limits<double>::infinity();
    for (int i = 1; i < TimeHistogram::kBuckets; ++i) {
      bounds[static_cast<std::size_t>(i)] = static_cast<double>(TimeHistogram::LowerBound(i)) * kSecondsPerNs;
    }
    bounds.back() = std::numeric_limits<double>::infinity();
    return bounds;
  }();
  return buckets;
}

Float64Histogram ReadHistogram(const runtime::TimeHistogram& histogram) {
  Float64Histogram result = {{}, DurationBuckets()};
  result.counts.reserve(runtime::TimeHistogram::kBuckets);
  for (int i = 0; i < runtime::TimeHistogram::kBuckets; ++i) result.counts.push_back(histogram.Count(i));
  return result;
}

}  // namespace gort::metrics
