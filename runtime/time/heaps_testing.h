// What tests ask of the heaps of all Ps.
#ifndef GORT_RUNTIME_TIME_HEAPS_TESTING_H_
#define GORT_RUNTIME_TIME_HEAPS_TESTING_H_

#include <cstdint>

#include "gort/gstruct/p.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/globals.h"

namespace gort {

// How many timers they hold.
inline std::uint32_t TimersInHeaps() {
  std::uint32_t sum = 0;
  for (std::int32_t i = 0; i < runtime::gomaxprocs; ++i) {
    runtime::timers* ts = &runtime::allp[i].load()->timers;
    runtime::lock(&ts->lock);
    sum += ts->len;
    runtime::unlock(&ts->lock);
  }
  return sum;
}

}  // namespace gort

#endif  // GORT_RUNTIME_TIME_HEAPS_TESTING_H_
