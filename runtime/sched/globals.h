// The scheduler's global state. The names in the symbol table are Go's, with the dot, so that a debugger script or a
// profiler that looks for `runtime.g0` or `runtime.allgs` finds ours.
#ifndef GORT_RUNTIME_SCHED_GLOBALS_H_
#define GORT_RUNTIME_SCHED_GLOBALS_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/gstruct/m.h"
#include "gort/gstruct/p.h"
#include "gort/gstruct/schedt.h"
#include "gort/runtime/sched/env.h"
#include "gort/runtime/sys/linux.h"

namespace gort::runtime {

// The goroutine of the first thread's own stack. Its bounds are written by rt0_go, before any C++ runs.
extern g g0 asm("runtime.g0");
// The first thread, when our entry point started it. Unused in a guest (startup.h).
extern m m0 asm("runtime.m0");
extern schedt sched asm("runtime.sched");

// All Ps that ever were, by id; those from gomaxprocs on are kPdead. Entries are written once, with the world stopped or before
// it starts, and stay. Readers: any.
extern std::atomic<p*> allp[kMaxProcs] asm("runtime.allp");
// How many Ps there are. Writer: procresize, with the world stopped. Readers: any.
extern std::atomic<std::int32_t> gomaxprocs asm("runtime.gomaxprocs");

// All Ms that ever were, through m.alllink, newest first; sysmon's too. Writer: allocm, by compare-and-swap (release).
extern std::atomic<m*> allm asm("runtime.allm");

// All goroutines that ever were, through g.alllink, newest first. A g is never taken off: dead ones are reused.
// Writer: allgadd, by compare-and-swap (release). Readers: any (acquire), without a lock, also in signal handlers.
extern std::atomic<g*> allgs asm("runtime.allgs");
extern std::atomic<std::int64_t> allglen asm("runtime.allglen");

// GORT_SCHED_SEED: one P, and every choice from this seed. `seeded` is constant after schedinit; `seed` moves on with every
// number that is drawn from it. Writer: who has the P.
extern bool seeded;
extern std::uint64_t seed;

// The signal mask of the process at its start, which every M begins with: the thread that starts an M may be sysmon, which blocks
// everything. Constant after schedinit. Source: Go 1.27 runtime.initSigmask.
extern sys::SigsetBits initSigmask;

// The command line and environment as the kernel gave them; empty in a guest. Written by args(); constant afterwards.
extern std::int32_t argc asm("runtime.argc");
extern char** argv asm("runtime.argv");
extern char** envp asm("runtime.envp");
extern std::int32_t ncpu asm("runtime.ncpu");
extern std::uint64_t physPageSize asm("runtime.physPageSize");

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_GLOBALS_H_
