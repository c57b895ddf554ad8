// What the scheduler asks of layers above it, which it cannot include: a table that they fill in before they are needed.
// Every entry has a default that is right without a C++ runtime and without libc.
#ifndef GORT_RUNTIME_SCHED_HOOKS_H_
#define GORT_RUNTIME_SCHED_HOOKS_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/gstruct/glist.h"
#include "gort/gstruct/m.h"
#include "gort/gstruct/p.h"
#include "gort/runtime/sched/env.h"
#include "gort/runtime/sched/poller.h"
#include "gort/runtime/sched/stacktrace.h"
#include "gort/runtime/sys/print.h"

namespace gort::runtime {

struct Hooks {
  // Finds the frames of `gp`, innermost first. `ucontext` is what a signal handler got when gp is the goroutine it interrupted;
  // null when gp is parked, or is the caller itself.
  // Must be async-signal-safe in practice: no allocation, no lock that the interrupted code may hold.
  void (*callers)(g* gp, void* ucontext, StackTrace* trace);
  // Prints them in Go's format, a call and a place each. `system`: those of the runtime, too, and addresses. As safe as callers.
  void (*printframes)(const StackTrace& trace, bool system, sys::Printer* out);
  // The bounds of the first thread's own stack, when the environment knows them better than rt0_go's guess.
  // Runs on: that thread.
  void (*threadstack)(stack* s);

  // Starts a thread that sets mp->g0 current, gives it the bounds of its stack and calls mstartthread(mp). All signals are
  // blocked meanwhile. Returns 0 or an errno. Null: threads are made by clone, for a program without libc.
  int (*newthread)(m* mp);
  // A thread that gort did not make has got its g: arranges that dropm runs when it ends.
  void (*threadattach)();
  // Where the calling thread has the word that checking prologues compare with (preempt.h). Null: the program has none.
  std::uintptr_t* (*guardword)();
  // Called by the first go statement of a program that does not have our entry point, before the scheduler is made: gives it
  // the command line (guestargs), and installs what the others above are for.
  void (*gueststart)();

  // The timer package. timerrun: runs the timers of pp that are due at `now_ns`, on g0. timermove: gives the timers of
  // `from`, which nobody holds, to `to`; the world is stopped. Never called while every p.timers.minWhen is 0.
  void (*timerrun)(p* pp, std::int64_t now_ns);
  void (*timermove)(p* from, p* to);

  // The execution trace. tracebegin: GORT_TRACE asks for one, and the Ps have just been made. lastwords: a failure has been
  // reported and the program is about to end; as safe as callers.
  void (*tracebegin)(const TraceEnv& env);
  void (*lastwords)();

  // GORT_DEBUG=leakcheck=1: main has returned `status`; looks for leaks, and returns what the program is to end with. Runs on: goroutine 1.
  int (*leakcheck)(int status);

  // The network package's (poller.h): only netpoll, netpollnow and netpollbreak call them. Atomic, unlike the others, because Ms sleep in
  // the default when the first descriptor is opened: netpollinstall.
  std::atomic<gList (*)(std::int64_t delay_ns)> netpoll = &futexpoll;
  std::atomic<void (*)()> netpollbreak = &futexpollbreak;
};

// Writers: the layer above, before what they serve is used for the first time. Readers: the scheduler.
extern Hooks hooks;

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_HOOKS_H_
