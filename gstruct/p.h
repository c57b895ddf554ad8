// p: the right to run goroutines, with the queues that go with it ("processor"). There are GOMAXPROCS of them.
//
// The fields through `m` sit at Go 1.27's offsets. What follows keeps Go's names; Go's memory allocator and collector
// state between them does not exist here.
//
// Source: Go 1.27 runtime.p.
#ifndef GORT_GSTRUCT_P_H_
#define GORT_GSTRUCT_P_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/glist.h"
#include "gort/gstruct/timers.h"

namespace gort::runtime {

struct g;
struct m;

// What sysmon saw of a P when it last came by. Writer and reader: sysmon. Source: Go 1.27 runtime.sysmontick.
struct sysmontick {
  std::uint32_t schedtick;
  std::uint32_t syscalltick;
  std::int64_t schedwhen;  // CLOCK_MONOTONIC ns
  std::int64_t syscallwhen;
};

inline constexpr std::uint32_t runqSize = 256;       // slots of the ring; a power of two
inline constexpr std::uint64_t goidCacheBatch = 16;  // goids taken from sched.goidgen at once

struct p {
  // Index in allp. Constant.
  std::int32_t id;
  // A Pstatus. Writer: the M that holds the P, or whoever holds sched.lock while nobody does.
  std::atomic<std::uint32_t> status;
  // Next in sched.pidle. Guard: sched.lock.
  p* link;
  // Counts time slices. Writers: execute, acquirep. Readers: sysmon, debug output.
  std::atomic<std::uint32_t> schedtick;
  // Counts system calls, begun and ended: odd while its M is in one. Writers: entersyscall, exitsyscall; and who takes the P
  // from an M. Reader: sysmon.
  std::atomic<std::uint32_t> syscalltick;
  struct sysmontick sysmontick;
  // The M that holds it; null when idle. Writers: that M, and whoever takes the P from it (runtime/sched/pin.h).
  std::atomic<struct m*> m;

  // goids not yet used: [goidcache, goidcacheend). Writer and reader: the owner.
  std::uint64_t goidcache;
  std::uint64_t goidcacheend;

  // The ring of runnable goroutines: runq[runqhead .. runqtail), indices modulo runqSize.
  // runqtail: written by the owner only (release). runqhead: moved by whoever takes (compare-and-swap, release).
  std::atomic<std::uint32_t> runqhead;
  std::atomic<std::uint32_t> runqtail;
  std::atomic<g*> runq[runqSize];
  // The goroutine to run next, ahead of the ring and in the same time slice: the one that the running goroutine just
  // made ready. Writer: the owner; a thief may take it by compare-and-swap.
  std::atomic<g*> runnext;

  // Dead goroutines with their stacks, for newproc. Writer and reader: the owner.
  gList gFree;

  // Goroutines made runnable for the first time on this P, and goroutines that ended on it (the second is ours). Their sums
  // over all Ps, with sched.goroutinesCreated, give the number that exist. Writer: the owner, by plain load and store.
  std::atomic<std::uint64_t> goroutinesCreated;
  std::atomic<std::uint64_t> goroutinesEnded;
  // Ours: how often its M has taken goroutines from another P's queue. Writer: the owner, by plain load and store.
  std::atomic<std::uint64_t> steals;

  // Its goroutines have had their time slice, and others wait: the next one does not come from runnext. Writers: sysmon
  // sets, the owner clears. Source: Go 1.27 p.preempt.
  std::atomic<bool> preempt;
  // Its timers. Guard: timers.lock.
  struct timers timers;
};

}  // namespace gort::runtime

#endif  // GORT_GSTRUCT_P_H_
