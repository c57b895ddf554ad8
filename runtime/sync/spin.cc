#include "gort/runtime/sync/spin.h"

#include <atomic>

#include "gort/gstruct/g.h"
#include "gort/gstruct/m.h"
#include "gort/gstruct/p.h"
#include "gort/gstruct/sanitizers.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/pin.h"
#include "gort/runtime/sched/runq.h"
#include "gort/runtime/sched/thread.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::runtime {

namespace {

constexpr int kActiveSpins = 4;  // Source: Go 1.27 active_spin

}  // namespace

bool canspin(int i) {
  if (i >= kActiveSpins || ncpu <= 1) return false;
  m* mp = selfg()->m;
  if (mp->isextra) return true;
  const std::int32_t others = gomaxprocs.load(std::memory_order_relaxed) - 1 -
                              sched.npidle.load(std::memory_order_relaxed) -
                              sched.nmspinning.load(std::memory_order_relaxed);
  if (others <= 0) return false;
  // Without a P (it was taken from us for computing too long) we keep nobody waiting either.
  const p* pp = pin(mp);
  const bool may = pp == nullptr || runqlooksempty(pp);
  unpin(mp);
  return may;
}

}  // namespace gort::runtime

GORT_RACE_INVISIBLE_END
