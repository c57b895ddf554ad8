// Goroutines as memory: where a g lies, and how dead ones are kept for reuse.
//
//     slot.hi ->  +--------------------+
//                 |  g                 |   64-byte aligned
//                 +--------------------+
//                 |  closure           |   what `go` captured, constructed in place: no allocation
//     stack.hi -> +--------------------+   16-byte aligned
//                 |  frames            |
//     slot.lo ->  +--------------------+   = stack.lo
//
// A parked goroutine with a shallow stack thus costs one page: g, closure and frames share it.
// A g never goes away, because debuggers and tracebacks walk allgs without a lock. So its slot stays with it, and serves the
// next goroutine whose stack is of the same class: the free lists here are what stack/'s own caches are for others. What a
// dead goroutine has touched goes back to the kernel when all have been idle for a while (gftrim). Large stacks, main's
// for one, are an exception: their g lies in a small slot of its own, and they are unmapped at once.
#ifndef GORT_RUNTIME_SCHED_MALG_H_
#define GORT_RUNTIME_SCHED_MALG_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/gstruct/p.h"
#include "gort/gstruct/sanitizers.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::runtime {

// A kGdead goroutine with room for `closure_bytes` above its stack; *closure is that room, aligned to `closure_align`, a
// power of two. `stack_bytes` is what the slot has in all; 0 is the default. Returned: in allgs, not on any list.
// Runs on: any.  Needs P: pp, the caller's, or null from a foreign thread.  Locks: may take sched.lock and the pool's.
// Errors: stops the program with a sentence when there is no memory; closure_bytes over kMaxClosureBytes.
// Source: Go 1.27 runtime.gfget, runtime.malg.
g* gfget(p* pp, std::size_t stack_bytes, std::size_t closure_bytes, std::size_t closure_align, void** closure);

// The largest closure kept above a stack; a larger one belongs on the heap (runtime/goroutine does that).
inline constexpr std::size_t kMaxClosureBytes = 2048;

// Keeps a dead goroutine for gfget.
// Runs on: any.  Needs P: pp, the caller's, or null from a foreign thread.  Locks: may take sched.lock.
// Source: Go 1.27 runtime.gfput.
void gfput(p* pp, g* gp);

// Gives the memory of gp's stack back to the kernel, all but the page that holds the g. Not that of a large stack, which is unmapped
// when its goroutine ends.
// Runs on: any; gp is dead.  Blocks: never.
void trimstack(const g* gp);

// Gives memory of dead goroutines back to the kernel, all but the page that holds the g: those that idle Ps and nobody keep;
// some of them at each call.
// Runs on: sysmon.  Locks: takes sched.lock.  Blocks: never.
void gftrim();

// Adds one to a counter that only the caller writes: no locked operation. Release: who sees the new value sees what came
// before; gcount needs that.
inline void CountOne(std::atomic<std::uint64_t>* counter) {
  counter->store(counter->load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

// The number of goroutines that were started and have not ended. A snapshot; exact when nothing changes.
// Runs on: any.  Blocks: never.
// Source: Go 1.27 runtime.gcount.
std::int32_t gcount();

// The number of goroutines that were ever started.
// Runs on: any.  Blocks: never.
std::uint64_t gcreated();

}  // namespace gort::runtime

GORT_RACE_INVISIBLE_END

#endif  // GORT_RUNTIME_SCHED_MALG_H_
