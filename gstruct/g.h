// g: one goroutine.
//
// Every field that has a Go name sits at Go 1.27's offset on amd64, arm64 and riscv64, so that a tool which knows Go's
// `runtime.g` reads ours: gstruct/crosscheck compares them, and lists with reasons what Go has and we have not. Our own
// fields live in the holes which that leaves; they are marked "ours".
//
// Guards, unless a field says otherwise: before the goroutine is published, its creator; while it is kGrunning or
// kGsyscall, the goroutine itself (and the scheduler code on its M); while it is on a queue or waiting, whoever took it
// from there by changing atomicstatus. `G` below means that rule.
//
// Source: Go 1.27 runtime.g.
#ifndef GORT_GSTRUCT_G_H_
#define GORT_GSTRUCT_G_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "gort/gstruct/gobuf.h"
#include "gort/gstruct/stack.h"
#include "gort/gstruct/waitreason.h"

namespace gort::runtime {

struct m;
struct sudog;
struct timer;
struct synctestBubble;

struct g {
  // Bounds of the stack. Writer: gfget, or rt0_go and then mstart for g0. Readers: any (constant while the goroutine lives).
  struct stack stack;
  // stack.lo + stackGuard, or stackPreempt: it is asked to yield. Go's prologues compare sp with it; ours compare with a word of the
  // thread and then look here (runtime/sched/preempt.h). Writers: malg, who asks for a yield, and newstack, atomically.
  uintptr_t stackguard0;
  // The same for code that runs on g0 and for C; never stackPreempt.
  uintptr_t stackguard1;

  // Head of the exceptions that this goroutine is handling, while it is not running: the first word of libstdc++'s
  // __cxa_eh_globals, swapped in and out by the switch routines. Null when no catch block is open. G.
  void* _panic;
  // Go: innermost deferred call. Always null: what C++ defers are destructors, and those live in the unwind tables.
  void* _defer;

  // The M that runs this goroutine; null unless kGrunning or kGsyscall. Writer: execute, dropg. G. Constant in the g of a plain
  // thread, which is how goready knows one that waits.
  struct m* m;
  // Where to resume. G; see gobuf.h.
  gobuf sched;

  // While kGsyscall: the frame that made the call, from which a traceback starts. Writer: the goroutine.
  uintptr_t syscallsp;
  uintptr_t syscallpc;
  uintptr_t syscallbp;
  // Expected sp at the outermost frame: where a traceback must end. Writer: newproc.
  uintptr_t stktopsp;
  // What the waker hands to the sleeper (Go: a sudog*). Writer: the waker, before goready; reader: the goroutine. G.
  // While it waits for the end of another goroutine: the word of its JoinPoint (runtime/group/join.h).
  void* param;
  // A Gstatus. Writers: casgstatus only. Readers: any.
  std::atomic<std::uint32_t> atomicstatus;
  // Go: lock of the CPU profiler and the stack scanner; no writer yet.
  std::uint32_t stackLock;
  // 1 is the user's main; g0 has 0; never reused. Writer: newproc. Readers: any.
  std::uint64_t goid;

  // ---- The head that the layout profile promises ends here. ----

  // Next on a run queue or a free list. Guard: that queue's.
  g* schedlink;
  // CLOCK_MONOTONIC ns when the goroutine began to wait; 0 when not known. G.
  std::int64_t waitsince;
  // Valid while kGwaiting. Writer: gopark. Readers: tracebacks (a torn read is impossible: one byte). G.
  WaitReason waitreason;
  // Go: a yield was asked for. No writer: stackguard0 says it.
  bool preempt;
  // Ours: the last search for leaks has found that nobody can end the wait that it is in, or was in. Go has a status for that.
  // Writers: gopark, and the search while every thread stands still. Readers: isleaked.
  bool leaked;
  // Ours: Goexit unwinds it. Writer: Goexit. Reader: the terminate handler. G.
  bool goexiting;

  // Ours: std::uncaught_exceptions() of this goroutine while it is not running; see _panic. G.
  alignas(8) std::uint32_t uncaughtExceptions;
  // Go's raceignore and nocgocallback lie here.
  std::uint8_t hole188[2];
  // It is watched until it runs again: since trackingStamp, CLOCK_MONOTONIC ns, it waits or is runnable. One in
  // gTrackingPeriod is, which trackingSeq counts (runtime/sched/tracking.h). G.
  bool tracking;
  std::uint8_t trackingSeq;
  std::int64_t trackingStamp;
  // Go's runnableTime lies here.
  uintptr_t hole200;

  // The M that this goroutine is locked to by LockOSThread; null when free. G.
  struct m* lockedm;

  // Ours: where the go statement stands, from the caller of Go: its line here, the other parts below. G.
  std::uint32_t goline;
  // The last fault on this goroutine, for reports and debuggers: signal, si_code, address, pc.
  // Writer: the signal handler on its M. Go: also input of sigpanic.
  alignas(8) std::uint32_t sig;
  const char* gofile;      // ours; lives for ever
  const char* gofunction;  // ours; lives for ever
  // Ours: GoOptions::name; lives at least as long as the goroutine; null when none. Writer: newproc.
  const char* name;
  uintptr_t sigcode0;
  uintptr_t sigcode1;
  uintptr_t sigpc;

  // goid of the creator. Writer: newproc.
  std::uint64_t parentGoid;
  // Return address of the go statement. Writer: newproc.
  uintptr_t gopc;
  // Ours: next in the list of all goroutines, allgs. Written once by allgadd; a g is never removed from it.
  g* alllink;
  // Entry function. Writer: newproc.
  uintptr_t startpc;
  // What a race detector or address sanitizer keeps for this stack: TSan's fiber, or ASan's fake stack. G.
  uintptr_t racectx;
  // The sudogs this goroutine is enqueued with, in lock order. Writer: the goroutine. G.
  sudog* waiting;
  // Ours: what stackalloc gave: `stack` is its lower part, this g and the closure its upper. Writer: malg.
  struct stack slot;
  // The last word of Go's cgoCtxt lies here.
  uintptr_t hole344;
  // Profiler labels; inherited by the goroutines it starts. G.
  void* labels;
  // The timer that will wake it: Sleep's, or that of a select with a timeout, in its frame; null when there is none. (Go: the one
  // that Sleep uses again.) Writer: the goroutine. Readers: leak reports. G.
  struct timer* timer;
  // Until when it sleeps, CLOCK_MONOTONIC ns. G.
  std::int64_t sleepWhen;
  // 1 once some case of the running select won. Writers: wakers, by compare-and-swap.
  std::atomic<std::uint32_t> selectDone;
  // Go's coroarg lies here.
  uintptr_t hole384;
  // The synctest bubble this goroutine belongs to; null when none. Inherited. Writer: newproc.
  synctestBubble* bubble;
};

}  // namespace gort::runtime

#endif  // GORT_GSTRUCT_G_H_
