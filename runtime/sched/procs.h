// Ps: who holds one, and which are idle.
//
//             acquirep                      (the world stops)
//     kPidle ----------> kPrunning ------------------------> kPgcstop --> kPidle or kPrunning
//       ^                    |                                   |
//       +---- pidleput ------+ releasep, takep                   +--> kPdead (fewer Ps now)
//
// A P that is kPidle is on sched.pidle, or on its way from one owner to the next (m.nextp).
#ifndef GORT_RUNTIME_SCHED_PROCS_H_
#define GORT_RUNTIME_SCHED_PROCS_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/m.h"
#include "gort/gstruct/p.h"
#include "gort/gstruct/sanitizers.h"
#include "gort/runtime/sched/globals.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::runtime {

// Associates pp, which nobody holds, with the calling M, which holds none.
// Runs on: g0, locks > 0.  Source: Go 1.27 runtime.acquirep.
void acquirep(m* mp, p* pp);

// The opposite. Returns the P; it is kPidle and on no list.
// Runs on: g0, locks > 0.  Source: Go 1.27 runtime.releasep.
p* releasep(m* mp);

// Puts pp, which nobody holds, on the list of idle Ps.  Locks: sched.lock held.  Source: Go 1.27 runtime.pidleput.
void pidleput(p* pp);

// Takes an idle P, or null.  Locks: sched.lock held.  Source: Go 1.27 runtime.pidleget.
p* pidleget();

// The same for an M that will spin: when there is none, leaves word for the next one that becomes idle to spin.
// Locks: sched.lock held.  Source: Go 1.27 runtime.pidlegetSpinning.
p* pidlegetSpinning();

// How often an idle P was taken. Writer: pidleget, under sched.lock. Reader: the deadlock check.
extern std::atomic<std::uint32_t> pidlegets;

// Whether pp is idle, as of a moment ago: thieves skip it.  Runs on: any.
bool isidlep(const p* pp);

// The i-th P, 0 <= i < gomaxprocs.
inline p* procat(std::int32_t i) { return allp[i].load(std::memory_order_acquire); }

}  // namespace gort::runtime

GORT_RACE_INVISIBLE_END

#endif  // GORT_RUNTIME_SCHED_PROCS_H_
