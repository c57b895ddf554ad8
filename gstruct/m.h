// m: one thread of the operating system ("machine").
//
// The fields through `id` sit at Go 1.27's offsets: profilers go from g.m to m.curg, debuggers read procid.
// Guard, unless a field says otherwise: only the thread itself reads and writes it.
//
// Source: Go 1.27 runtime.m.
#ifndef GORT_GSTRUCT_M_H_
#define GORT_GSTRUCT_M_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/gobuf.h"
#include "gort/gstruct/mutex.h"
#include "gort/gstruct/stack.h"

namespace gort::runtime {

struct g;
struct p;

// The signal stack that the process had installed on a thread before we came.
// Source: Go 1.27 runtime.gsignalStack.
struct gsignalStack {
  struct stack stack;
  uintptr_t stackguard0;
  uintptr_t stackguard1;
  uintptr_t stktopsp;
};

// What the C++ runtime knows of exceptions in flight on a thread. Source: Itanium C++ ABI 2.2.2, __cxa_eh_globals.
struct ehglobals {
  void* caughtExceptions;            // innermost exception being handled; the others are chained behind it
  std::uint32_t uncaughtExceptions;  // thrown and not yet caught
};

struct m {
  // The goroutine whose stack the scheduler runs on: the thread's own stack. Constant.
  struct g* g0;
  // Go: the frame that called morestack. No writer: our __morestack never moves a stack (runtime/preempt).
  gobuf morebuf;
  // Kernel thread id. Writer: minit. Readers: debuggers. (Go's divmod lies before it.)
  alignas(16) std::uint64_t procid;
  // Describes the stack that signal handlers run on. Constant after minit.
  struct g* gsignal;
  gsignalStack goSigStack;
  // Signal mask the thread had when it came to us.
  std::uint64_t sigmask;
  // Thread-local words. Freestanding amd64: the FS base is &tls[1], so that tls[0] is the word that getg() reads and
  // tls[1] the self pointer that the TLS ABI wants. Hosted: unused, libc owns TLS.
  uintptr_t tls[6];
  // Runs on g0 before the first schedule(); null for none.
  void (*mstartfn)();
  // The user goroutine that is running; null while the scheduler looks for one. Readers: debuggers, profilers.
  struct g* curg;
  // The goroutine that ran when a fatal signal came. No writer yet.
  struct g* caughtsig;
  // The P that this M holds; null when it runs no goroutines. (Go's signalSecret lies before it.)
  alignas(16) struct p* p;
  // The P to take when it wakes. Writer: who wakes it, before notewakeup; reader: the thread, after notesleep.
  struct p* nextp;
  // Go: the P it held before a system call. No writer: it keeps the P until somebody takes it (runtime/sched/syscall.h).
  struct p* oldp;
  // 0 for m0; never reused.
  std::int64_t id;

  // ---- From here on the names are Go's but the offsets ours: no tool reads them. ----

  // Depth of sections that must not lose the P: above 0 in all scheduler code, 0 in the user's. Writer: the thread. Readers:
  // who wants to take the P (runtime/sched/pin.h).
  std::atomic<std::int32_t> locks;
  // Ours: whether the P in `p` is still this M's; a Phold of runtime/sched/pin.h. Writers: the thread, and who takes its P.
  std::atomic<std::uint32_t> phold;
  // 1 while it prints a fatal error, more when that fails again. No writer yet.
  std::int32_t dying;
  // It is looking for work and counted in sched.nmspinning.
  bool spinning;
  // It sleeps on `park`. Readers: debug output.
  bool blocked;
  // What the thread sleeps on while it has nothing to do.
  note park;
  // Next in allm. Written once, by allocm; an m never goes away, it is reused.
  m* alllink;
  // Next in sched.midle, or another list of Ms. Guard: sched.lock.
  m* schedlink;
  // On sched.freem: not 0 while the ended thread still stands on the stack that is part of this m. Writer: that thread, and
  // the kernel. Source: Go 1.27 m.freeWait.
  std::atomic<std::uint32_t> freeWait;
  // The goroutine locked to this thread by LockOSThread; null when none.
  struct g* lockedg;
  // How often that goroutine has called LockOSThread. Source: Go 1.27 m.lockedExt.
  std::uint32_t lockedExt;
  // It is a thread that gort did not make: it never holds a P, and stops on `park` where a goroutine would park. Constant.
  bool isextra;
  // State of its random numbers. Writer and reader: the thread. Source: Go 1.27 m.cheaprand.
  std::uint64_t cheaprand;
  // gopark's arguments on their way to park_m: called on g0 once the goroutine is kGwaiting.
  bool (*waitunlockf)(struct g*, void*);
  void* waitlock;

  // Ours: the C++ runtime's exception state of this thread, which the switch routines swap; &ehnone where there is no
  // C++ runtime, so that they need no branch. Constant after minit.
  struct ehglobals* ehglobals;
  struct ehglobals ehnone;

  // Ours: the word of this thread that checking prologues compare with; null when the program has none. Writer: the thread.
  // Readers: who asks for a yield (runtime/sched/preempt.h). Guard: a lock there.
  std::uintptr_t* guardword;
};

}  // namespace gort::runtime

#endif  // GORT_GSTRUCT_M_H_
