// Which goroutines can never go on: nobody who could wake them can get at what they wait for.
//
// Conservative reachability. Every word of memory that looks like an address is taken for one, so that an error keeps a goroutine
// from being reported and never the other way round.
//
//     roots: all memory but the islands ----> an object ----> who waits for it is live ----> its stack is reachable
//                                               |                                               |
//                                               +--> what lies in it is reachable               +--> objects, other stacks ...
//
//     islands: the stacks of goroutines that wait for objects, with their closures; the channels, and the blocks of malloc
//              with the mutexes and so on, that they wait for. They count only once something reachable refers to them.
//
// Objects in global variables, on the stacks of running goroutines and of threads, and in memory whose layout we do not know are
// reachable from the start. Stacks count from their sp upwards.
//
// What the queues of objects hold, the waiters' sudogs, is no reference to the waiters' stacks: it is how the one who gets hold of
// the object finds them, which is counted already.
//
// What it cannot see, and who keeps references there must keep another: addresses in disguise (xor, tags in the upper bits), at
// odd addresses, in the kernel alone (epoll_data.ptr, io_uring), in files, devices and other processes.
//
// Source: the idea is Go 1.27's goroutineleak profile; Go has a collector to ask.
#ifndef GORT_RUNTIME_DEBUG_REACH_H_
#define GORT_RUNTIME_DEBUG_REACH_H_

#include <cstddef>
#include <cstdint>

#include "gort/gstruct/g.h"

namespace gort::runtime {

// A search for leaked goroutines.
struct LeakSearch {
  // From here upwards the caller's stack counts; its callee-saved registers lie there.
  std::uintptr_t caller_sp;
  // This build, or the tool it runs under, can have no answer.
  bool unsupported;
  // Why there is no answer; null when there is one.
  const char* error;
  // Goroutines that stood between waiting and running: they count as live, although the next search may find more.
  std::size_t unsettled;
  // The leaked ones found. They are marked, g.leaked, until they wait for something else or the next search.
  std::size_t leaked;
  char error_text[160];
};

// Stops all threads, looks, lets them go on. `arg`: a LeakSearch.
// Runs on: g0 | a plain thread, in withworldstopped.  Blocks: M.  Allocates: pages of its own, given back.
void SearchLeaks(void* arg);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_DEBUG_REACH_H_
