// Who blocks a thread without gort::Blocking.
//
// A goroutine that computes for long and one that sleeps in the kernel look the same to the scheduler: its P has not switched for
// 10 ms. But only the second is a mistake: sysmon takes the P away in the end, at the price of a thread and of 10 ms in which
// others wait. The kernel tells them apart: /proc/self/task/TID/syscall says which call a thread sleeps in, with arguments
// and registers, or that it runs.
//
//     sysmon sees a time slice that is over --> asleep? --> suspect --> 10 ms later: asleep in the very same call?
//                                                 no: computes            yes: counted, for its site, and watched on, more and
//                                                                              more rarely, for how long it takes
//                                                                         no: forgotten
//
// A site is a go statement and a system call. Always on: it costs some 10 us for each 10 ms that a P does not switch, and nothing
// else. With GORT_DEBUG=blocked=1 a site is also a call stack, and its first event is reported on fd 2. The stack is walked by the
// thread that sleeps (callers.h), which is interrupted for that, once for each event: some system calls return EINTR then, so this is not
// for always. Where the thread does not answer, or has woken up meanwhile, the site has no stack.
// Rejected: to walk the stack from here, by the sp and pc that the kernel names. Frames with a frame pointer need rbp, too, and the
// thread may wake up at any moment.
// Where /proc is not there, or does not say, nothing is found. With GORT_SCHED_SEED nothing is looked for; nor, without blocked=1, in a
// program of one goroutine that never waits, which has no sysmon.
#ifndef GORT_RUNTIME_SCHED_BLOCKED_H_
#define GORT_RUNTIME_SCHED_BLOCKED_H_

#include <cstddef>
#include <cstdint>

#include "gort/gstruct/p.h"
#include "gort/runtime/sched/gostatement.h"
#include "gort/runtime/sched/stacktrace.h"
#include "gort/runtime/sys/print.h"

namespace gort::runtime {

// Frames farther out are not kept, and sites that differ there are not told apart.
inline constexpr std::size_t kBlockedFrames = 32;

struct BlockedSite {
  GoStatement go;
  int syscall;  // its number; -1: a page fault, say
  std::uint64_t events;
  std::int64_t longest_ns;  // at least; as of the last look
  std::uint64_t goid;       // of the first one
  std::size_t depth;        // of frames: where it sleeps, the innermost first
  StackTrace::Frame frames[kBlockedFrames];
};

// More sites than this are not told apart: further ones are not counted.
inline constexpr std::size_t kBlockedSites = 64;

// `report`: GORT_DEBUG=blocked=1.  Runs on: the first thread, in schedinit.
void blockedinit(bool report);

// Whether reports were asked for.  Runs on: any.
bool blockedreports();

// pp has not switched for a time slice, and is in the user's hands: takes note of its goroutine if that is asleep.
// Runs on: sysmon.  Blocks: M, in reading /proc.
void blockedsuspect(const p* pp, std::int64_t now_ns);

// When blockedrun has something to do; INT64_MAX: nobody is suspected.  Runs on: sysmon.
std::int64_t blockedwhen();

// Looks at suspects again, as far as it is time; counts and reports.
// Runs on: sysmon.  Locks: takes one of its own.  Blocks: M, in reading /proc and in write(2).
void blockedrun(std::int64_t now_ns);

// Prints where `site` sleeps, in Go's form (hooks.printframes); nothing if that is not known.
// Runs on: any.  Blocks: M, as reading files does.
void printblockedframes(const BlockedSite& site, sys::Printer* out);

// Copies up to `most` sites, in the order of their first events; returns how many there are.
// Runs on: any.  Locks: takes blockedrun's.
std::size_t blockedsites(BlockedSite* sites, std::size_t most);

// "futex", or null for a number without a name here.
const char* syscallname(int nr);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_BLOCKED_H_
