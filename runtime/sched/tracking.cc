#include "gort/runtime/sched/tracking.h"

#include "gort/runtime/sys/linux.h"

namespace gort::runtime {

constinit std::atomic<bool> tracking{false};
constinit SchedTimes times{};

void trackstatus(g* gp, std::uint32_t from, std::uint32_t to) {
  if (from == kGdead) gp->trackingSeq = static_cast<std::uint8_t>(gp->goid);  // so that not all of a batch are watched
  if (from == kGdead || from == kGrunning) gp->tracking = gp->trackingSeq++ % gTrackingPeriod == 0;
  if (!gp->tracking) return;
  const std::int64_t now = sys::Nanotime();
  if (from == kGwaiting && ismutexwait(gp->waitreason)) {
    times.totalMutexWaitTime.fetch_add((now - gp->trackingStamp) * gTrackingPeriod, std::memory_order_relaxed);
  }
  if (from == kGrunnable) times.timeToRun.Record(now - gp->trackingStamp);
  if (to == kGwaiting) {
    times.parks[static_cast<int>(gp->waitreason)].fetch_add(gTrackingPeriod, std::memory_order_relaxed);
  }
  gp->trackingStamp = now;
  if (to == kGrunning) gp->tracking = false;
}

}  // namespace gort::runtime
