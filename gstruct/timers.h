// timers: the timers of one P (or of one synctest bubble), ordered by when they are due.
//
// Guard: lock, for every field but minWhen and the constant clock. Any thread may take the lock: a P's heap is reached
// by threads without a P too.
//
// Source: Go 1.27 runtime.timers, with a smaller state: a stopped timer leaves the heap at once
// (runtime/timer/timer.h), so there are no zombies to count and no heap entries that are later than their timer.
#ifndef GORT_GSTRUCT_TIMERS_H_
#define GORT_GSTRUCT_TIMERS_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/mutex.h"

namespace gort::runtime {

struct timer;

// A heap entry: `when` lies beside the pointer, so that ordering the heap reads no timer.
struct timerWhen {
  struct timer* timer;
  std::int64_t when;  // ns of the clock
};

// All zero bytes is an empty heap on CLOCK_MONOTONIC.
struct timers {
  mutex lock;
  // heap[0 .. len), a 4-ary heap with room for cap (runtime/timer/heap.h); null until the first timer.
  timerWhen* heap;
  std::uint32_t len;
  std::uint32_t cap;
  // heap[0].when, which is above 0; 0 while the heap is empty. Writer: whoever holds the lock (release). Readers: any,
  // without it, to see whether there is anything to run and for how long a thread may sleep.
  std::atomic<std::int64_t> minWhen;
  // What time it is for these timers: null means CLOCK_MONOTONIC; a bubble points at its fake time, and its heap is run
  // by the bubble. Constant.
  const std::atomic<std::int64_t>* clock;
};

}  // namespace gort::runtime

#endif  // GORT_GSTRUCT_TIMERS_H_
