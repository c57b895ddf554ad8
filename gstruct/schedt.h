// schedt: what all Ms and Ps share. There is one, `sched`.
//
// The fields through `lock` sit at Go 1.27's offsets; the others keep Go's names. A field marked with (lock) is guarded
// by sched.lock; an atomic one may be read by any thread and is written as it says.
//
// Source: Go 1.27 runtime.schedt.
#ifndef GORT_GSTRUCT_SCHEDT_H_
#define GORT_GSTRUCT_SCHEDT_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/glist.h"
#include "gort/gstruct/mutex.h"

namespace gort::runtime {

struct m;
struct p;

struct schedt {
  std::atomic<std::uint64_t> goidgen;  // last goid given to a P's batch; fetch-add
  std::atomic<std::int64_t> lastpoll;  // when the network was last polled, ns; 0 while an M is polling
  std::atomic<std::int64_t> pollUntil; // until when the polling M sleeps, ns; 0: for ever, or none does
  std::atomic<std::int32_t> pollingNet;  // 1 while a P polls without blocking
  alignas(8) mutex lock;

  m* midle;                    // idle Ms, through m.schedlink (lock)
  std::atomic<std::int32_t> nmidle;  // their number; written under lock
  std::int32_t nmidlelocked;   // Ms that wait for the goroutine locked to them (lock)
  std::int64_t mnext;          // id of the next M (lock)
  std::int32_t maxmcount;      // most Ms that may exist: 10000 (lock)
  std::int32_t nmsys;          // Ms that run no goroutines and count for nothing in the deadlock check (lock)
  std::int64_t nmfreed;        // Ms that have ended (lock)
  std::atomic<std::int32_t> ngsys;  // goroutines of the runtime itself

  p* pidle;                           // idle Ps, through p.link (lock)
  std::atomic<std::int32_t> npidle;   // their number; written under lock
  std::atomic<std::int32_t> nmspinning;
  std::atomic<std::uint32_t> needspinning;

  gQueue runq;                        // the global run queue (lock)
  std::atomic<std::int32_t> runqsize; // runq.size, for a look without the lock; written under it

  gList gFree;                        // dead goroutines with stacks that no P keeps (lock)

  // Stopping the world (runtime/sched/world.h).
  std::atomic<bool> gcwaiting;  // somebody stops it: Ms give their Ps up
  std::int32_t stopwait;        // Ps that still run (lock)
  note stopnote;                // woken when stopwait becomes 0

  // sysmon (runtime/sched/sysmon.h).
  std::atomic<bool> sysmonstarted;
  std::atomic<bool> sysmonwait;    // it sleeps deeply, because every P is idle
  std::atomic<bool> sysmonasleep;  // it sleeps: wakesysmon may wake it, once
  note sysmonnote;
  m* newmhandoff;                // Ms whose thread sysmon shall start, through m.schedlink (lock)

  // Ours: threads that gort did not make and that wait in one of our primitives: they count for nothing in the deadlock check.
  std::atomic<std::int32_t> nmextrawaiting;
  m* extram;                     // m structs for such threads, not in use, through m.schedlink (lock)
  m* freem;                      // m structs of threads that have ended, through m.schedlink (lock)

  // Goroutines that threads without a P have started, and that ended on such (the second is ours); the others count in their P.
  std::atomic<std::uint64_t> goroutinesCreated;
  std::atomic<std::uint64_t> goroutinesEnded;
};

}  // namespace gort::runtime

#endif  // GORT_GSTRUCT_SCHEDT_H_
