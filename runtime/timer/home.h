// How the files of this package hold a timer: by the lock of its home (timer.h).
#ifndef GORT_RUNTIME_TIMER_HOME_H_
#define GORT_RUNTIME_TIMER_HOME_H_

#include <cstdint>

#include "gort/gstruct/m.h"
#include "gort/gstruct/sanitizers.h"
#include "gort/gstruct/timers.h"
#include "gort/runtime/timer/timer.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::runtime {

// Locks t's home and returns it.
// Runs on: any.  Blocks: never.  Locks: takes the home's lock; unlock(&ts->lock) releases it.
timers* lockhome(timer* t);

// lockhome for operations that may put t into a heap. While it lives the caller keeps its P, so that the heap it chose
// stays one that the scheduler runs; at its end the scheduler hears of it when the heap's first timer has become an
// earlier one.
class StartLock {
 public:
  // Locks t's home; the heap of the caller's P, or of the first P on a thread that has none, becomes home if t is in no
  // heap.
  explicit StartLock(timer* t);
  ~StartLock();
  StartLock(const StartLock&) = delete;
  StartLock& operator=(const StartLock&) = delete;

  timers* ts() const { return ts_; }

 private:
  m* mp_;
  timers* ts_;
  std::int64_t min_before_;
};

// Puts t, whose home is locked, where t->when and t->blocked want it: into the heap, to another place in it, or out.
void settle(timers* ts, timer* t);

// Calls the function of t, which is due at `now`, after setting t->when to the next phase, or to 0.
// Locks: the lock of ts, t's home, on entry; that of the heap which is returned on return: t's home then, while there
// is a t. Released around the call.
timers* fire(timers* ts, timer* t, std::int64_t now);

// The time of ts's clock.
std::int64_t clocknow(const timers* ts);

}  // namespace gort::runtime

GORT_RACE_INVISIBLE_END

#endif  // GORT_RUNTIME_TIMER_HOME_H_
