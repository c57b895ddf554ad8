#include "gort/runtime/sched/seeded.h"

#include "gort/gstruct/m.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sched/rand.h"
#include "gort/runtime/sched/runq.h"
#include "gort/runtime/switch/getg.h"

namespace gort::runtime {

namespace {

// Of so many goroutines that come to a seededpoint, one yields.
constexpr std::uint32_t kYieldOneIn = 4;

}  // namespace

g* seededget(p* pp) {
  bool inherit_time;
  if (g* next = pp->runnext.exchange(nullptr); next != nullptr) runqput(pp, next, false);
  lock(&sched.lock);
  if (g* gp = globrunqget(pp, true); gp != nullptr) {
    unlock(&sched.lock);
    runqput(pp, gp, false);
  } else {
    unlock(&sched.lock);
  }
  const std::uint32_t n = pp->runqtail.load() - pp->runqhead.load();
  if (n == 0) return nullptr;
  for (std::uint32_t i = cheaprandn(n); i != 0; --i) runqput(pp, runqget(pp, &inherit_time), false);
  return runqget(pp, &inherit_time);
}

void seededyield() {
  const g* gp = getg();
  if (gp == nullptr || gp == gp->m->g0 || gp->atomicstatus.load(std::memory_order_relaxed) != kGrunning) return;
  if (cheaprandn(kYieldOneIn) == 0) gosched();
}

}  // namespace gort::runtime
