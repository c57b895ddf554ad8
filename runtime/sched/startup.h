// From rt0_go's last instruction to the first goroutine: check, args, osinit, schedinit, newproc, mstart.
//
// The order is part of the contract (docs/startup.md), and each step leaves its mark in `startup`, for the test that
// compares and for whoever wonders in a debugger.
#ifndef GORT_RUNTIME_SCHED_STARTUP_H_
#define GORT_RUNTIME_SCHED_STARTUP_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/sanitizers.h"
#include "gort/gstruct/stack.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::runtime {

enum class StartupStep : std::uint8_t { kNone, kLinks, kCheck, kArgs, kOsinit, kSchedinit, kNewproc, kMstart, kMain };

// What the first instructions found and did. Writers: rt0_go and then the steps themselves, all on the first thread.
struct StartupRecord {
  uintptr_t entry_sp;     // rsp at _rt0_*_linux: argc lies there
  uintptr_t entry_rdx;    // what ld.so wants called at exit; 0 in a static program
  uintptr_t rt0_sp;       // rsp of rt0_go's frame, below argc and argv
  struct stack g0_stack;  // g0's bounds as rt0_go set them
  uintptr_t g0_stackguard0;
  uintptr_t g0_stackguard1;
  uintptr_t argc;         // what rt0_go stored in its frame
  uintptr_t argv;
  std::uint32_t steps_done;
  StartupStep steps[12];  // in the order they ran
};

extern StartupRecord startup asm("runtime.startup");

// Appends to startup.steps.  Runs on: the first thread, during the start.
void MarkStartup(StartupStep step);

// Verifies that g0, m0 and TLS point at each other, as rt0_ok has just made them.
// Runs on: g0 of the first thread, like all that follow.
void marklinks() asm("runtime.marklinks");

// Verifies what the rest relies on: sizes, offsets, atomics at the width we use, NaN. Errors: stops the program.
// Source: Go 1.27 runtime.check.
void check() asm("runtime.check");

// Takes over the vectors that the kernel left on the stack: argc, argv, envp, auxv.
// Source: Go 1.27 runtime.args, runtime.sysargs.
void args(std::int32_t argc_value, char** argv_value) asm("runtime.args");

// Asks the system: number of CPUs. Source: Go 1.27 runtime.osinit.
void osinit() asm("runtime.osinit");

// Makes m0, the stack pools and the Ps, unless startearly has. Source: Go 1.27 runtime.schedinit.
void schedinit() asm("runtime.schedinit");

// Whether newproc1 may go on; false until schedinit or startearly is through. Writer: these. Readers: any (acquire).
extern std::atomic<bool> started;

// For a go statement in a constructor of the program: these run inside libc's start, before runtime.args. Does what newproc
// needs, without a mark in `startup`; the goroutine waits on the global queue until main has its turn.
// In a program that our entry point did not start, a guest, this is the start: its Ms are threads of their own, and m0 is not
// used.
// Runs on: any thread.  Errors: stops the program with a sentence if it is neither.
void startearly();

// startearly unless the scheduler has been started. For what works without any goroutine so far, such as a timer.
// Runs on: any thread.
inline void ensurestarted() {
  if (!started.load(std::memory_order_acquire)) [[unlikely]] startearly();
}

// Takes over the command line and what lies behind it. For hooks.gueststart, which has them from libc.
void guestargs(std::int32_t argc_value, char** argv_value);

// The first thing that runtime.main, goroutine 1, does: from now on goroutines may run on other threads. Not before, so that
// main begins on the first thread.
// Runs on: goroutine 1.  Source: Go 1.27 runtime.main, mainStarted.
void mainbegin();

// The last: its main has returned `status`. Returns the status that the program is to end with.
// Runs on: goroutine 1.  Blocks: M, with GORT_DEBUG=leakcheck=1.
int mainend(int status);

// Turns the calling thread, whose g0 is current, into an M that runs goroutines. Returns, through mreturn, when a goroutine has
// ended that was locked to it.
// Source: Go 1.27 runtime.mstart.
void mstart() asm("runtime.mstart");

// Returns from mstart. Runs on: g0, without a P.
[[noreturn]] void mreturn() asm("runtime.mreturn");

}  // namespace gort::runtime

GORT_RACE_INVISIBLE_END

#endif  // GORT_RUNTIME_SCHED_STARTUP_H_
