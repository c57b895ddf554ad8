// Goroutines in words: the blocks that reports are made of.
//
//     goroutine 7 [chan receive, 3 minutes]:
//     <frames, from hooks.printframes>
//     created by worker::Start in goroutine 1
//     	worker.cc:31
//
// With DumpOptions::system the runtime's own frames are there as well, and the head says `goroutine 7 gp=0x... m=3 mp=0x... [...]:`.
//
// A report about more than kFoldAbove goroutines shows only one of those that are equal: same frames, same state, same place of
// birth. Its block is followed by a line that names the others:
//
//     ...9996 identical goroutines folded: 8-1003 1005-10004
#ifndef GORT_RUNTIME_SCHED_DUMP_H_
#define GORT_RUNTIME_SCHED_DUMP_H_

#include <cstddef>

#include "gort/gstruct/g.h"
#include "gort/runtime/sched/env.h"
#include "gort/runtime/sys/print.h"

namespace gort::runtime {

// More goroutines than this, and a dump folds those that are equal.
inline constexpr std::size_t kFoldAbove = 32;

struct DumpOptions {
  bool system = false;  // the runtime's frames, too, and addresses
  bool fold = true;     // if there are many
  bool leaked = false;  // only goroutines that a leak report has found
};

// What a report says after the lines that tell what happened: as much as `level` wants.
//
//     kNone              nothing
//     kSingle            gp; everybody, if it is null or no goroutine but a thread
//     kAll               gp, then all others
//     kSystem, kCrash    the same with the runtime's frames (that kCrash ends in abort() is the caller's part)
//
// `gp`: the goroutine that failed, or null. `ucontext`: where a signal interrupted it, or null. Where others are shown, no
// goroutine is taken up any more afterwards: the process must end.
// Runs on: any, also gsignal.  Needs P: no.  Locks: none.  Blocks: M, for as long as stderr does, and for a second at most while
// other threads are asked for their stacks.
// Source: Go 1.27 runtime.dopanic_m.
void DumpForReport(g* gp, void* ucontext, Traceback level);

// Prints an empty line and gp's block, to fd 2 or `out`. A goroutine that runs on another thread is shown without its frames if
// that thread does not answer.
// Runs on: any, also gsignal.  Needs P: no.  Locks: none.
// Source: Go 1.27 runtime.goroutineheader, traceback, printcreatedby.
void DumpGoroutine(g* gp, void* ucontext, const DumpOptions& options, sys::Printer* out);
void DumpGoroutine(g* gp, void* ucontext);

// The same for every goroutine that is not dead, but `except`: goroutine 1 first and then by number. Needs memory from the
// kernel; without it they come in no order, and unfolded.
// Runs on: any, while no goroutine is taken up.  Locks: none.
// Source: Go 1.27 runtime.tracebackothers; Go shows them in the order in which their g was made.
void DumpAllGoroutines(const g* except, const DumpOptions& options, sys::Printer* out);

// Whether gp was found to wait for what can never come, and still waits.
// Runs on: any.  Locks: none.
bool isleaked(const g* gp);

// Who runs on the calling thread, for a report: the goroutine, also when it is in systemstack; else the g0, which in a thread that
// gort did not make stands for that thread; null if it has none.
// Runs on: any.
g* FailingG();

// Makes sys::Fatal print what gotraceback() says for fatal errors.
// Runs on: the first thread, in schedinit.
void InstallFatalDump();

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_DUMP_H_
