#include "gort/runtime/timer/sleep.h"

#include "gort/gstruct/g.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sched/thread.h"
#include "gort/runtime/timer/timer.h"

namespace gort::runtime {

namespace {

// The timer's function.
void goroutineReady(void* gp, std::uintptr_t, std::int64_t) { goready(static_cast<g*>(gp)); }

// Starts the timer once gp is kGwaiting and not before: another M may run it at once, and must find a goroutine to ready.
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
  timerinit(&t, &goroutineReady, gp);
  gp->timer = &t;
  gp->sleepWhen = timerafter(ns);
  gopark(&resetForSleep, &t, WaitReason::kSleep);
  gp->timer = nullptr;
  // The timer has fired, but perhaps the thread that did it is not yet out of goready.
  timerstopwait(&t);
}

}  // namespace gort::runtime
