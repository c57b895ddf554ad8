#include "gort/runtime/timer/sleep.h"

#include "gort/gstruct/g.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sched/thread.h"
#include "gort/runtime/timer/timer.h"

namespace gort::runtime {

namespace {

// Starts the timer once gp is kGwaiting and not before: another M may run it at once, and must find a goroutine to
// ready.
// Source: Go 1.27 runtime.resetForSleep.
bool resetForSleep(g* gp, void* t) {
  timerreset(static_cast<timer*>(t), gp->sleepWhen, 0);
  return true;
}

}  // namespace

void timeSleep(std::int64_t ns) {
  if (ns <= 0) return;
  g* gp = selfg();
  timer t;
  timerinit(&t, nullptr, gp);  // readies gp
  gp->timer = &t;
  gp->sleepWhen = timerafter(ns);
  gopark(&resetForSleep, &t, WaitReason::kSleep);
  gp->timer = nullptr;
}

}  // namespace gort::runtime
