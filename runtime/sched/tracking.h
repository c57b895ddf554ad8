// Measuring how goroutines wait, for runtime/metrics. Off until somebody reads: two clock readings for one switch in eight
// are 6 ns a switch, which is a third of one.
//
// A goroutine is watched on one in gTrackingPeriod of its departures: when it stops running, or is started, until it runs again.
//
//     kGrunning, kGdead ---> kGwaiting ---> kGrunnable ---> kGrunning
//                        |              |                |
//               chosen, stamp      + waited          + latency: from here on it is not watched
//                                  stamp again
//
// Sums are those of the watched ones, times gTrackingPeriod.
// Source: Go 1.27 runtime.casgstatus, gTrackingPeriod; Go always measures.
#ifndef GORT_RUNTIME_SCHED_TRACKING_H_
#define GORT_RUNTIME_SCHED_TRACKING_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/gstruct/status.h"
#include "gort/gstruct/waitreason.h"
#include "gort/runtime/sched/timehistogram.h"

namespace gort::runtime {

inline constexpr std::uint8_t gTrackingPeriod = 8;

// Whether goroutines are watched. Writer: starttracking, once. Readers: any.
extern std::atomic<bool> tracking;

// Begins to measure; what was before is not counted. Again it does nothing.
// Runs on: any.  Blocks: never.
inline void starttracking() { tracking.store(true, std::memory_order_relaxed); }

// What has been measured. Writers and readers: any. Names of Go's are those of its schedt's fields.
struct SchedTimes {
  TimeHistogram timeToRun;                         // from runnable to running
  TimeHistogram stwStoppingTimeOther;              // until every P had stopped; measured always
  TimeHistogram stwTotalTimeOther;                 // until they went on; measured always
  TimeHistogram timersLate;                        // ours: from when a timer was due to its call, but not a bubble's
  std::atomic<std::int64_t> totalMutexWaitTime;    // ns that goroutines and threads waited for Mutex and RWMutex
  std::atomic<std::uint64_t> parks[kWaitReasons];  // ours: how often somebody began to wait, by reason
};
extern SchedTimes times;

// Whether a change of status means anything here. For the compiler: callers of casgstatus know both as constants.
constexpr bool istracked(std::uint32_t from, std::uint32_t to) {
  return from == kGwaiting || from == kGrunnable || to == kGwaiting || to == kGrunnable;
}

// gp is about to change its status; casgstatus calls it while `tracking`.
// Runs on: any, as the owner of gp's state.  Blocks: never.
void trackstatus(g* gp, std::uint32_t from, std::uint32_t to);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_TRACKING_H_
